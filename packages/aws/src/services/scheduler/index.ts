import type { Context } from '../../core/context';
import type { IamPort } from '../../core/ports';
import type { OperationsOf } from '../../core/service';
import type { TypedOperations } from '../../core/typed-operations';
import { groupOperations } from './operations/groups';
import { scheduleOperations } from './operations/schedules';
import { type DeadRun, Runner } from './runs/runs';
import type { SchedulerDependencies } from './runs/send-run';
import { ScheduleStore } from './state';

type Client = typeof import('@aws-sdk/client-scheduler');

/** EventBridge Scheduler of one region. */
export class Scheduler {
  readonly operations;
  private readonly store: ScheduleStore;
  private readonly runner: Runner;

  /** @param deps the targets; with `iam`, roles that Scheduler may not assume are refused */
  constructor(context: Context, deps: SchedulerDependencies & { readonly iam?: Pick<IamPort, 'role'> }) {
    this.store = new ScheduleStore(context);
    this.runner = new Runner(context, this.store, deps);
    const operations = {
      ...scheduleOperations(this.store, this.runner, deps.iam),
      ...groupOperations(this.store, this.runner),
    } satisfies OperationsOf<Client>;
    this.operations = operations as TypedOperations<Client, typeof operations>;
  }

  /** Runs a schedule once, at once, beside its own times. False when there is none of this name. */
  async runNow(group: string, name: string): Promise<boolean> {
    const schedule = this.store.groups.get(group)?.schedules.get(name);
    if (!schedule) return false;
    await this.runner.runNow(schedule);
    return true;
  }

  /** The newest runs that no attempt could deliver. */
  deadRuns(): readonly DeadRun[] {
    return this.runner.dead;
  }

  dispose(): void {
    this.runner.dispose();
  }
}
