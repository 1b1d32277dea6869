const NAMED: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
};

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Further ahead nobody waits. */
const HORIZON_DAYS = 366 * 5;

/**
 * When a calendar event of systemd.time(7) comes next, in UTC: `daily`, `*:0/5`, `Mon..Fri *-*-* 03:30:00`.
 * @returns undefined for what never comes, or is no calendar event
 */
export function nextElapse(expression: string, after: Date): Date | undefined {
  const text = NAMED[expression.trim().toLowerCase()] ?? expression.trim().replace(/\s*UTC$/, '');
  const match =
    /^(?:([A-Za-z][A-Za-z,.]*)\s*)?(?:(?:(\S+)-)?(\S+)-(\S+?))?\s*(?:(\S+?):(\S+?)(?::(\S+))?)?$/.exec(text);
  if (match === null) return undefined;
  const [, days, years = '*', months = '*', dates = '*', hours = '0', minutes = '0', seconds = '0'] = match;
  const isDay = days === undefined ? () => true : dayMatcher(days);
  const isSecond = matcher(seconds, 0);
  const second = Array.from({ length: 60 }, (_, value) => value).find(isSecond);
  if (second === undefined) return undefined;
  const [isYear, isMonth, isDate] = [matcher(years, 1970), matcher(months, 1), matcher(dates, 1)];
  const [isHour, isMinute] = [matcher(hours, 0), matcher(minutes, 0)];
  const first = Math.floor(after.getTime() / DAY) * DAY;
  for (let day = first; day < first + HORIZON_DAYS * DAY; day += DAY) {
    const date = new Date(day);
    if (!isYear(date.getUTCFullYear()) || !isMonth(date.getUTCMonth() + 1)) continue;
    if (!isDate(date.getUTCDate()) || !isDay(date.getUTCDay())) continue;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      const at = day + minute * MINUTE + second * 1000;
      if (at > after.getTime() && isHour(Math.floor(minute / 60)) && isMinute(minute % 60))
        return new Date(at);
    }
  }
  return undefined;
}

/** A list of values, ranges and repetitions, as `0/15` and `1..5,7`. */
function matcher(list: string, smallest: number): (value: number) => boolean {
  const tests = list.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range.split('..');
    const start = from === '*' ? smallest : Number(from);
    const end = to === undefined ? undefined : Number(to);
    if (step !== undefined)
      return (value: number) =>
        value >= start && (end === undefined || value <= end) && (value - start) % Number(step) === 0;
    if (from === '*') return () => true;
    return (value: number) => value >= start && value <= (end ?? start);
  });
  return (value) => tests.some((test) => test(value));
}

function dayMatcher(list: string): (day: number) => boolean {
  const index = (name: string) => DAYS.indexOf(name.slice(0, 3).toLowerCase());
  const wanted = new Set<number>();
  for (const item of list.split(',')) {
    const [from = '', to] = item.split('..');
    for (let day = index(from); ; day = (day + 1) % 7) {
      wanted.add(day);
      if (to === undefined || day === index(to) || wanted.size > 7) break;
    }
  }
  return (day) => wanted.has(day);
}
