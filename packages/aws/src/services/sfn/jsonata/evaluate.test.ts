import type { Json } from '../language/definition';
import { evaluateAs, evaluateField, expressionOf } from './evaluate';

const data = {
  states: {
    input: {
      name: 'web',
      items: [
        { id: 1, price: 3 },
        { id: 2, price: 4 },
      ],
      text: '{"a":[1]}',
    },
    context: { State: { Name: 'P' } },
  },
  variables: { rate: 2, list: [1, 2] },
  now: () => Date.UTC(2030, 0, 2, 3, 4, 5),
};
const evaluate = (expression: string, field = 'Output') => evaluateField(`{% ${expression} %}`, field, data);
const failure = (expression: string) =>
  evaluate(expression, 'Output/v').then(
    () => undefined,
    ({ error, reason, location }) => ({ error, reason, location }),
  );

test.each<[string, Json]>([
  ['$states.input.name', 'web'],
  ['$states.context.State.Name', 'P'],
  ['$sum($states.input.items.price) * $rate', 14],
  ['$states.input.items[price > 3].id', 2],
  ['$list', [1, 2]],
  ["{ 'hello': $states.input.name }", { hello: 'web' }],
  ['null', null],
  ['1/0', 'Infinity'],
  // The functions that Step Functions adds, with what AWS gave.
  ['$partition([0, 1, 2, 3], 3)', [[0, 1, 2], [3]]],
  ['$partition([0], 1)', [[0]]],
  ['$range(0, 10, 3)', [0, 3, 6, 9]],
  ['$range(0, 9, 3)', [0, 3, 6, 9]],
  ['$range(1, 9, 9)', 1],
  ['$range(5, 1, -2)', [5, 3, 1]],
  ['$count($range(1, 360145, 1))', 360145],
  ["$hash('input', 'SHA-1')", '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
  ['$random(42)', 0.7275636800328681],
  ['$parse($states.input.text).a', [1]],
  ['$parse(\'"HelloWorld"\')', 'HelloWorld'],
  // AWS's time.
  ['$millis()', Date.UTC(2030, 0, 2, 3, 4, 5)],
  ['$now()', '2030-01-02T03:04:05.000Z'],
  ["$now('[Y0001]-[M01]-[D01] [H01]:[m01] [z]', '-0500')", '2030-01-01 22:04 GMT-05:00'],
  ["$match('a1', /[0-9]/).match", '1'],
  ["$replace('Aba', /a/i, '-')", '-b-'],
  ["$split('a1b2c', /[0-9]/)", ['a', 'b', 'c']],
])('%s', async (expression, expected) => {
  expect(await evaluate(expression)).toEqual(expected);
});

test('a random number is from 0 up to 1, and a UUID one of version 4', async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, () => evaluate('$random()')));
  for (const number of numbers) {
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).toBeLessThan(1);
  }
  expect(new Set(numbers).size).toBeGreaterThan(1);
  expect(await evaluate('$uuid()')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('expressions are evaluated wherever they stand, and only they', async () => {
  const field = {
    a: { b: ['{% $rate %}', '$rate', ' {% $rate %}', '{% $rate %} '] },
    c: 1,
    '{% $rate %}': null,
  };
  expect(await evaluateField(field, 'Output', data)).toEqual({
    a: { b: [2, '$rate', ' {% $rate %}', '{% $rate %} '] },
    c: 1,
    '{% $rate %}': null,
  });
});

test.each<[string, string]>([
  ['$absent', 'returned nothing (undefined).'],
  ['$states.input.absent.more', 'returned nothing (undefined).'],
  ['$fn := function($x){$x}', 'returned an unsupported result type.'],
  ["[{ 'f': $sum }]", 'returned an unsupported result type.'],
  ['$nope()', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
  ["$eval('1+1')", 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
  [
    "$sum('a')",
    'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
  ],
  [
    '$range(1, 360146, 1)',
    'threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage',
  ],
  [
    '[1..873783]',
    'threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage',
  ],
  [
    Array(101).fill('1').join('+'),
    'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive',
  ],
])('%s fails and says where', async (expression, ending) => {
  expect(await failure(expression)).toEqual({
    error: 'States.QueryEvaluationError',
    reason: `The JSONata expression '${expression}' specified for the field 'Output/v' ${ending}`,
    location: 'Output/v',
  });
});

test.each([
  "$hash('x', 'SHA-9')",
  "$hash(1, 'MD5')",
  "$parse('{bad')",
  '$partition([1], 0)',
  '$range(1, 2, 0)',
])('%s fails', async (expression) => {
  expect((await failure(expression))?.reason).toMatch(/ threw an error during evaluation/);
});

test('as deep as AWS lets an expression be, it is evaluated', async () => {
  expect(await evaluate(Array(100).fill('1').join('+'))).toBe(100);
});

test('a field takes values of its type only', async () => {
  expect(await evaluateAs('number', '{% $rate %}', 'Seconds', data)).toBe(2);
  expect(await evaluateAs('array', [1, '{% $rate %}'], 'Items', data)).toEqual([1, 2]);
  await expect(evaluateAs('array', "{% {'foo': 'bar'} %}", 'Items', data)).rejects.toMatchObject({
    reason:
      "The JSONata expression '{'foo': 'bar'}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}",
    location: 'Items',
  });
  await expect(evaluateAs('boolean', '{% null %}', 'Choices[0]/Condition', data)).rejects.toMatchObject({
    reason: expect.stringMatching(/Expected 'boolean', but was 'null' for value: null$/),
  });
});

test('what an expression does with a list does not change the variable', async () => {
  await evaluate('$append($list, 3)[]');
  await evaluate('$list[]');
  expect(data.variables.list).toEqual([1, 2]);
  expect(Object.getOwnPropertyNames(data.variables.list)).toEqual(['0', '1', 'length']);
});

test.each<[unknown, string | undefined]>([
  ['{% $x %}', '$x'],
  ['{%$x%}', '$x'],
  ['{%\n $x\n%}', '$x'],
  ['{% %}', ''],
  [' {% $x %}', undefined],
  ['{% $x', undefined],
  [1, undefined],
])('the expression in %p is %p', (text, expected) => {
  expect(expressionOf(text)).toBe(expected);
});

test('a regular expression that comes to no end is as an evaluation that does not', async () => {
  expect(await failure(`$match('${'a'.repeat(40)}!', /^(a+)+$/)`)).toMatchObject({
    error: 'States.QueryEvaluationError',
    reason: expect.stringContaining(': Expression evaluation timeout: Check for infinite loop'),
  });
});
