import fc from 'fast-check';
import { Duration, duration } from '../../../src/pipeline/definition/duration';

test.each([
  ['30s', 30],
  ['10m', 600],
  ['2h', 7200],
  ['90d', 7_776_000],
  ['0s', 0],
])('%s is %d seconds', (text, seconds) => {
  expect(Duration.parse(text)).toBe(seconds);
});

test.each(['', '10', '10 m', '-1s', '1.5h', '10M', '1w', 'm', 10, null])('%j is no duration', (value) => {
  expect(Duration.safeParse(value).success).toBe(false);
});

test('a duration in seconds parses to that number, whatever it is', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), (seconds) => {
      expect(Duration.parse(`${seconds}s`)).toBe(seconds);
    }),
  );
});

test('a duration is checked against its limits whatever its unit, and both limits are valid', () => {
  const hour = duration('1m', '1h');
  expect(['60s', '1m', '60m', '1h'].map((text) => hour.parse(text))).toEqual([60, 60, 3600, 3600]);
  expect(['59s', '61m', '1d'].map((text) => hour.safeParse(text).success)).toEqual([false, false, false]);
});

test('the message says the limits and what was there', () => {
  expect(
    duration('1m', '1h')
      .safeParse('2h')
      .error?.issues.map(({ message }) => message),
  ).toEqual(['expected a duration from 1m to 1h, such as 30s, 10m, 2h or 90d, got "2h"']);
});
