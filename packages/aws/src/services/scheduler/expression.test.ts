import { parseSchedule } from './schedule-expression';

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
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression, { anchor, timeZone: 'UTC' })).toThrow(SyntaxError);
});
