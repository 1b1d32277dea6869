import { UserPattern } from './user-pattern';

test.each([
  ['^a+$', '', 'aaa', true],
  ['^a+$', '', 'aab', false],
  ['HELLO', 'i', 'say hello', true],
])('%p with flags %p and %p: %p', (source, flags, text, matches) => {
  expect(new UserPattern(source, flags).test(text)).toBe(matches);
});

test('an expression that would never come to an end is given up', () => {
  expect(new UserPattern('^(a+)+$').test(`${'a'.repeat(40)}!`)).toBe(false);
});

test('what is no expression is said at once', () => {
  expect(() => new UserPattern('(')).toThrow(SyntaxError);
});

test('a match for which a busy machine had no time is tried again', () => {
  const usage = jest.spyOn(process, 'cpuUsage').mockReturnValue({ user: 1000, system: 0 });
  try {
    expect(new UserPattern('^(a+)+$', '', 5).test(`${'a'.repeat(40)}!`)).toBe(false);
    expect(usage.mock.calls.length).toBeGreaterThan(10);
  } finally {
    usage.mockRestore();
  }
});
