const NAMED: Readonly<Record<string, string>> = {
  ...{ '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0' },
  ...{ '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *' },
};

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** When a job runs, minute by minute, in UTC (crontab(5)). */
export type Schedule = (date: Date) => boolean;

/** Reads the five fields of a schedule, or `@daily` and its like; undefined for what is none. */
export function parseSchedule(text: string): Schedule | undefined {
  const fields = (NAMED[text] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minutes, hours, dates, months, days] = [
    parseField(fields[0], 0, 59),
    parseField(fields[1], 0, 23),
    parseField(fields[2], 1, 31),
    parseField(fields[3], 1, 12, MONTHS, 1),
    parseField(fields[4], 0, 7, DAYS, 0),
  ];
  if (!minutes || !hours || !dates || !months || !days) return undefined;
  if (days.has(7)) days.add(0);
  // Where both days are given, either will do.
  const either = !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*');
  return (date) => {
    const [isDate, isDay] = [dates.has(date.getUTCDate()), days.has(date.getUTCDay())];
    const isRight = either ? isDate || isDay : isDate && isDay;
    return (
      minutes.has(date.getUTCMinutes()) &&
      hours.has(date.getUTCHours()) &&
      months.has(date.getUTCMonth() + 1) &&
      isRight
    );
  };
}

function parseField(
  text = '',
  least: number,
  most: number,
  names: readonly string[] = [],
  first = 0,
): Set<number> | undefined {
  const values = new Set<number>();
  const read = (word: string) => {
    const at = names.indexOf(word.toLowerCase());
    return at >= 0 ? at + first : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const item of text.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [from = '', to] = range.split('-');
    const start = from === '*' ? least : read(from);
    const end = from === '*' || (to === undefined && item.includes('/')) ? most : read(to ?? from);
    if (Number.isNaN(start) || Number.isNaN(end) || start < least || end > most || !/^[1-9]\d*$/.test(step))
      return undefined;
    for (let value = start; value <= end; value += Number(step)) values.add(value);
  }
  return values;
}
