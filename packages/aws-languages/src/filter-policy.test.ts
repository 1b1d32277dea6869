import { parseFilterPolicy } from './filter-policy';

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

test.each<[string, object, Parameters<ReturnType<typeof parseFilterPolicy>>[1], boolean]>([
  ['nothing', {}, {}, true],
  ['a text', { state: ['ok'] }, { state: text('ok') }, true],
  ['another text', { state: ['ok'] }, { state: text('failed') }, false],
  ['a text that is not there', { state: ['ok'] }, {}, false],
  ['a number', { size: [{ numeric: ['>', 5] }] }, { size: text('8', 'Number') }, true],
  ['an element of a list', { tags: ['b'] }, { tags: text('["a","b"]', 'String.Array') }, true],
  ['a list that is no JSON', { tags: ['b'] }, { tags: text('b', 'String.Array') }, true],
  ['an absence', { state: [{ exists: false }] }, {}, true],
  ['one of two', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: text('y') }, true],
])('a policy that asks for %s filters by attributes', (_what, policy, attributes, expected) => {
  expect(parseFilterPolicy(JSON.stringify(policy), 'MessageAttributes')('', attributes)).toBe(expected);
});

test('a policy can look into the body', () => {
  const wants = parseFilterPolicy('{"image":{"state":["available"]}}', 'MessageBody');
  expect(wants('{"image":{"state":"available"}}', {})).toBe(true);
  expect(wants('{"image":{"state":"failed"}}', {})).toBe(false);
  expect(wants('no JSON', {})).toBe(false);
});

test.each<[string, string, string]>([
  ['no JSON', '{', 'FilterPolicy: failed to parse JSON.'],
  ['no object', '[]', 'FilterPolicy: failed to parse JSON.'],
  ['an unknown operator', '{"key":[{"begins":"a"}]}', 'FilterPolicy: Unrecognized match type begins'],
  [
    'a nested key',
    '{"a":{"b":["c"]}}',
    'Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  [
    'six keys',
    '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}',
    'FilterPolicy: Filter policy can not have more than 5 keys',
  ],
  [
    'too many combinations',
    JSON.stringify({ a: Array(13).fill('x'), b: Array(12).fill('y') }),
    'FilterPolicy: Filter policy is too complex',
  ],
  [
    'a number that is too large',
    '{"a":[{"numeric":["<",2000000000]}]}',
    'FilterPolicy: Value must be between -1.0E9 and 1.0E9, inclusive',
  ],
])('a policy with %s is refused in the words of SNS', (_what, policy, reason) => {
  const read = () =>
    parseFilterPolicy(policy, 'MessageAttributes', (words) => new RangeError(`Invalid parameter: ${words}`));
  expect(read).toThrow(new RangeError(`Invalid parameter: ${reason}`));
});
