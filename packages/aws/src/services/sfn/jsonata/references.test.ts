import { findExpressionProblems, type StatesMember } from './references';

const find = (expression: string, members: readonly StatesMember[] = []) =>
  findExpressionProblems(expression, members).map(({ code, message }) => [code, message]);
const topLevel = (name: string) => [
  'UNSUPPORTED_JSONATA_EXPRESSION',
  `Reference to '${name}' at the top level is not supported.`,
];

test.each([
  ['a[1,2)', 'Expected "]", got ","'],
  ['"unterminated', 'String literal must be terminated by a matching quote'],
  ['1 +', 'Unexpected end of expression'],
  ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
  ['$x :=', 'Unexpected end of expression'],
  ['$match("a", /abc', 'No terminating / in regular expression'],
  ['', 'Unexpected end of expression'],
])('%s is no expression', (expression, message) => {
  expect(find(expression)).toEqual([['INVALID_JSONATA_EXPRESSION', message]]);
});

test.each<[string, string[]]>([
  ['phone', ['phone']],
  ['phone[0].number', ['phone']],
  ['$.phone', ['$']],
  ['aaa + bbb', ['aaa', 'bbb']],
  ['aaa + aaa', ['aaa']],
  ['{aaa: 1}', ['aaa']],
  ['[1, aaa]', ['aaa']],
  ['-aaa', ['aaa']],
  ['$f(aaa)', ['aaa']],
  ['aaa ~> $f', ['aaa']],
  ['$x ? aaa : bbb', ['aaa', 'bbb']],
  ['($y := aaa; $y)', ['aaa']],
  ['$map($states.input.a, function($x){ b })', ['b']],
])('%s reads a context item that there is not', (expression, names) => {
  expect(find(expression)).toEqual(names.map(topLevel));
});

test.each([
  '$states.input.phone',
  '$states.input.items[phone > 3]',
  '$states.input.items[$.phone > 3]',
  '$map($states.input.a, function($x){ $x.phone })',
  '$phone',
  '$states.input{a: b}',
  '$states.input.items^(price)',
  "'text' & 1",
])('%s reads what there is', (expression) => {
  expect(find(expression)).toEqual([]);
});

test('the root is not there', () => {
  expect(find('$$.x')).toEqual([['UNSUPPORTED_JSONATA_EXPRESSION', "Reference to '$$' is not supported."]]);
});

test('what a state has not is not there', () => {
  expect(find('$states.errorOutput.Cause')).toEqual([
    ['UNSUPPORTED_JSONATA_EXPRESSION', "Field '$states.errorOutput' does not exist."],
  ]);
  expect(find('$states.errorOutput.Cause', ['errorOutput'])).toEqual([]);
  expect(find('$states.result', ['errorOutput'])).toEqual([
    ['UNSUPPORTED_JSONATA_EXPRESSION', "Field '$states.result' does not exist."],
  ]);
  expect(find('$states.result', ['result'])).toEqual([]);
});
