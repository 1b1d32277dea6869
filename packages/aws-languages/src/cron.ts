import { type Refuse, syntaxError } from './refuse';

/**
 * AWS's cron expressions: minutes, hours, day of month, month, day of week, year, with `?` in one of the two day fields.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly days: CronDays;
}

/** Which days of a month: one of the two day fields, the other one is `?`. Days of the week count from Sunday, which is 1. */
export type CronDays =
  | { readonly kind: 'days of month'; readonly days: readonly number[] }
  | { readonly kind: 'last day' | 'last weekday' }
  | { readonly kind: 'nearest weekday'; readonly day: number }
  | { readonly kind: 'days of week'; readonly weekdays: readonly number[] }
  | { readonly kind: 'last of month'; readonly weekday: number }
  | { readonly kind: 'nth of month'; readonly weekday: number; readonly nth: number };

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
  /** Whether a range may go over the end: `FRI-MON`. */
  readonly wraps: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const MINUTE: Field = { name: 'minutes', from: 0, to: 59, wraps: true };
const HOUR: Field = { name: 'hours', from: 0, to: 23, wraps: true };
const DAY_OF_MONTH: Field = { name: 'day of month', from: 1, to: 31, wraps: true };
const MONTH: Field = { name: 'month', from: 1, to: 12, names: MONTHS, wraps: true };
const DAY_OF_WEEK: Field = { name: 'day of week', from: 1, to: 7, names: WEEKDAYS, wraps: true };
const YEAR: Field = { name: 'year', from: 1970, to: 2199, wraps: false };

const FIELDS: readonly Field[] = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR];

/**
 * What is wrong with a cron expression, without its `cron(…)`.
 *
 * @returns undefined if nothing is
 */
export function findCronProblem(expression: string): string | undefined {
  const read = readCron(expression);
  return typeof read === 'string' ? read : undefined;
}

/**
 * Reads a cron expression, without its `cron(…)`.
 *
 * @throws what `refuse` makes of what is wrong with it
 */
export function parseCron(expression: string, refuse: Refuse = syntaxError): CronFields {
  const read = readCron(expression);
  if (typeof read === 'string') throw refuse(read);
  return read;
}

/** The fields, or what is wrong with them. */
function readCron(expression: string): CronFields | string {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length)
    return `expected 6 fields (minutes, hours, day of month, month, day of week, year), got ${texts.length}`;
  const [minuteText = '', hourText = '', dayText = '', monthText = '', weekdayText = '', yearText = ''] =
    texts.map((text) => text.toUpperCase());
  const days = dayText === '?' ? 'any' : readDaysOfMonth(dayText);
  const weekdays = weekdayText === '?' ? 'any' : readDaysOfWeek(weekdayText);
  const [minutes, hours, months, years] = [
    readList(minuteText, MINUTE),
    readList(hourText, HOUR),
    readList(monthText, MONTH),
    readList(yearText, YEAR),
  ];
  if (!minutes || !hours || !days || !months || !weekdays || !years) {
    const wrong = [minutes, hours, days, months, weekdays, years].findIndex((field) => !field);
    return `expected ${describe(FIELDS[wrong])} in field ${wrong + 1}, got ${JSON.stringify(texts[wrong])}`;
  }
  if ((days === 'any') === (weekdays === 'any'))
    return 'expected ? in exactly one of the fields day of month and day of week';
  return { minutes, hours, months, years, days: (days === 'any' ? weekdays : days) as CronDays };
}

function describe(field: Field = MINUTE): string {
  const { name, from, to, names } = field;
  return `${name} from ${from} to ${to}${names ? ` or ${names[0]} to ${names.at(-1)}` : ''}`;
}

/** Lists, `L` for the last day, `15W` for the weekday that is nearest to the 15th, `LW` for the last weekday. */
function readDaysOfMonth(text: string): CronDays | undefined {
  if (text === 'L') return { kind: 'last day' };
  if (text === 'LW') return { kind: 'last weekday' };
  if (text.endsWith('W')) {
    const day = readNumber(text.slice(0, -1), DAY_OF_MONTH);
    return day === undefined ? undefined : { kind: 'nearest weekday', day };
  }
  const days = readList(text, DAY_OF_MONTH);
  return days && { kind: 'days of month', days };
}

/** Lists, `L` for Saturday, `6L` for the last Friday of the month, `6#3` for the third. */
function readDaysOfWeek(text: string): CronDays | undefined {
  if (text === 'L') return { kind: 'days of week', weekdays: [7] };
  const [, name = '', which] = /^([A-Z0-9]+?)(L|#[1-5])$/.exec(text) ?? [];
  if (which !== undefined) {
    const weekday = readNumber(name, DAY_OF_WEEK);
    if (weekday === undefined) return undefined;
    return which === 'L'
      ? { kind: 'last of month', weekday }
      : { kind: 'nth of month', weekday, nth: Number(which.slice(1)) };
  }
  const weekdays = readList(text, DAY_OF_WEEK);
  return weekdays && { kind: 'days of week', weekdays };
}

/** All numbers that a field of lists, ranges and steps means, in their order. */
function readList(text: string, field: Field): number[] | undefined {
  const numbers = new Set<number>();
  for (const item of text.split(',')) {
    const some = readItem(item, field);
    if (!some) return undefined;
    for (const number of some) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** `*`, `5`, `1-5`, `FRI-MON` (over the end), and each of them with a step: `0/15`. */
function readItem(item: string, field: Field): number[] | undefined {
  const match = /^(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:\/(\d{1,4}))?$/.exec(item);
  if (!match || (match[1] === '*' && match[2] !== undefined)) return undefined;
  const [, start = '', end, stepText] = match;
  const from = start === '*' ? field.from : readNumber(start, field);
  const isOpen = start === '*' || stepText !== undefined;
  const last = end === undefined ? (isOpen ? field.to : from) : readNumber(end, field);
  const step = Number(stepText ?? 1);
  if (from === undefined || last === undefined || step < 1) return undefined;
  if (last < from && !field.wraps) return undefined;
  const size = field.to - field.from + 1;
  const length = last >= from ? last - from : last - from + size;
  const numbers: number[] = [];
  for (let i = 0; i <= length; i += step) numbers.push(((from - field.from + i) % size) + field.from);
  return numbers;
}

function readNumber(text: string, { from, to, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named + from;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : undefined;
}
