/** Ends a timer before it fires. */
export type Cancel = () => void;

/** Node.js fires a longer timeout at once, so longer waits are made of several. Real milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The one clock of the embedded AWS. It starts at the real time and runs at a multiple of real speed; whatever
 * AWS would show or wait for, it shows and waits for by this clock.
 */
export class Clock {
  private readonly bornAt = Date.now();
  private readonly startedAt = performance.now();
  private readonly timers = new Set<NodeJS.Timeout>();
  private hasEnded = false;

  /** @param scale AWS seconds that pass in one real second, more than 0 */
  constructor(readonly scale: number) {
    if (!(scale > 0) || !Number.isFinite(scale))
      throw new RangeError(`time scale must be more than 0: ${scale}`);
  }

  /** AWS's time now, in milliseconds since the epoch. */
  millis(): number {
    return Math.round(this.bornAt + (performance.now() - this.startedAt) * this.scale);
  }

  /** AWS's time now. */
  now(): Date {
    return new Date(this.millis());
  }

  /** When the clock started (real time, milliseconds since the epoch): with the scale, another process can follow it. */
  get origin(): number {
    return this.bornAt;
  }

  /** Calls back once, after so many AWS seconds, never earlier. */
  after(seconds: number, callback: () => void): Cancel {
    const end = performance.now() + Math.max(0, (seconds * 1000) / this.scale);
    if (this.hasEnded) return () => {};
    let timer: NodeJS.Timeout;
    const arm = () => {
      const left = end - performance.now();
      timer = setTimeout(
        () => {
          this.timers.delete(timer);
          // Node's timers may be a fraction of a millisecond early, and none lasts for ever.
          if (performance.now() < end) arm();
          else callback();
        },
        Math.min(Math.max(0, left), LONGEST_TIMEOUT),
      );
      this.timers.add(timer);
    };
    arm();
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  /** Calls back again and again, every so many AWS seconds, first after one such period. */
  every(seconds: number, callback: () => void): Cancel {
    if (this.hasEnded) return () => {};
    const timer = setInterval(callback, Math.max(1, (seconds * 1000) / this.scale));
    this.timers.add(timer);
    return () => {
      clearInterval(timer);
      this.timers.delete(timer);
    };
  }

  /** Resolves after so many AWS seconds; rejects with the signal's reason when that aborts first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(seconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Ends all timers; sleeps never resolve. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** As `stop`, for good: whoever still waits or begins to wait is never called. */
  end(): void {
    this.hasEnded = true;
    this.stop();
  }
}
