/** AWS's time for other threads: `version`, odd while it is being changed, and `[shown, since, rate]`. */
export interface SharedTime {
  readonly version: SharedArrayBuffer;
  readonly values: SharedArrayBuffer;
}

/** The monotonic clock that all threads of this process share, in real milliseconds. */
export function monotonicMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What AWS's clock shows: so many AWS seconds in a real one since it was last set. */
export class Pace {
  private readonly version = new Int32Array(new SharedArrayBuffer(4));
  private readonly values = new Float64Array(new SharedArrayBuffer(24));

  /**
   * @param millis what it shows now, milliseconds since the epoch
   * @param rate AWS seconds in a real second; 0 stands still
   */
  constructor(millis: number, rate: number) {
    this.set(millis, rate);
  }

  get rate(): number {
    return this.values[2] as number;
  }

  /** AWS's time now, to a fraction of a millisecond. */
  get millis(): number {
    const [shown, since, rate] = this.values as unknown as [number, number, number];
    return rate === 0 ? shown : shown + (monotonicMillis() - since) * rate;
  }

  set(millis: number, rate: number): void {
    Atomics.add(this.version, 0, 1);
    this.values.set([millis, monotonicMillis(), rate]);
    Atomics.add(this.version, 0, 1);
  }

  /** For other threads to follow. */
  get shared(): SharedTime {
    return {
      version: this.version.buffer as SharedArrayBuffer,
      values: this.values.buffer as SharedArrayBuffer,
    };
  }
}
