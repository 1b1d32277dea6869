import { AwsError } from './aws-error';
import { takePage } from './paging';

const names = ['a', 'b', 'c', 'd', 'e'];
const refuse = (token: string) => new AwsError('InvalidNextToken', token);
const page = (all: readonly string[], token?: string, question?: unknown) =>
  takePage(all, { token, size: 2, idOf: String, refuse, question });

test('pages follow one another and end', () => {
  const first = page(names);
  const second = page(names, first.next);
  const third = page(names, second.next);
  expect([first.items, second.items, third.items]).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(third.next).toBeUndefined();
});

test('what is made or deleted between two pages neither repeats nor hides another', () => {
  const { next } = page(names);
  expect(page(['0', ...names], next).items).toEqual(['c', 'd']);
  expect(page(['b', 'c', 'd'], next).items).toEqual(['c', 'd']);
});

test('where the last item is gone the next page begins where it stood', () => {
  const { next } = page(names);
  expect(page(['a', 'c', 'd', 'e'], next).items).toEqual(['d', 'e']);
});

test.each(['', 'x', 'bnVsbA==', 'eyJmcm9tIjoxfQ==', 'MQ==', 'W10='])(
  'the token %p was never given',
  (token) => {
    expect(() => page(names, token)).toThrow(expect.objectContaining({ code: 'InvalidNextToken' }));
  },
);

test('a token is good for its own question only', () => {
  const { next } = page(names, undefined, { Filters: ['x'] });
  expect(() => page(names, next, { Filters: ['y'] })).toThrow(AwsError);
});

test('a sorted list goes on where it stopped, however much of what was given is gone', () => {
  const sorted = (all: readonly string[], token?: string) =>
    takePage(all, { token, size: 2, idOf: String, refuse, compare: (a, b) => a.localeCompare(b) });
  const { next } = sorted(names);
  expect(sorted(['c', 'd', 'e'], next).items).toEqual(['c', 'd']);
  expect(sorted(['bb', 'e'], next).items).toEqual(['bb', 'e']);
  expect(sorted(['a'], next)).toEqual({ items: [] });
});
