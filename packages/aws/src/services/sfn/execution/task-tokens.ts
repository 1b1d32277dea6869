import type { Cancel, Clock } from '../../../core/clock';
import { randomBytes } from '../../../core/ids';
import { badTaskToken, taskTimedOut } from '../errors';
import type { Json } from '../language/definition';
import { HeartbeatTimeout, type StatesError } from '../language/states-error';

interface Parked {
  readonly resolve: (output: Json) => void;
  readonly reject: (error: StatesError) => void;
  readonly beat: () => void;
}

/** Ended tokens remembered, so that a late answer gets TaskTimedOut and not InvalidToken. */
const MOST_ENDED = 10_000;

/** The task tokens of a region: who waits for which. */
export class TaskTokens {
  private readonly parked = new Map<string, Parked>();
  private readonly ended = new Set<string>();
  /** Whose each is, as long as it is remembered. */
  private readonly owners = new Map<string, string>();

  constructor(private readonly clock: Clock) {}

  /** A new token, as long as AWS's. */
  make(): string {
    return `AQCEAAAAKgAAAAMAAAAAAAAAA${randomBytes(450).toString('base64')}`;
  }

  /** The state machine or the activity that a token is of; undefined for a token that is none. */
  ownerOf(token: string): string | undefined {
    return this.owners.get(token);
  }

  /**
   * Waits until somebody answers the token. Call before the token can become known.
   * @param heartbeatSeconds AWS seconds between heartbeats at most
   * @param owner the ARN of the state machine to whose executions the token belongs, or of the activity
   * @returns the answer, rejected with a StatesError for a failure or a missed heartbeat; and how to give the token up
   */
  park(
    token: string,
    heartbeatSeconds?: number,
    owner?: string,
  ): { answer: Promise<Json>; giveUp: () => void } {
    let cancel: Cancel | undefined;
    if (owner !== undefined) this.owners.set(token, owner);
    const giveUp = () => {
      cancel?.();
      if (this.parked.has(token)) this.end(token);
    };
    const answer = new Promise<Json>((resolve, reject) => {
      const beat = () => {
        cancel?.();
        if (heartbeatSeconds === undefined) return;
        cancel = this.clock.after(heartbeatSeconds, () => {
          giveUp();
          reject(new HeartbeatTimeout());
        });
      };
      this.parked.set(token, { resolve, reject, beat });
      beat();
    }).finally(giveUp);
    // Nobody may be listening yet when the answer is a failure.
    answer.catch(() => undefined);
    return { answer, giveUp };
  }

  /** @throws AwsError InvalidToken, TaskTimedOut for a token that nobody waits for */
  check(token: string | undefined): void {
    this.find(token);
  }

  /** Answers a token with the task's output. @throws AwsError as `check` */
  succeed(token: string | undefined, output: Json): void {
    this.find(token).resolve(output);
    this.end(token ?? '');
  }

  /** Answers a token with an error. @throws AwsError as `check` */
  fail(token: string | undefined, error: StatesError): void {
    this.find(token).reject(error);
    this.end(token ?? '');
  }

  /** Says that somebody is still at work. @throws AwsError as `check` */
  beat(token: string | undefined): void {
    this.find(token).beat();
  }

  private end(token: string): void {
    this.parked.delete(token);
    this.ended.add(token);
    const oldest = this.ended.size > MOST_ENDED && this.ended.values().next().value;
    if (!oldest) return;
    this.ended.delete(oldest);
    this.owners.delete(oldest);
  }

  private find(token: string | undefined): Parked {
    const parked = this.parked.get(token ?? '');
    if (parked) return parked;
    throw this.ended.has(token ?? '') ? taskTimedOut() : badTaskToken();
  }
}
