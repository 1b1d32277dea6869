import { randomFraction } from '../../../core/ids';
import type { Retrier } from '../language/definition';
import type { StatesError } from '../language/states-error';

/** How often each rule of a state's Retry has been used since the state was entered. */
export class Retries {
  private readonly used: number[];

  constructor(private readonly retriers: readonly Retrier[]) {
    this.used = retriers.map(() => 0);
  }

  /** `$$.State.RetryCount`. */
  get count(): number {
    return this.used.reduce((sum, times) => sum + times, 0);
  }

  /** AWS seconds until the next attempt; undefined when no rule gives one. */
  next(error: StatesError): number | undefined {
    const index = this.retriers.findIndex((retrier) => error.matches(retrier.ErrorEquals));
    const retrier = this.retriers[index];
    const used = this.used[index] ?? 0;
    if (!retrier || used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.used[index] = used + 1;
    const backoff = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used;
    const delay = Math.min(backoff, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
    return retrier.JitterStrategy === 'FULL' ? randomFraction() * delay : delay;
  }
}
