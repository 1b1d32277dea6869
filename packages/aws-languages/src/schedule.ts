import { parseCron } from './cron';
import { cronTimes } from './cron-times';
import { nextRateTime, parseRate, type RateReader } from './rate';
import { type Refuse, syntaxError } from './refuse';
import { TimeZone } from './time-zone';

/** When a schedule happens. */
export interface Recurrence {
  /** `at(…)`: it happens once. */
  readonly isOneTime: boolean;
  /** The first time after this one; `undefined` when there is none. */
  next(after: Date): Date | undefined;
}

/**
 * Reads `cron(…)`, `rate(…)` or `at(…)` as EventBridge Scheduler does.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param options `anchor`: when a rate begins, its first time; `timeZone`: of cron and at, an IANA name
 * @throws what `refuse` makes of what is wrong with it; RangeError for a time zone that is none
 */
export function parseSchedule(
  expression: string,
  options: { readonly anchor: Date; readonly timeZone: string },
  refuse: Refuse = syntaxError,
): Recurrence {
  const [, kind, content = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'cron':
      return readCron(content, options.timeZone, refuse);
    case 'rate':
      return readRate(content, options.anchor, 'scheduler', refuse);
    case 'at':
      return readAt(content, options.timeZone, refuse);
    default:
      throw refuse(`expected cron(…), rate(…) or at(…), got ${JSON.stringify(expression)}`);
  }
}

/**
 * Reads the schedule of an EventBridge rule: cron and rate, in UTC.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @param anchor a rate counts from here
 * @throws what `refuse` makes of what is wrong with it
 */
export function parseRuleSchedule(
  expression: string,
  anchor: Date,
  refuse: Refuse = syntaxError,
): Recurrence {
  const [, kind, content = ''] = /^(cron|rate)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return readCron(content, 'UTC', refuse);
  if (kind === 'rate') return readRate(content, anchor, 'rule', refuse);
  throw refuse(`expected cron(…) or rate(…), got ${JSON.stringify(expression)}`);
}

function readCron(content: string, timeZone: string, refuse: Refuse): Recurrence {
  return { isOneTime: false, next: cronTimes(parseCron(content, refuse), timeZone) };
}

function readRate(content: string, anchor: Date, reader: RateReader, refuse: Refuse): Recurrence {
  const periodSeconds = parseRate(content, reader, refuse);
  return { isOneTime: false, next: (after) => nextRateTime(periodSeconds, anchor, after) };
}

function readAt(content: string, timeZone: string, refuse: Refuse): Recurrence {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(content) ? Date.parse(`${content}Z`) : Number.NaN;
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(content))
    throw refuse(`expected a date and time such as 2026-07-01T12:00:00, got ${JSON.stringify(content)}`);
  const instant = new TimeZone(timeZone).instantOf(wall);
  return { isOneTime: true, next: (after) => (instant && instant > after ? instant : undefined) };
}
