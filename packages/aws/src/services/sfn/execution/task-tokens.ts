import { randomBytes } from 'node:crypto';
import { AwsError } from '../../../core/aws-error';
import type { Cancel, Clock } from '../../../core/clock';
import type { OperationsOf } from '../../../core/service';
import type { Json } from '../language/definition';
import { HeartbeatTimeout, StatesError } from '../language/states-error';

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

  constructor(private readonly clock: Clock) {}

  /** A new token, as long as AWS's. */
  make(): string {
    return `AQCEAAAAKgAAAAMAAAAAAAAAA${randomBytes(450).toString('base64')}`;
  }

  /**
   * Waits until somebody answers the token. Call before the token can become known.
   * @param heartbeatSeconds AWS seconds between heartbeats at most
   * @returns the answer, rejected with a StatesError for a failure or a missed heartbeat; and how to give the token up
   */
  park(token: string, heartbeatSeconds?: number): { answer: Promise<Json>; giveUp: () => void } {
    let cancel: Cancel | undefined;
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

  /** How many tokens wait for an answer. */
  get waiting(): number {
    return this.parked.size;
  }

  /** SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat. */
  operations() {
    return {
      SendTaskSuccess: (input) => {
        const output = readOutput(input.output ?? '');
        this.find(input.taskToken).resolve(output);
        this.end(input.taskToken ?? '');
        return {};
      },
      SendTaskFailure: (input) => {
        const parked = this.find(input.taskToken);
        parked.reject(new StatesError(input.error ?? 'States.TaskFailed', input.cause ?? ''));
        this.end(input.taskToken ?? '');
        return {};
      },
      SendTaskHeartbeat: (input) => {
        this.find(input.taskToken).beat();
        return {};
      },
    } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
  }

  private end(token: string): void {
    this.parked.delete(token);
    this.ended.add(token);
    const oldest = this.ended.size > MOST_ENDED && this.ended.values().next().value;
    if (oldest) this.ended.delete(oldest);
  }

  private find(token: string | undefined): Parked {
    const parked = this.parked.get(token ?? '');
    if (parked) return parked;
    if (this.ended.has(token ?? ''))
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
}

function readOutput(text: string): Json {
  if (Buffer.byteLength(text) > 262_144)
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must have length less than or equal to 262144",
    );
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'InvalidOutput',
      `Invalid Output: '${error instanceof Error ? error.message : error}'`,
    );
  }
}
