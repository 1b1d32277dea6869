import { diagnose } from './read-definition';

const machine = (state: object, more: object = {}) =>
  JSON.stringify({ StartAt: 'A', States: { A: state, B: { Type: 'Succeed' } }, ...more });
const pass = (rest: object = {}) => machine({ Type: 'Pass', Next: 'B', ...rest });
const task = (rest: object = {}) =>
  machine({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: 'f' },
    Next: 'B',
    ...rest,
  });
const choice = (rule: object) => machine({ Type: 'Choice', Choices: [{ Next: 'B', ...rule }], Default: 'B' });
const wait = (rest: object) => machine({ Type: 'Wait', Next: 'B', ...rest });
const retry = (rule: object) => task({ Retry: [{ ErrorEquals: ['States.ALL'], ...rule }] });

test.each<[string, string]>([
  [
    'a task with all that it may have',
    task({ TimeoutSeconds: 60, HeartbeatSeconds: 30, ResultPath: '$.a.b' }),
  ],
  [
    'an AWS SDK integration',
    task({ Resource: 'arn:aws:states:::aws-sdk:ec2:describeImages', Parameters: {} }),
  ],
  ['retries', retry({ IntervalSeconds: 2, MaxDelaySeconds: 60, BackoffRate: 1.5, JitterStrategy: 'FULL' })],
  ['a choice of choices', choice({ Not: { And: [{ Variable: '$.a', IsPresent: true }] } })],
  ['a comparison with a path', choice({ Variable: '$.a', NumericGreaterThanEqualsPath: '$.b' })],
  ['a wait until a time', wait({ Timestamp: '2030-01-01T00:00:00Z' })],
  ['a result that is thrown away', pass({ ResultPath: null })],
])('a definition with %s is good', (_what, text) => {
  expect(diagnose(text)).toEqual([]);
});

test.each<[string, string, string, (string | undefined)?]>([
  ['nothing', '', 'Definition must be a valid JSON object'],
  ['null', 'null', 'Definition must be a valid JSON object'],
  ['a list', '[]', 'Definition must be a valid JSON object'],
  ['no members', '{}', 'These fields are required: [States, StartAt]', '/'],
  ['no beginning', '{"States":{"B":{"Type":"Succeed"}}}', 'These fields are required: [StartAt]', '/'],
  [
    'a state that is null',
    machine(null as unknown as object),
    'These fields are required: [Type]',
    '/States/A',
  ],
  ['an unknown member', pass({ Colour: 'red' }), "Field 'Colour' is not supported", '/States/A'],
  [
    'an unknown member of the machine',
    machine({ Type: 'Pass', Next: 'B' }, { Colour: 'red' }),
    "Field 'Colour' is not supported",
    '/',
  ],
  [
    'a ResultPath of many',
    pass({ ResultPath: '$.a[*]' }),
    'Value is not a Reference Path',
    '/States/A/ResultPath',
  ],
  [
    'a ResultPath into the context',
    pass({ ResultPath: '$$.a' }),
    'Value is not a Reference Path',
    '/States/A/ResultPath',
  ],
  [
    'a function that does not exist',
    pass({ Parameters: { 'a.$': 'States.Nope()' } }),
    "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
    '/States/A/Parameters/a.$',
  ],
  [
    'a task without a resource',
    task({ Resource: undefined }),
    'These fields are required: [Resource]',
    '/States/A',
  ],
  [
    'a resource that is none',
    task({ Resource: 'arn:aws:states:::lambda:nope' }),
    'The resource provided arn:aws:states:::lambda:nope is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.',
    '/States/A/Resource',
  ],
  [
    'an invocation of no function',
    task({ Parameters: {} }),
    'The field "FunctionName" is required but was missing',
    '/States/A/Parameters',
  ],
  [
    'no time',
    task({ TimeoutSeconds: 0 }),
    'Value must be an integer between 1 and 99999999',
    '/States/A/TimeoutSeconds',
  ],
  [
    'a heartbeat as long as the timeout',
    task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
    "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'",
    '/States/A',
  ],
  ['a backoff below one', retry({ BackoffRate: 0.5 }), 'Value must be greater than or equal to 1.0'],
  ['a retry without a pause', retry({ IntervalSeconds: 0 }), 'Value must be a positive integer'],
  [
    'States.ALL among others',
    retry({ ErrorEquals: ['States.ALL', 'X'] }),
    "'States.ALL' must appear alone, and in the last rule only",
    '/States/A/Retry[0]/ErrorEquals',
  ],
  [
    'a catcher that leads nowhere',
    task({ Catch: [{ ErrorEquals: ['X'] }] }),
    'These fields are required: [Next]',
    '/States/A/Catch[0]',
  ],
  [
    'a choice without an operator',
    choice({ Variable: '$.a' }),
    'Exactly one comparison operator is required',
    '/States/A/Choices[0]',
  ],
  [
    'an unknown operator',
    choice({ Variable: '$.a', NumericFoo: 1 }),
    "Field 'NumericFoo' is not supported",
    '/States/A/Choices[0]',
  ],
  [
    'a text compared with a number',
    choice({ Variable: '$.a', StringEquals: 1 }),
    'Value is of the wrong type',
    '/States/A/Choices[0]/StringEquals',
  ],
  [
    'a wait of a text',
    wait({ Seconds: '3' }),
    'Value must be an integer between 0 and 99999999',
    '/States/A/Seconds',
  ],
  ['a wait until no time', wait({ Timestamp: '2030-01-01' }), 'String does not match RFC3339 timestamp'],
])('a definition with %s is told what is wrong, and where', (...[, text, message, location]) => {
  expect(diagnose(text)[0]).toMatchObject({
    code: 'SCHEMA_VALIDATION_FAILED',
    message,
    ...(location && { location }),
  });
});

test('an express machine waits for nobody', () => {
  const text = (pattern: string) => task({ Resource: `arn:aws:states:::lambda:invoke${pattern}` });
  expect(diagnose(text(''), 'EXPRESS')).toEqual([]);
  expect(diagnose(text('.waitForTaskToken'), 'STANDARD')).toEqual([]);
  expect(diagnose(text('.waitForTaskToken'), 'EXPRESS')).toEqual([
    {
      code: 'SCHEMA_VALIDATION_FAILED',
      message: "Express state machine does not support '.waitForTaskToken' service integration ",
      location: '/States/A/Resource',
    },
  ]);
});

test('a state that nothing leads to, and a name that comes twice, have codes of their own', () => {
  const inner = { StartAt: 'A', States: { A: { Type: 'Succeed' } } };
  const text = machine({ Type: 'Parallel', Branches: [inner], End: true });
  expect(diagnose(text).map(({ code, location }) => [code, location])).toEqual([
    ['DUPLICATE_STATE_NAME', '/States/A/Branches[0]/States/A'],
    ['MISSING_TRANSITION_TARGET', '/States/B'],
  ]);
});
