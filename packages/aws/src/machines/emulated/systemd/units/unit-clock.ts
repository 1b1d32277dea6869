/** The clock of the machine, in AWS seconds. */
export interface UnitClock {
  readonly bootedAt: Date;
  now(): Date;
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}
