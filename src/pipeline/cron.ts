interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const DAY_OF_MONTH: Field = { name: 'day of month', from: 1, to: 31 };
const DAY_OF_WEEK: Field = { name: 'day of week', from: 1, to: 7, names: WEEKDAYS };

const FIELDS: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59 },
  { name: 'hours', from: 0, to: 23 },
  DAY_OF_MONTH,
  { name: 'month', from: 1, to: 12, names: MONTHS },
  DAY_OF_WEEK,
  { name: 'year', from: 1970, to: 2199 },
];

/**
 * Checks a cron expression as EventBridge Scheduler reads it: minutes, hours, day of month, month, day of week,
 * year, with `?` in one of the two day fields.
 * See https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 *
 * @returns what is wrong with it, or undefined if nothing is
 */
export function findCronProblem(expression: string): string | undefined {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    return `expected 6 fields (minutes, hours, day of month, month, day of week, year), got ${texts.length}`;
  }
  const wrong = FIELDS.findIndex((field, at) => !isField(field, texts[at] ?? ''));
  if (wrong >= 0) {
    const field = FIELDS[wrong] as Field;
    return `expected ${describe(field)} in field ${wrong + 1}, got ${JSON.stringify(texts[wrong])}`;
  }
  if ((texts[2] === '?') === (texts[4] === '?')) {
    return 'expected ? in exactly one of the fields day of month and day of week';
  }
  return undefined;
}

function describe({ name, from, to, names }: Field): string {
  return `${name} from ${from} to ${to}${names ? ` or ${names[0]} to ${names.at(-1)}` : ''}`;
}

function isField(field: Field, text: string): boolean {
  if (text === '?') return field === DAY_OF_MONTH || field === DAY_OF_WEEK;
  return text.split(',').every((part) => isPart(field, part));
}

/** One part of a comma-separated field: `*`, a value, a range, a step, or one of the day fields' special forms. */
function isPart(field: Field, part: string): boolean {
  if (field === DAY_OF_MONTH && /^(L|LW|([1-9]|[12]\d|3[01])W)$/i.test(part)) return true;
  if (field === DAY_OF_WEEK && isSpecialWeekday(field, part)) return true;

  const [range = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*') return true;

  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) return false;
  return isValue(field, first) && (last === undefined || isValue(field, last));
}

function isSpecialWeekday(field: Field, part: string): boolean {
  const [, weekday, which] = /^(\w+?)(L|#[1-5])$/i.exec(part) ?? [];
  return part.toUpperCase() === 'L' || (which !== undefined && isValue(field, weekday ?? ''));
}

function isValue({ from, to, names }: Field, text: string): boolean {
  if (names?.includes(text.toUpperCase())) return true;
  return /^\d{1,4}$/.test(text) && Number(text) >= from && Number(text) <= to;
}
