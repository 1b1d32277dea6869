/** A moment on the two clocks that clients sign by: real time, and the embedded AWS's. Milliseconds since the epoch. */
export interface Moment {
  readonly real: number;
  readonly aws: number;
}

/** What of AWS's clock signatures are judged by. */
export interface SigningClock {
  millis(): number;
  readonly scale: number;
  readonly seed?: number;
}
