/**
 * Whether EventBridge Scheduler takes this for a time zone: a name of the IANA database, as the database writes it. Intl
 * also takes offsets and any case.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#time-zones
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Reads the wall clocks of one time zone. Wall times are milliseconds, as if the wall's clock showed UTC. */
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

  /** What the wall clock shows at an instant, to the second. */
  wallTime(instant: Date): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  /** The first instant at which the wall clock shows this time; `undefined` when it never does (clocks went forward). */
  instantOf(wallTime: number): Date | undefined {
    const offsets = [-86_400_000, 86_400_000].map((shift) => this.offset(new Date(wallTime + shift)));
    const candidates = offsets.map((offset) => new Date(wallTime - offset));
    return candidates
      .filter((instant) => this.wallTime(instant) === wallTime)
      .sort((a, b) => a.getTime() - b.getTime())[0];
  }

  private offset(instant: Date): number {
    return this.wallTime(instant) - Math.floor(instant.getTime() / 1000) * 1000;
  }
}
