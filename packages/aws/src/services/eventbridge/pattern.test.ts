import { parsePattern } from './pattern';

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
])('%s is InvalidEventPatternException', (_what, text) => {
  expect(() => parsePattern(text)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }));
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
  expect(() => parsePattern(JSON.stringify({ a: [{ numeric }] }))).toThrow(
    `Event pattern is not valid. Reason: ${reason}`,
  );
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
