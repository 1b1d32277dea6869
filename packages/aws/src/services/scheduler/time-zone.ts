/** Whether the time zone database has this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The clock on the wall of a time zone. */
export interface WallTime {
  readonly hour: number;
  readonly minute: number;
  /** The wall clock's time as if it were UTC, in milliseconds. */
  readonly millis: number;
}

/** Reads the wall clocks of one time zone. */
export class TimeZone {
  private readonly format: Intl.DateTimeFormat;

  /** @throws RangeError for a name that the time zone database does not have */
  constructor(readonly name: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  wallTime(instant: Date): WallTime {
    const parts = Object.fromEntries(
      this.format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return { hour, minute, millis: Date.UTC(year, month - 1, day, hour, minute, second) };
  }

  /** The first instant at which the wall clock shows this time; `undefined` when it never does (clocks went forward). */
  instantOf(wallMillis: number): Date | undefined {
    const offsets = [-86_400_000, 86_400_000].map((shift) => this.offset(new Date(wallMillis + shift)));
    const candidates = offsets.map((offset) => new Date(wallMillis - offset));
    return candidates
      .filter((instant) => this.wallTime(instant).millis === wallMillis)
      .sort((a, b) => a.getTime() - b.getTime())[0];
  }

  /** Whether the wall clock shows this time for the second time, because clocks went back. */
  isRepeated(instant: Date): boolean {
    const before = new Date(instant.getTime() - 3 * 3_600_000);
    const shift = this.offset(before) - this.offset(instant);
    if (shift <= 0) return false;
    const earlier = new Date(instant.getTime() - shift);
    return this.wallTime(earlier).millis === this.wallTime(instant).millis;
  }

  private offset(instant: Date): number {
    return this.wallTime(instant).millis - Math.floor(instant.getTime() / 1000) * 1000;
  }
}
