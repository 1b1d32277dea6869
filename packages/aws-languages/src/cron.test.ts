import { findCronProblem, parseCron } from './cron';

test.each([
  '0 3 * * ? *',
  '0/15 * * * ? *',
  '*/5 8-17 ? * MON-FRI *',
  '30 10 1,15 * ? 2026-2030',
  '0 9 L * ? *',
  '0 9 15W * ? *',
  '0 9 LW JAN,jul ? *',
  '0 9 ? * 6#3 *',
  '0 9 ? * FRIL *',
  '0 9 ? * L *',
  '0 9 ? * 2-6/2 2027',
])('%s is a cron expression of EventBridge Scheduler', (expression) => {
  expect(findCronProblem(expression)).toBeUndefined();
});

test.each([
  ['0 3 * * *', 'expected 6 fields (minutes, hours, day of month, month, day of week, year), got 5'],
  ['', 'expected 6 fields (minutes, hours, day of month, month, day of week, year), got 1'],
  ['60 3 * * ? *', 'expected minutes from 0 to 59 in field 1, got "60"'],
  ['0 24 * * ? *', 'expected hours from 0 to 23 in field 2, got "24"'],
  ['0 3 32 * ? *', 'expected day of month from 1 to 31 in field 3, got "32"'],
  ['0 3 * 13 ? *', 'expected month from 1 to 12 or JAN to DEC in field 4, got "13"'],
  ['0 3 ? * 0 *', 'expected day of week from 1 to 7 or SUN to SAT in field 5, got "0"'],
  ['0 3 * * ? 1969', 'expected year from 1970 to 2199 in field 6, got "1969"'],
  ['? 3 * * ? *', 'expected minutes from 0 to 59 in field 1, got "?"'],
  ['0, 3 * * ? *', 'expected minutes from 0 to 59 in field 1, got "0,"'],
  ['1-2-3 3 * * ? *', 'expected minutes from 0 to 59 in field 1, got "1-2-3"'],
  ['0/0 3 * * ? *', 'expected minutes from 0 to 59 in field 1, got "0/0"'],
  ['0 3 ? * MON#6 *', 'expected day of week from 1 to 7 or SUN to SAT in field 5, got "MON#6"'],
  ['0 3 * * * *', 'expected ? in exactly one of the fields day of month and day of week'],
  ['0 3 ? * ? *', 'expected ? in exactly one of the fields day of month and day of week'],
])('%j is none, and the message says why', (expression, problem) => {
  expect(findCronProblem(expression)).toBe(problem);
});

test.each([
  ['a list beside the last weekday', '0 9 1,LW * ? *'],
  ['several nth days of the week', '0 9 ? * 3#1,6#3 *'],
  ['a number that only JavaScript reads', '1E1 9 * * ? *'],
  ['another such number', '0X10 9 * * ? *'],
  ['years that go back', '0 9 * * ? 2030-2026'],
  ['an open range', '5- 9 * * ? *'],
])('%s is refused', (_what, expression) => {
  expect(findCronProblem(expression)).toMatch(/^expected /);
  expect(() => parseCron(expression, (reason) => new RangeError(reason))).toThrow(RangeError);
});

test('ranges go over the end of their field, and steps count from their start', () => {
  const { minutes, hours, months, days } = parseCron('50-10/10 22-1 ? NOV-FEB FRI-MON *');
  expect({ minutes, hours, months, days }).toEqual({
    minutes: [0, 10, 50],
    hours: [0, 1, 22, 23],
    months: [1, 2, 11, 12],
    days: { kind: 'days of week', weekdays: [1, 2, 6, 7] },
  });
});
