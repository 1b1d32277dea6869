/** How AWS's time goes: a multiple of real speed, or in leaps; with a seed the leaps are the same each time. */
export type Time = number | LeapingTime;

export interface LeapingTime {
  readonly leap: true;
  readonly seed?: number;
  /** With a seed: real milliseconds of unbroken work after which the clock runs; ten seconds by default. */
  readonly patience?: number;
}
