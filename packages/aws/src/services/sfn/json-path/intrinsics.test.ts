import type { Json } from '../language/definition';
import { evaluatePath } from './evaluate';
import { isIntrinsic } from './intrinsics';

const input: Json = {
  one: 1,
  said: 'a "quoted" \\ word {}',
  its: "it's",
  list: [1, 2, 3, 4, 5],
  object: { k: 'v', n: [1] },
  json: '{"path":"C:\\\\temp"}',
  nothing: null,
};
const roots = {
  input,
  context: { State: { Name: 'P' } },
  variables: { count: 2, order: { items: ['a', 'b'] } },
};
const evaluate = (text: string) => evaluatePath(text, roots, 'x.$');

test.each<[string, Json]>([
  ["States.Format('{} said {}', $.its, $.said)", 'it\'s said a "quoted" \\ word {}'],
  ["States.Format('it\\'s \\{{}\\} \\\\', $.one)", "it's {1} \\"],
  ["States.Format('{} {} {}', $.nothing, true, 1.5)", 'null true 1.5'],
  ["States.Format('{}', $$.State.Name)", 'P'],
  ["States.Format('{}', States.JsonToString($.object))", '{"k":"v","n":[1]}'],
  ['States.StringToJson($.json)', { path: 'C:\\temp' }],
  ["States.StringToJson('[1,2]')", [1, 2]],
  ['States.JsonToString($.said)', '"a \\"quoted\\" \\\\ word {}"'],
  ["States.Array($.one, 'b', null, false, -2.5)", [1, 'b', null, false, -2.5]],
  ['States.Array()', []],
  ['States.ArrayPartition($.list, 2)', [[1, 2], [3, 4], [5]]],
  ['States.ArrayContains($.list, 3)', true],
  ["States.ArrayContains($.list, '3')", false],
  ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['States.ArrayRange(3, 1, -1)', [3, 2, 1]],
  ['States.ArrayGetItem($.list, 2)', 3],
  ['States.ArrayLength($.list)', 5],
  ['States.ArrayUnique(States.Array($.object, $.object, 2))', [{ k: 'v', n: [1] }, 2]],
  ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
  ["States.Base64Decode('RGF0YQ==')", 'Data'],
  ["States.Hash('input data', 'SHA-1')", 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
  ['States.JsonMerge($.object, States.StringToJson(\'{"k":2}\'), false)', { k: 2, n: [1] }],
  ['States.MathAdd($.one, -3)', -2],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", ['This', 'is', 'a', 'test', 'string']],
  ['$.list[-1]', 5],
  ['$.list.length()', 5],
  ['States.MathAdd($.list.length(), 1)', 6],
  ['$.list[?(@ > 3)]', [4, 5]],
  ['$.list[?(@ > 30)]', []],
  ['States.ArrayLength($.list[?(@ > 3)])', 2],
  ['$count', 2],
  ['$order.items[-1]', 'b'],
  ['$order.items[*]', ['a', 'b']],
  ['States.MathAdd($count, $.one)', 3],
])('%s', async (text, expected) => {
  expect(await evaluate(text)).toEqual(expected);
});

test('a random number is in its range, and the same for the same seed', async () => {
  const numbers = await Promise.all(Array.from({ length: 50 }, () => evaluate('States.MathRandom(1, 3)')));
  for (const number of numbers) expect([1, 2]).toContain(number);
  expect(await evaluate('States.MathRandom(1, 1000, 7)')).toBe(
    await evaluate('States.MathRandom(1, 1000, 7)'),
  );
});

test.each([
  "States.StringToJson('{bad')",
  'States.ArrayGetItem($.list, 10)',
  "States.MathAdd('x', 1)",
  "States.Format('{} {}', $.one)",
  "States.Format('{}', $.object)",
  'States.ArrayRange(1, 5000, 1)',
  "States.Base64Decode('%%%')",
  'States.JsonMerge($.object, $.object, true)',
  "States.Hash('x', 'SHA-9')",
])('%s fails as an intrinsic function does', async (text) => {
  await expect(evaluate(text)).rejects.toMatchObject({
    error: 'States.IntrinsicFailure',
    reason: expect.stringContaining(`The function '${text}' had the following error: `),
  });
});

test.each(['$absent', '$order.absent', '$absent[*]'])(
  '%s, which was never assigned, is named',
  async (path) => {
    await expect(evaluate(path)).rejects.toMatchObject({
      error: 'States.Runtime',
      reason: expect.stringContaining(`The JSONPath '${path}' specified for the field 'x.$'`),
    });
  },
);

test('a path within a function that is not there is named', async () => {
  await expect(evaluate("States.Format('{}', $.absent)")).rejects.toMatchObject({
    error: 'States.Runtime',
    reason: expect.stringContaining(
      "The JSONPath '$.absent' specified for the field 'x.$' could not be found",
    ),
  });
});

test.each<[string, boolean]>([
  ["States.Format('{}', $.a[?(@.b == ')')])", true],
  ['States.UUID()', true],
  ['States.UUID(1)', false],
  ['States.Nope(1)', false],
  ["States.Format('{}'", false],
  ["States.Format('{}) and more", false],
  ['States.Array(States.Nope())', false],
  ['UUID()', false],
])('%s is a call: %s', (text, expected) => {
  expect(isIntrinsic(text)).toBe(expected);
});
