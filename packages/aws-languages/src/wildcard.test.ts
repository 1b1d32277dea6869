import * as fc from 'fast-check';
import { compileWildcard, escapeWildcards, type WildcardOptions } from './wildcard';

test.each<[string, WildcardOptions, string, string, boolean]>([
  ['a star is any text, also none', {}, 'a*c', 'ac', true],
  ['a star is any text', {}, 'a*c', 'a/b.c', true],
  ['a question mark is one character', {}, 'a?c', 'abc', true],
  ['a question mark is not none', {}, 'a?c', 'ac', false],
  ['a question mark is one character beyond 16 bits', {}, 'a?c', 'a😀c', true],
  ['a pattern matches all of a text', {}, 'b', 'abc', false],
  ['what regular expressions give a meaning to has none', {}, 'a.c+(d)', 'a.c+(d)', true],
  ['a dot is a dot', {}, 'a.c', 'abc', false],
  ['case matters', {}, 'ABC', 'abc', false],
  ['case does not matter when it is ignored', { ignoreCase: true }, 'A*C', 'abc', true],
  ['a backslash is a backslash', {}, 'a\\*c', 'a\\bc', true],
  ['a backslash makes a star a star', { escape: 'special' }, 'a\\*c', 'a*c', true],
  ['an escaped star is nothing else', { escape: 'special' }, 'a\\*c', 'abc', false],
  ['a backslash before a letter is one', { escape: 'special' }, 'a\\bc', 'a\\bc', true],
  ['a backslash before any character is none', { escape: 'any' }, 'a\\bc', 'abc', true],
  ['a backslash at the end is one', { escape: 'any' }, 'abc\\', 'abc\\', true],
  [
    'an escaped question mark keeps its backslash where it has no meaning',
    { escape: 'special', question: false },
    'a\\?',
    'a\\?',
    true,
  ],
  ['a question mark is one where it has no meaning', { question: false }, 'a?c', 'abc', false],
  ['a star is line breaks', {}, 'a*c', 'a\nc', true],
  ['a star is no line breaks without dotAll', { dotAll: false }, 'a*c', 'a\nc', false],
  ['a star ends at a separator', { separator: '/' }, '/a/*', '/a/b/c', false],
  ['a star stands between separators', { separator: '/' }, '/*/b*', '/a/bc', true],
  ['a class is one of its characters', { classes: true }, 'log[0-9_].txt', 'log7.txt', true],
  ['a class is none but its characters', { classes: true }, 'log[0-9].txt', 'loga.txt', false],
  ['a class with ! is one of the others', { classes: true }, 'log[!0-9].txt', 'loga.txt', true],
  ['a bracket that is not closed is one', { classes: true }, 'a[b', 'a[b', true],
])('%s', (_sentence, options, pattern, text, expected) => {
  expect(compileWildcard(pattern, options).test(text)).toBe(expected);
});

test('it matches what the regular expression of the same meaning matches', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\n'), maxLength: 12 });
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(patterns, texts, fc.boolean(), fc.boolean(), (pattern, text, dotAll, isPath) => {
      const any = `[^${isPath ? '/' : ''}${dotAll ? '' : '\\n'}\0]`;
      const source = pattern.replaceAll('?', any).replaceAll('*', `${any}*`);
      const expected = new RegExp(`^${source}$`).test(text);
      const options = { dotAll, ...(isPath && { separator: '/' }) };
      expect(compileWildcard(pattern, options).test(text)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test('an escaped text matches itself', () => {
  fc.assert(
    fc.property(fc.string(), (text) => compileWildcard(escapeWildcards(text), { escape: 'any' }).test(text)),
  );
});

test('many stars before a text that almost fits take no time', () => {
  const started = Date.now();
  expect(compileWildcard(`${'*a'.repeat(50)}b`).test('a'.repeat(5000))).toBe(false);
  expect(Date.now() - started).toBeLessThan(2000);
});
