import { parseCron } from './cron';
import { cronTimes } from './cron-times';
import { type Refuse, syntaxError } from './refuse';
import type { Recurrence } from './schedule';

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Reads the five fields of Unix's cron, as the recurrences of Auto Scaling's scheduled actions have them: minute, hour, day of month,
 * month, day of week from 0 or SUN on, with 7 for Sunday too. Where both days are named, either will do.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
 *
 * @param timeZone an IANA name
 * @throws what `refuse` makes of what is wrong with it; RangeError for a time zone that is none
 */
export function parseUnixCron(
  expression: string,
  timeZone: string,
  refuse: Refuse = syntaxError,
): Recurrence {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5)
    throw refuse(`expected 5 fields (minute, hour, day of month, month, day of week), got ${fields.length}`);
  const [minute, hour, day, month, weekday = ''] = fields;
  if (fields.some((field) => !/^[\w*,/-]+$/.test(field)) || /[LW]/i.test(day ?? ''))
    throw refuse(`expected numbers, names, *, lists, ranges and steps, got ${JSON.stringify(expression)}`);
  const weekdays = weekday === '*' ? undefined : readWeekdays(weekday, refuse);
  const rest = (days: string) => cronTimes(parseCron(`${minute} ${hour} ${days} *`, refuse), timeZone);
  const ways = [
    ...(weekdays ? [rest(`? ${month} ${weekdays}`)] : []),
    ...(weekdays && day === '*' ? [] : [rest(`${day} ${month} ?`)]),
  ];
  return {
    isOneTime: false,
    next: (after) =>
      ways.flatMap((next) => next(after) ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0],
  };
}

/** The days of the week by their names, as AWS's own cron expressions count from 1 and Unix's from 0. */
function readWeekdays(field: string, refuse: Refuse): string {
  const found = new Set<string>();
  for (const part of field.split(',')) {
    const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const from = first === '*' ? 0 : numberOf(first);
    const to = first === '*' ? 6 : last === undefined ? from : numberOf(last);
    if (from === undefined || to === undefined || from > to || Number(step ?? 1) < 1)
      throw refuse(`expected days of the week from 0 to 7 or by their names, got ${JSON.stringify(part)}`);
    for (let day = from; day <= to; day += Number(step ?? 1)) found.add(WEEKDAYS[day % 7] ?? '');
  }
  return [...found].join(',');
}

function numberOf(text: string): number | undefined {
  const named = WEEKDAYS.indexOf(text.toUpperCase());
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) : undefined;
}
