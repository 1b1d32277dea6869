import { readArn } from 'aws-languages/arn';
import type { Clock } from '../../../core/clock';
import { invalidArn, noActivity } from '../errors';

/** A task that an activity's worker is to do. */
export interface ActivityTask {
  readonly token: string;
  /** JSON text. */
  readonly input: string;
  /** Called when a worker takes it. */
  begin(workerName: string | undefined): void;
}

/** An activity: what workers outside Step Functions do, who ask for their work. */
export interface Activity {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
}

/** AWS seconds for which a worker that asks for work is kept waiting. */
const POLL_SECONDS = 60;

/**
 * The activities of one region, and what is to be done for each.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
 */
export class Activities {
  private readonly byArn = new Map<string, Activity>();
  private readonly waiting = new Map<string, ActivityTask[]>();
  private readonly workers = new Map<string, ((task: ActivityTask | undefined) => void)[]>();

  constructor(private readonly clock: Clock) {}

  /** @throws AwsError InvalidArn, ActivityDoesNotExist */
  get(arn: string | undefined): Activity {
    if (!readArn(arn, { service: 'states', type: 'activity' })) throw invalidArn(arn);
    const found = this.find(arn ?? '');
    if (found) return found;
    throw noActivity(arn);
  }

  find(arn: string): Activity | undefined {
    return this.byArn.get(arn);
  }

  /** By name, alphabetically. */
  list(): Activity[] {
    return [...this.byArn.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  add(activity: Activity): void {
    this.byArn.set(activity.arn, activity);
  }

  remove(arn: string): void {
    this.byArn.delete(arn);
  }

  /** Has a task done by the next worker that asks. Returns how to withdraw it. */
  schedule(arn: string, task: ActivityTask): () => void {
    const worker = this.workers.get(arn)?.shift();
    if (worker) {
      worker(task);
      return () => {};
    }
    const queue = this.waiting.get(arn) ?? [];
    queue.push(task);
    this.waiting.set(arn, queue);
    return () => {
      const at = queue.indexOf(task);
      if (at >= 0) queue.splice(at, 1);
    };
  }

  /** The oldest task that nobody has taken yet, as soon as there is one; undefined when there is none for a minute. */
  async take(arn: string): Promise<ActivityTask | undefined> {
    const oldest = this.waiting.get(arn)?.shift();
    if (oldest) return oldest;
    const workers = this.workers.get(arn) ?? [];
    this.workers.set(arn, workers);
    return new Promise((resolve) => {
      const worker = (task: ActivityTask | undefined) => {
        cancel();
        resolve(task);
      };
      const cancel = this.clock.after(POLL_SECONDS, () => {
        workers.splice(workers.indexOf(worker), 1);
        resolve(undefined);
      });
      workers.push(worker);
    });
  }
}
