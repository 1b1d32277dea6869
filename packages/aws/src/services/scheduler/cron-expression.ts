import { Cron } from 'croner';
import { TimeZone } from './time-zone';

/** A field of AWS's cron: its bounds, and the names that stand for numbers. */
interface Field {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const MINUTES: Field = { from: 0, to: 59 };
const HOURS: Field = { from: 0, to: 23 };
const DAYS: Field = { from: 1, to: 31 };
const MONTHS: Field = {
  from: 1,
  to: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
/** AWS counts from Sunday, which is 1. */
const WEEKDAYS: Field = { from: 1, to: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
const YEARS: Field = { from: 1970, to: 2199 };

/**
 * The times of an AWS cron expression, `minutes hours day-of-month month day-of-week year`, in a time zone.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 *
 * Times that do not exist because clocks go forward are skipped; those that come twice happen once.
 */
export class CronExpression {
  private readonly cron: Cron;
  private readonly zone: TimeZone;
  private readonly minutes: ReadonlySet<number>;
  private readonly hours: ReadonlySet<number>;

  /** @throws SyntaxError when AWS would not accept the fields */
  constructor(fields: string, timeZone: string) {
    const parts = fields.trim().toUpperCase().split(/\s+/);
    if (parts.length !== 6) throw new SyntaxError(`6 fields were expected: ${fields}`);
    const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = parts;
    if ((days === '?') === (weekdays === '?'))
      throw new SyntaxError('exactly one of day-of-month and day-of-week must be ?');
    const minuteList = readList(minutes, MINUTES);
    const hourList = readList(hours, HOURS);
    this.minutes = new Set(minuteList);
    this.hours = new Set(hourList);
    this.zone = new TimeZone(timeZone);
    const pattern = [
      '0',
      writeList(minutes, minuteList),
      writeList(hours, hourList),
      readDays(days),
      writeList(months, readList(months, MONTHS)),
      readWeekdays(weekdays),
      writeList(years, readList(years, YEARS)),
    ].join(' ');
    this.cron = new Cron(pattern, { timezone: timeZone, mode: '7-part', alternativeWeekdays: true });
  }

  /** The first time after this one; `undefined` when there is none. */
  next(after: Date): Date | undefined {
    let candidate = this.cron.nextRun(after);
    while (candidate && !this.happens(candidate)) candidate = this.cron.nextRun(candidate);
    return candidate ?? undefined;
  }

  /** croner moves a time that clocks skip to the end of the gap, and repeats what comes twice; AWS does neither. */
  private happens(instant: Date): boolean {
    const { hour, minute } = this.zone.wallTime(instant);
    return this.hours.has(hour) && this.minutes.has(minute) && !this.zone.isRepeated(instant);
  }
}

/** All numbers that a field of lists, ranges and steps means. */
function readList(text: string, field: Field): number[] {
  const numbers = new Set(text.split(',').flatMap((item) => readItem(item, field)));
  return [...numbers].sort((a, b) => a - b);
}

/** `*`, `5`, `1-5`, `FRI-MON` (over the end), and each of them with a step: `0/15`. */
function readItem(item: string, field: Field): number[] {
  const match = /^(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:\/(\d+))?$/.exec(item);
  if (!match || (match[1] === '*' && match[2] !== undefined)) throw new SyntaxError(`not a value: ${item}`);
  const [, start = '', end, stepText] = match;
  const from = start === '*' ? field.from : readNumber(start, field);
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1) throw new SyntaxError(`a step must be at least 1: ${item}`);
  const isOpen = end === undefined && (start === '*' || stepText !== undefined);
  let to = from;
  if (isOpen) to = field.to;
  else if (end !== undefined) to = readNumber(end, field);
  const size = field.to - field.from + 1;
  const length = to >= from ? to - from : to - from + size;
  const numbers: number[] = [];
  for (let i = 0; i <= length; i += step) numbers.push(((from - field.from + i) % size) + field.from);
  return numbers;
}

function readNumber(text: string, field: Field): number {
  const named = field.names?.indexOf(text) ?? -1;
  const number = named >= 0 ? named + field.from : Number(text);
  if (!Number.isInteger(number) || number < field.from || number > field.to)
    throw new SyntaxError(`${text} is not between ${field.from} and ${field.to}`);
  return number;
}

function writeList(text: string, numbers: readonly number[]): string {
  return text === '*' ? '*' : numbers.join(',');
}

/** Day of month: lists, `L` for the last day, `15W` for the weekday that is nearest to the 15th, `LW` for the last weekday. */
function readDays(text: string): string {
  if (text === '?' || text === '*') return '*';
  if (text === 'L' || text === 'LW') return text;
  const nearest = /^(\d+)W$/.exec(text);
  if (nearest) return `${readNumber(nearest[1] ?? '', DAYS)}W`;
  return writeList(text, readList(text, DAYS));
}

/** Day of week: lists, `L` for Saturday, `6L` for the last Friday of the month, `6#3` for the third. */
function readWeekdays(text: string): string {
  if (text === '?' || text === '*') return '*';
  if (text === 'L') return '7';
  const special = /^([A-Z0-9]+?)(?:(L)|#([1-5]))$/.exec(text);
  if (special) return `${readNumber(special[1] ?? '', WEEKDAYS)}#${special[2] ?? special[3]}`;
  return writeList(text, readList(text, WEEKDAYS));
}
