import type { Clock } from '../core/clock';

/** How many calls at once, and how many more a second. */
export interface Rate {
  readonly size: number;
  readonly refillPerSecond: number;
}

/** Token buckets on AWS's clock, each full when it is first used. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly clock: Pick<Clock, 'millis'>) {}

  /** Takes a token out of the bucket of this name. @returns whether there was one */
  take(name: string, { size, refillPerSecond }: Rate): boolean {
    const now = this.clock.millis();
    const bucket = this.buckets.get(name) ?? { tokens: size, at: now };
    const tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * refillPerSecond);
    const isThere = tokens >= 1;
    this.buckets.set(name, { tokens: isThere ? tokens - 1 : tokens, at: now });
    return isThere;
  }
}
