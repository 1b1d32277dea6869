import { Cron } from 'croner';
import * as fc from 'fast-check';
import { parseRuleSchedule, parseSchedule } from './schedule';
import { isTimeZone } from './time-zone';

const anchor = new Date('2026-01-01T00:00:00Z');

/** The first times of an expression after a moment. */
const times = (expression: string, after: string, options: { count?: number; timeZone?: string } = {}) => {
  const schedule = parseSchedule(expression, { anchor, timeZone: options.timeZone ?? 'UTC' });
  const found: string[] = [];
  let from = new Date(after);
  for (let i = 0; i < (options.count ?? 2); i += 1) {
    const next = schedule.next(from);
    if (!next) break;
    found.push(next.toISOString().slice(0, 16));
    from = next;
  }
  return found;
};

test.each([
  // 2026-01-01 is a Thursday.
  ['every night', 'cron(0 3 * * ? *)', ['2026-01-01T03:00', '2026-01-02T03:00']],
  ['every quarter of an hour from 5 past', 'cron(5/15 * * * ? *)', ['2026-01-01T00:05', '2026-01-01T00:20']],
  ['on Sundays, day 1', 'cron(0 12 ? * 1 *)', ['2026-01-04T12:00', '2026-01-11T12:00']],
  ['on Saturdays, day 7', 'cron(0 12 ? * 7 *)', ['2026-01-03T12:00', '2026-01-10T12:00']],
  ['on Saturdays, L', 'cron(0 12 ? * L *)', ['2026-01-03T12:00', '2026-01-10T12:00']],
  ['from Monday to Friday', 'cron(0 12 ? * MON-FRI *)', ['2026-01-01T12:00', '2026-01-02T12:00']],
  [
    'from Friday over the week to Monday',
    'cron(0 12 ? * FRI-MON *)',
    ['2026-01-02T12:00', '2026-01-03T12:00'],
  ],
  ['on the last Friday of a month', 'cron(0 12 ? * 6L *)', ['2026-01-30T12:00', '2026-02-27T12:00']],
  ['on the third Friday of a month', 'cron(0 12 ? * FRI#3 *)', ['2026-01-16T12:00', '2026-02-20T12:00']],
  ['on the last day of a month', 'cron(0 12 L * ? *)', ['2026-01-31T12:00', '2026-02-28T12:00']],
  [
    'on the weekday nearest to the 17th, a Saturday',
    'cron(0 12 17W 1 ? *)',
    ['2026-01-16T12:00', '2027-01-18T12:00'],
  ],
  ['every second day of a month', 'cron(0 0 */2 FEB ? *)', ['2026-02-01T00:00', '2026-02-03T00:00']],
  ['over midnight', 'cron(0 23-1 * * ? *)', ['2026-01-01T01:00', '2026-01-01T23:00']],
  ['in one year only', 'cron(0 0 1 MAR ? 2027)', ['2027-03-01T00:00']],
  ['in years long from now', 'cron(0 0 1 1 ? 2100/50)', ['2100-01-01T00:00', '2150-01-01T00:00']],
])('a cron expression for %s: %s', (_name, expression, expected) => {
  expect(times(expression, '2026-01-01T00:00:00Z')).toEqual(expected);
});

test('a cron expression counts the hours of its time zone, in summer and winter', () => {
  const nightly = (after: string) => times('cron(0 3 * * ? *)', after, { count: 1, timeZone: 'Europe/Oslo' });
  expect([...nightly('2026-01-10T12:00:00Z'), ...nightly('2026-07-10T12:00:00Z')]).toEqual([
    '2026-01-11T02:00',
    '2026-07-11T01:00',
  ]);
});

test('a time that clocks skip in spring does not happen', () => {
  // In Oslo 02:00 to 03:00 did not exist on 2026-03-29.
  expect(times('cron(30 2 * * ? *)', '2026-03-28T00:00:00Z', { timeZone: 'Europe/Oslo' })).toEqual([
    '2026-03-28T01:30',
    '2026-03-30T00:30',
  ]);
});

test.each(['cron(30 2 * * ? *)', 'cron(30 2,2 * * ? *)'])(
  'a time that comes twice in autumn happens once: %s',
  (expression) => {
    // In Oslo 02:30 was there twice on 2026-10-25, at 00:30 and at 01:30 UTC.
    expect(times(expression, '2026-10-24T12:00:00Z', { timeZone: 'Europe/Oslo' })).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  },
);

test('an hourly cron expression runs once in the hour that comes twice', () => {
  expect(times('cron(0 * * * ? *)', '2026-10-24T23:30:00Z', { count: 3, timeZone: 'Europe/Oslo' })).toEqual([
    '2026-10-25T00:00',
    '2026-10-25T02:00',
    '2026-10-25T03:00',
  ]);
});

test('a rate counts from its anchor, the anchor included', () => {
  expect(times('rate(5 minutes)', '2025-06-01T00:00:00Z')).toEqual(['2026-01-01T00:00', '2026-01-01T00:05']);
  expect(times('rate(1 hour)', '2026-01-03T10:10:00Z')).toEqual(['2026-01-03T11:00', '2026-01-03T12:00']);
});

test('at is one moment in its time zone', () => {
  const at = (after: string) => times('at(2026-07-01T12:00:00)', after, { timeZone: 'America/New_York' });
  expect(at('2026-06-01T00:00:00Z')).toEqual(['2026-07-01T16:00']);
  expect(at('2026-08-01T00:00:00Z')).toEqual([]);
});

test.each([
  'cron(0 3 * * * *)',
  'cron(0 3 ? * ? *)',
  'cron(0 3 1 * MON *)',
  'cron(0 3 * * ?)',
  'cron(60 3 * * ? *)',
  'cron(0 24 * * ? *)',
  'cron(0 3 0 * ? *)',
  'cron(0 3 ? * 8 *)',
  'cron(0 3 ? * 0 *)',
  'cron(0/0 3 * * ? *)',
  'cron(0 3 * * ? 1900)',
  'rate(0 minutes)',
  'rate(5 seconds)',
  'rate(minute)',
  'at(2026-02-30T00:00:00)',
  'at(2026-02-01)',
  'every day',
  // Recorded on AWS: blanks at the ends, and times with a zone.
  'rate( 10 minutes )',
  'rate(10 minutes )',
  ' rate(10 minutes)',
  'rate(10 minutes) ',
  'at(2021-12-31T23:59:59Z)',
  'at( 2021-12-31T23:59:59)',
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression, { anchor, timeZone: 'UTC' })).toThrow(SyntaxError);
});

test.each([
  ['a month with 30 days', 'cron(0 12 31W 4 ? *)', []],
  ['the last weekday of a month', 'cron(0 12 LW * ? *)', ['2026-01-30T12:00', '2026-02-27T12:00']],
  ['the fifth Friday', 'cron(0 12 ? * 6#5 *)', ['2026-01-30T12:00', '2026-05-29T12:00']],
  ['a day that never is', 'cron(0 12 30 2 ? *)', []],
  ['leap days', 'cron(0 12 29 2 ? *)', ['2028-02-29T12:00', '2032-02-29T12:00']],
])('a cron expression for %s', (_what, expression, expected) => {
  expect(times(expression, '2026-01-01T00:00:00Z')).toEqual(expected);
});

test('the rate of a rule has its unit in the right number', () => {
  const isRule = (text: string) => {
    try {
      return parseRuleSchedule(text, anchor).next(anchor) !== undefined;
    } catch {
      return false;
    }
  };
  expect(['rate(1 minute)', 'rate(5 minutes)', 'cron(0 3 * * ? *)'].map(isRule)).toEqual([true, true, true]);
  const refused = ['rate(1 minutes)', 'rate(5 minute)', 'rate( 5 minutes)', 'at(2026-07-01T12:00:00)'];
  expect(refused.map(isRule)).toEqual([false, false, false, false]);
});

test('whoever reads a schedule says how it is refused', () => {
  const refuse = (reason: string) => new RangeError(`Invalid: ${reason}`);
  expect(() => parseSchedule('rate(5 weeks)', { anchor, timeZone: 'UTC' }, refuse)).toThrow(
    new RangeError('Invalid: expected a rate such as 1 hour or 5 minutes, got "5 weeks"'),
  );
});

test('time zones are names of the database, as it writes them', () => {
  expect(['UTC', 'Europe/Oslo', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1'].every(isTimeZone)).toBe(true);
  expect(['europe/oslo', '+01:00', 'Mars/Olympus', ''].some(isTimeZone)).toBe(false);
});

test('the next time is the one that another reader of cron finds', () => {
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const weekday = fc.oneof(number(1, 7), fc.constantFrom('MON-FRI', 'L', '6L', '2#1', '7#5', 'SUN,WED'));
  const day = fc.oneof(number(1, 28), fc.constantFrom('*', 'L', 'LW', '15W', '1W', '*/7', '10-20/3'));
  const month = fc.oneof(number(1, 12), fc.constantFrom('*', 'JAN-MAR', '2-12/5'));
  const days = fc.oneof(fc.tuple(day, month, fc.constant('?')), fc.tuple(fc.constant('?'), month, weekday));
  const when = fc.date({
    min: new Date('2020-01-01'),
    max: new Date('2040-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(number(0, 59), number(0, 23), days, when, (minute, hour, rest, after) => {
      const fields = [minute, hour, ...rest].join(' ');
      const { next } = parseSchedule(`cron(${fields} *)`, { anchor, timeZone: 'UTC' });
      const pattern = fields
        .replaceAll('?', '*')
        .replace(/ L$/, ' 7')
        .replace(/(\d)L$/, '$1#L');
      const other = new Cron(`0 ${pattern} *`, {
        timezone: 'UTC',
        mode: '7-part',
        alternativeWeekdays: true,
      });
      expect(next(after)?.toISOString()).toBe(other.nextRun(after)?.toISOString());
    }),
    { numRuns: 300 },
  );
});
