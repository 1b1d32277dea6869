import { parseUnixCron } from './unix-cron';

const next = (expression: string, after: string, zone = 'UTC') =>
  parseUnixCron(expression, zone).next(new Date(after))?.toISOString();

test.each([
  // 2026-11-29 is a Sunday.
  ['0 9 * * *', '2026-11-29T08:00:00Z', '2026-11-29T09:00:00.000Z'],
  ['0 9 * * *', '2026-11-29T09:00:00Z', '2026-11-30T09:00:00.000Z'],
  ['30 0 1 1,6,12 *', '2026-11-29T00:00:00Z', '2026-12-01T00:30:00.000Z'],
  ['*/20 * * * *', '2026-11-29T08:41:00Z', '2026-11-29T09:00:00.000Z'],
  ['0 8 * * 1-5', '2026-11-29T00:00:00Z', '2026-11-30T08:00:00.000Z'],
  ['0 8 * * 0', '2026-11-29T09:00:00Z', '2026-12-06T08:00:00.000Z'],
  ['0 8 * * 7', '2026-11-29T09:00:00Z', '2026-12-06T08:00:00.000Z'],
  ['0 8 * * mon-fri/2', '2026-11-30T09:00:00Z', '2026-12-02T08:00:00.000Z'],
  ['0 8 * * 5-7', '2026-11-29T09:00:00Z', '2026-12-04T08:00:00.000Z'],
  ['0 8 * * */2', '2026-11-29T09:00:00Z', '2026-12-01T08:00:00.000Z'],
  // Either of two days that are named.
  ['0 8 30 * 3', '2026-11-29T09:00:00Z', '2026-11-30T08:00:00.000Z'],
  ['0 8 30 * 3', '2026-11-30T09:00:00Z', '2026-12-02T08:00:00.000Z'],
])('%s after %s is %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected);
});

test('Times are those of the wall clock of their time zone', () => {
  expect(next('0 9 * * *', '2026-11-29T00:00:00Z', 'Europe/Oslo')).toBe('2026-11-29T08:00:00.000Z');
  expect(next('0 9 * * *', '2026-07-01T00:00:00Z', 'Europe/Oslo')).toBe('2026-07-01T07:00:00.000Z');
});

test.each([
  '0 9 * *',
  '0 9 * * * *',
  '61 * * * *',
  '0 9 ? * *',
  '0 9 L * *',
  '0 9 * * 8',
  '0 9 * * 5-1',
  '0 9 * * 1/0',
])('%s is refused', (expression) => {
  expect(() => parseUnixCron(expression, 'UTC')).toThrow(SyntaxError);
});
