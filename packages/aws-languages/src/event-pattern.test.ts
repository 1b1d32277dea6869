import * as fc from 'fast-check';
import { compilePattern, findPatternProblem, parsePattern } from './event-pattern';

const refuse = ({ reason }: { reason: string }) => new RangeError(reason);

const event = {
  source: 'aws.ec2',
  'detail-type': 'EC2 AMI State Change',
  resources: ['arn:aws:ec2:us-east-1::image/ami-1', 'other'],
  detail: {
    ImageId: 'ami-1',
    State: 'available',
    size: 8,
    address: '10.0.3.4',
    nothing: null,
    empty: [],
    object: { key: 'web/abc.tar.gz' },
    items: [{ name: 'a' }, { name: 'b' }],
  },
};

test.each<[string, object, boolean]>([
  ['a literal', { source: ['aws.ec2'] }, true],
  ['another literal', { source: ['aws.s3'] }, false],
  ['any of several', { detail: { State: ['failed', 'available'] } }, true],
  ['several fields, one wrong', { source: ['aws.ec2'], detail: { State: ['failed'] } }, false],
  ['an element of an array', { resources: ['other'] }, true],
  ['a field in an array of objects', { detail: { items: { name: ['b'] } } }, true],
  ['null', { detail: { nothing: [null] } }, true],
  ['a number', { detail: { size: [8] } }, true],
  ['prefix', { detail: { object: { key: [{ prefix: 'web/' }] } } }, true],
  ['prefix in another case', { detail: { State: [{ prefix: { 'equals-ignore-case': 'AVA' } }] } }, true],
  ['suffix', { detail: { object: { key: [{ suffix: '.tar.gz' }] } } }, true],
  ['equals-ignore-case', { detail: { State: [{ 'equals-ignore-case': 'AVAILABLE' }] } }, true],
  ['wildcard', { detail: { object: { key: [{ wildcard: 'web/*.gz' }] } } }, true],
  ['wildcard that does not fit', { detail: { object: { key: [{ wildcard: 'api/*' }] } } }, false],
  ['anything-but', { detail: { State: [{ 'anything-but': ['failed'] }] } }, true],
  ['anything-but itself', { detail: { State: [{ 'anything-but': 'available' }] } }, false],
  ['anything-but a prefix', { detail: { ImageId: [{ 'anything-but': { prefix: 'ami-' } }] } }, false],
  ['anything-but of nothing', { detail: { absent: [{ 'anything-but': 'x' }] } }, false],
  ['numeric range', { detail: { size: [{ numeric: ['>', 5, '<=', 8] }] } }, true],
  ['numeric range outside', { detail: { size: [{ numeric: ['>', 8] }] } }, false],
  ['exists', { detail: { ImageId: [{ exists: true }] } }, true],
  ['exists false', { detail: { absent: [{ exists: false }] } }, true],
  ['exists false of a field that is there', { detail: { ImageId: [{ exists: false }] } }, false],
  ['exists of an object, which is no leaf', { detail: { object: [{ exists: true }] } }, false],
  ['cidr', { detail: { address: [{ cidr: '10.0.0.0/16' }] } }, true],
  ['cidr outside', { detail: { address: [{ cidr: '10.1.0.0/16' }] } }, false],
  ['$or', { $or: [{ source: ['aws.s3'] }, { detail: { size: [8] } }] }, true],
  [
    '$or beside a field that is wrong',
    { source: ['x'], $or: [{ detail: { size: [8] } }, { detail: { size: [9] } }] },
    false,
  ],
])('%s', (_what, pattern, expected) => {
  expect(parsePattern(JSON.stringify(pattern))(event)).toBe(expected);
});

test.each<[string, string]>([
  ['no JSON', '{'],
  ['an empty object', '{}'],
  ['a text for a field', '{"source":"aws.ec2"}'],
  ['an empty array', '{"source":[]}'],
  ['an unknown operator', '{"source":[{"begins":"a"}]}'],
  ['a malformed numeric', '{"a":[{"numeric":[">"]}]}'],
  ['a malformed cidr', '{"a":[{"cidr":"10.0.0.0"}]}'],
])('%s is refused with the error of who reads it', (_what, text) => {
  expect(() => parsePattern(text, { refuse })).toThrow(RangeError);
});

test.each<[string, unknown[], string]>([
  ['nothing', [], 'Invalid member in numeric match: ]'],
  ['a number first', [1, '<='], 'Invalid member in numeric match: 1'],
  ['an unknown operator', ['~', 1], 'Unrecognized numeric range operator: ~'],
  ['a text for a number', ['=', '8'], 'Value of equals must be numeric'],
  ['no bound', ['>='], 'Value of >= must be numeric'],
  ['an upper bound first', ['<', 100, '>', 10], 'Too many elements in numeric expression'],
  ['two lower bounds', ['>', 0, '>', 0], 'Bad numeric range operator: >'],
  ['no second operator', ['>', 20, 30], 'Bad value in numeric range: 30'],
  ['an empty range', ['>', 3, '<', 1], 'Bottom must be less than top'],
  ['three bounds', ['>', 20, '<', 30, '<', 50], 'Too many terms in numeric range expression'],
])('a numeric match with %s is told what is wrong', (_what, numeric, reason) => {
  expect(() => parsePattern(JSON.stringify({ a: [{ numeric }] }))).toThrow(new SyntaxError(reason));
});

test('a wildcard escapes stars and backslashes only', () => {
  const match = (wildcard: string, text: string) =>
    parsePattern(JSON.stringify({ a: [{ wildcard }] }))({ a: text });
  expect(match('a\\*c', 'a*c')).toBe(true);
  expect(match('a\\*c', 'abc')).toBe(false);
  expect(match('a\\**', 'a*bc')).toBe(true);
  expect(() => match('a**', 'x')).toThrow('Consecutive wildcard characters at pos 1');
  expect(() => match('a\\b', 'x')).toThrow('Invalid escape character at pos 1');
});

test.each([
  [{ a: [{ 'anything-but': [] }] }, 'Value of anything-but must be an array or single string/number value.'],
  [
    { a: [{ 'anything-but': ['x', 1] }] },
    'Inside anything but list, either all values are number or string, mixed type is not supported',
  ],
  [{ a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, 'Unsupported anything-but pattern: cidr'],
  [{ a: [{ prefix: { suffix: 'x' } }] }, 'prefix match pattern must be a string'],
  [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'Only one key allowed in match expression'],
  [{ a: [{ prefix: '' }] }, 'prefix match pattern must be a string'],
  [{ a: [{ exists: 'true' }] }, 'exists match pattern must be either true or false.'],
  [{ a: [['x']] }, 'Match value must be String, number, true, false, or null'],
  [{ a: [{ cidr: '10.0.0.0/33' }] }, "Malformed CIDR, one '/' required"],
  [{ a: [{ numeric: ['>', 6e9] }] }, 'Value must be between -5.0E9 and 5.0E9, inclusive'],
  [{ a: [{ toString: 'x' }] }, 'Unrecognized match type toString'],
  [{ a: [{ numeric: ['toString', 1] }] }, 'Unrecognized numeric range operator: toString'],
  [{ $or: [{ a: [1] }] }, '$or must be an array of at least two patterns'],
  [[], 'Filter is not an object'],
])('%j is refused: %s', (pattern, reason) => {
  expect(() => compilePattern(pattern, { refuse })).toThrow(new RangeError(reason));
});

test('anything-but with several prefixes excludes each of them', () => {
  const matches = compilePattern({ a: [{ 'anything-but': { prefix: ['x', 'y'] } }] });
  expect(['xa', 'ya', 'za', 5, undefined, {}].map((a) => matches({ a }))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});

test('a pattern is no longer than EventBridge takes', () => {
  expect(() => parsePattern(JSON.stringify({ a: ['x'.repeat(4096)] }))).toThrow(
    new SyntaxError('Event pattern is longer than 4096 characters'),
  );
});

test('what an event inherits from all objects is not there', () => {
  expect(compilePattern({ constructor: [{ exists: true }] })({})).toBe(false);
});

test('a pattern of the values of an event matches it, and no event without them', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const events = fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => key !== '$or' && key !== '__proto__'),
    leaf,
    { minKeys: 1 },
  );
  fc.assert(
    fc.property(events, (event) => {
      const matches = compilePattern(
        Object.fromEntries(Object.entries(event).map(([key, value]) => [key, [value]])),
      );
      expect(matches(event)).toBe(true);
      expect(matches({})).toBe(false);
    }),
  );
});

test.each([
  {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { object: { key: [{ prefix: 'web/' }] } },
  },
  { detail: { $or: [{ a: [1] }, { b: { c: [{ exists: false }] } }] } },
])('an event pattern of lists and further fields is valid', (pattern) => {
  expect(findPatternProblem(pattern)).toBeUndefined();
});

test.each([
  [{}, 'expected at least one field'],
  [{ detail: {} }, 'expected at least one field in detail'],
  [{ source: 'aws.s3' }, 'expected a list of values or further fields in source'],
  [{ detail: { state: null } }, 'expected a list of values or further fields in detail.state'],
  [{ source: [] }, 'expected at least one value in the list of source'],
  [{ $or: ['a'] }, 'expected event patterns in the list of $or'],
  [{ $or: [{ a: [1] }] }, 'expected at least two event patterns in the list of $or'],
  [
    { detail: { state: [{ prefx: 'a' }] } },
    'expected one of prefix, suffix, equals-ignore-case, wildcard, numeric, cidr, exists, anything-but in detail.state, got prefx',
  ],
  [
    { detail: { size: [{ numeric: ['>'] }] } },
    'expected a valid match in detail.size: Value of > must be numeric',
  ],
  [{ source: ['x'.repeat(2048)] }, 'expected at most 2048 characters, got 2063'],
])('%j is no event pattern, and the message says why', (pattern, problem) => {
  expect(findPatternProblem(pattern)).toBe(problem);
});
