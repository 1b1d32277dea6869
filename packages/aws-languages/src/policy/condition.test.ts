import * as fc from 'fast-check';
import { holds, parseOperator } from './condition';
import { type ContextValues, makeContext, resolvePattern, resolveText } from './variables';

const isTrue = (name: string, wanted: string | string[], values: ContextValues, version = '2012-10-17') => {
  const operator = parseOperator(name);
  if (!operator) throw new Error(`no operator ${name}`);
  const condition = { operator, key: 'test:key', values: [wanted].flat() };
  return holds(condition, makeContext(values), version);
};

const role = 'arn:aws:iam::000000000000:role/app/base';

test.each<[string, string | string[], string | string[] | undefined, boolean]>([
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringEqualsIgnoreCase', 'a', 'A', true],
  ['StringNotEqualsIgnoreCase', 'a', 'A', false],
  ['StringLike', 'a*c?', 'abcd', true],
  ['StringLike', 'a\\*', 'a\\b', true],
  ['StringNotLike', 'a*', 'abc', false],
  ['NumericEquals', '10', '10.0', true],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '9', false],
  ['NumericGreaterThanEquals', '10', 'ten', false],
  ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
  ['DateLessThan', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+02:00', true],
  ['DateGreaterThan', '1767225600', '2026-01-01T00:00:01Z', true],
  ['DateEquals', '2026-01-01', '2026-01-01T00:00:00', true],
  ['Bool', 'true', 'TRUE', true],
  ['Bool', 'false', 'true', false],
  ['BinaryEquals', 'YWJj', 'YWJj', true],
  ['BinaryEquals', 'YWJj', 'YWJk', false],
  ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
  ['IpAddress', '10.1.2.3', '10.1.2.3', true],
  ['IpAddress', '2001:db8::/32', '2001:db8::1', true],
  ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false],
  ['ArnLike', 'arn:aws:iam::*:role/app/*', role, true],
  ['ArnEquals', 'arn:aws:iam::*:role/app/*', role, true],
  ['ArnLike', 'arn:aws:iam:*:role/app/base', role, false],
  ['ArnLike', '*', role, true],
  ['ArnLike', '*', 'no ARN', false],
  ['ArnNotLike', 'arn:aws:iam::*:user/*', role, true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['StringEquals', 'a', undefined, false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ['ForAllValues:StringEquals', ['a', 'b'], [], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['a', 'c'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], undefined, false],
  ['ForAnyValue:StringNotLike', 'a*', undefined, false],
  ['ForAnyValue:StringNotLike', 'a*', ['ab', 'b'], true],
  ['ForAllValues:StringNotLike', 'a*', ['ab', 'b'], false],
])('%s of %j for %j is %s', (operator, wanted, actual, expected) => {
  expect(isTrue(operator, wanted, { 'TEST:Key': actual })).toBe(expected);
});

test('operators that IAM does not have are none', () => {
  const names = ['StringMatches', 'stringEquals', 'NullIfExists', 'ForSomeValues:Bool', '', 'toString'];
  expect(names.map(parseOperator)).toEqual(names.map(() => undefined));
});

test('variables are their values, in the current version alone', () => {
  const context = { 'test:key': 'home/ann', 'aws:username': 'ann' };
  expect(isTrue('StringEquals', `home/\${aws:UserName}`, context)).toBe(true);
  expect(isTrue('StringEquals', `home/\${aws:username}`, context, '2008-10-17')).toBe(false);
  expect(isTrue('StringEquals', `home/\${aws:userid}`, context)).toBe(false);
  expect(isTrue('StringEquals', `home/\${aws:userid, 'ann'}`, context)).toBe(true);
  expect(isTrue('StringLike', `\${*}`, { 'test:key': '*' })).toBe(true);
  expect(isTrue('StringLike', `\${*}`, { 'test:key': 'x' })).toBe(false);
});

test('the value of a variable has no wildcards', () => {
  const context = makeContext({ 'aws:username': 'a*' });
  expect(resolvePattern(`home/\${aws:username}/*`, context, '2012-10-17')).toBe('home/a\\*/*');
  expect(isTrue('StringLike', `\${aws:username}`, { 'aws:username': '*', 'test:key': 'ann' })).toBe(false);
});

test('a variable of many values, or of none, has no text', () => {
  const context = makeContext({ 'aws:TagKeys': ['a', 'b'] });
  expect(resolveText(`\${aws:tagkeys}`, context, '2012-10-17')).toBeUndefined();
  expect(resolveText(`\${aws:username}`, context, '2012-10-17')).toBeUndefined();
});

test('an operator and its negation never agree on a value that is there', () => {
  const pairs = fc.constantFrom(
    ['StringEquals', 'StringNotEquals'],
    ['StringLike', 'StringNotLike'],
    ['NumericEquals', 'NumericNotEquals'],
    ['IpAddress', 'NotIpAddress'],
    ['ArnLike', 'ArnNotLike'],
  );
  fc.assert(
    fc.property(pairs, fc.array(fc.string()), fc.string(), ([name = '', negation = ''], wanted, actual) => {
      const context = { 'test:key': actual };
      expect(isTrue(name, wanted, context)).toBe(!isTrue(negation, wanted, context));
    }),
  );
});
