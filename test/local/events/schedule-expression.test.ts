import { parseSchedule } from '../../../local/schedule-expression';

const from = new Date('2026-11-23T12:00:00Z');
const next = (expression: string, timezone?: string) =>
  parseSchedule(expression, { from, timezone, allowAt: true })?.next(from)?.toISOString();

test.each([
  ['rate(5 minutes)', '2026-11-23T12:05:00.000Z'],
  ['rate(1 hour)', '2026-11-23T13:00:00.000Z'],
  ['cron(0 3 * * ? *)', '2026-11-24T03:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-11-23T12:15:00.000Z'],
  ['cron(0 18 ? * MON-FRI *)', '2026-11-23T18:00:00.000Z'],
  ['cron(0 0 ? * 1 *)', '2026-11-29T00:00:00.000Z'],
  ['cron(0 0 ? * 6L *)', '2026-11-27T00:00:00.000Z'],
  ['cron(0 0 ? * 2#1 *)', '2026-12-07T00:00:00.000Z'],
  ['cron(0 0 L * ? *)', '2026-11-30T00:00:00.000Z'],
  ['at(2026-12-01T08:00:00)', '2026-12-01T08:00:00.000Z'],
])('%s is next due at %s', (expression, expected) => {
  expect(next(expression)).toBe(expected);
});

test('a time zone is that of the place, summer time included', () => {
  expect(next('cron(0 3 * * ? *)', 'Europe/Oslo')).toBe('2026-11-24T02:00:00.000Z');
  expect(next('at(2026-07-01T08:00:00)', 'Europe/Oslo')).toBeUndefined();
  expect(next('at(2027-07-01T08:00:00)', 'Europe/Oslo')).toBe('2027-07-01T06:00:00.000Z');
});

test('a year that is over has no next time', () => {
  expect(parseSchedule('cron(0 0 1 1 ? 2020)', { from })?.next(from)).toBeUndefined();
});

test.each([
  'rate(5 minute)',
  'rate(1 minutes)',
  'rate(0 minutes)',
  'cron(0 3 * * * *)',
  'cron(0 3 ? * ? *)',
  'cron(0 25 * * ? *)',
  'cron(0 3 * * ?)',
  'at(tomorrow)',
  'every day',
])('%s is no schedule', (expression) => {
  expect(parseSchedule(expression, { from, allowAt: true })).toBeUndefined();
});

test('an unknown time zone is no schedule', () => {
  expect(parseSchedule('cron(0 3 * * ? *)', { from, timezone: 'Mars/Base' })).toBeUndefined();
});
