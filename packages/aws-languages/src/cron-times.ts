import type { CronDays, CronFields } from './cron';
import { TimeZone } from './time-zone';

const DAY_MILLIS = 86_400_000;

/**
 * The first time of a cron expression after a moment; `undefined` when there is none.
 *
 * Times that do not exist because clocks go forward are skipped; those that come twice happen once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextCronTime(cron: CronFields, zone: TimeZone, after: Date): Date | undefined {
  const wall = zone.wallTime(after);
  for (const midnight of daysFrom(cron, wall)) {
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const candidate = midnight + (hour * 60 + minute) * 60_000;
        const instant = candidate > wall ? zone.instantOf(candidate) : undefined;
        if (instant && instant > after) return instant;
      }
    }
  }
  return undefined;
}

/** The days of the expression, as wall times of their midnights, from the day of a wall time on. */
function* daysFrom(cron: CronFields, wall: number): Generator<number> {
  const first = new Date(wall);
  for (const year of cron.years) {
    if (year < first.getUTCFullYear()) continue;
    for (const month of cron.months) {
      for (const day of daysOf(cron.days, year, month)) {
        const midnight = Date.UTC(year, month - 1, day);
        if (midnight > wall - DAY_MILLIS) yield midnight;
      }
    }
  }
}

/** The days of a month that an expression means, in their order. */
function daysOf(days: CronDays, year: number, month: number): number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekdayOf = (day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
  const all = Array.from({ length }, (_, i) => i + 1);
  switch (days.kind) {
    case 'days of month':
      return days.days.filter((day) => day <= length);
    case 'last day':
      return [length];
    case 'last weekday':
      return all.filter((day) => isWorkday(weekdayOf(day))).slice(-1);
    case 'nearest weekday':
      return days.day <= length ? [nearestWorkday(days.day, length, weekdayOf)] : [];
    case 'days of week':
      return all.filter((day) => days.weekdays.includes(weekdayOf(day)));
    case 'last of month':
      return all.filter((day) => weekdayOf(day) === days.weekday).slice(-1);
    case 'nth of month':
      return all.filter((day) => weekdayOf(day) === days.weekday).slice(days.nth - 1, days.nth);
  }
}

function isWorkday(weekday: number): boolean {
  return weekday !== 1 && weekday !== 7;
}

/** Monday to Friday, in the same month. */
function nearestWorkday(day: number, length: number, weekdayOf: (day: number) => number): number {
  const weekday = weekdayOf(day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < length ? day + 1 : day - 2;
  return day;
}

/** Reads the times of cron expressions in one time zone. @throws RangeError for a name that is none of a time zone */
export function cronTimes(cron: CronFields, timeZone: string): (after: Date) => Date | undefined {
  const zone = new TimeZone(timeZone);
  return (after) => nextCronTime(cron, zone, after);
}
