import { AwsError } from '../../../core/aws-error';
import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner, typesOf } from '../../../testing/state-machines';

let region: NewRegion;
let machines: StateMachineRunner;
/** What an event bus answers; the real one takes all that is well formed. */
let putEvents = { FailedEntryCount: 0, Entries: [{ EventId: 'one' }] as object[] };
const sent: object[] = [];

beforeAll(async () => {
  region = await newRegion({
    instead: {
      'auto-scaling': {
        StartInstanceRefresh: () => {
          throw new AwsError('InstanceRefreshInProgress', 'not now');
        },
      },
      eventbridge: {
        PutEvents: (input) => {
          sent.push(input);
          return putEvents;
        },
      },
    },
  });
  machines = runnerOf(region);
});

afterAll(() => region.aws.stop());

const call = (resource: string, parameters: object) =>
  machines.run({
    T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true },
  });

/** The calls that executions made. */
const callsOf = async ({ traceId }: { traceId: string }) =>
  (await region.aws.calls()).filter((record) => record.traceId === traceId);

test('a task gives its parameters and gets the answer, both in the names of tasks', async () => {
  await region.api('cloudwatch-logs').CreateLogGroup({ logGroupName: 'abc' });
  await region.api('cloudwatch-logs').CreateLogGroup({ logGroupName: 'xyz' });
  const execution = await call('aws-sdk:cloudwatchlogs:describeLogGroups', { LogGroupNamePrefix: 'a' });
  expect(outputOf(execution).LogGroups).toMatchObject([
    { LogGroupName: 'abc', CreationTime: expect.any(Number) },
  ]);
});

test('a task calls as the role of its state machine', async () => {
  await addActiveFunction(region, 'called', 'exports.handler = async () => 1');
  for (const execution of [
    await call('aws-sdk:ec2:describeVpcs', {}),
    await call('lambda:invoke', { FunctionName: 'called' }),
  ]) {
    const [record, ...more] = await callsOf(execution);
    expect(more).toEqual([]);
    expect(record?.caller).toMatch(/^arn:aws:sts::000000000000:assumed-role\/app\/[0-9a-f]{32}$/);
  }
});

test('a task of a role that is gone fails', async () => {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const iam = region.api('iam');
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  const { Role } = await iam.CreateRole({ RoleName: 'passing', AssumeRolePolicyDocument });
  const { stateMachineArn = '' } = await region.api('sfn').CreateStateMachine({
    name: 'orphan',
    roleArn: Role?.Arn,
    definition: JSON.stringify({
      StartAt: 'T',
      States: {
        T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ec2:describeVpcs', Parameters: {}, End: true },
      },
    }),
  });
  await iam.DeleteRole({ RoleName: 'passing' });
  const execution = await machines.start(stateMachineArn);
  await execution.ended;
  expect(execution).toMatchObject({
    status: 'FAILED',
    error: 'States.TaskFailed',
    cause: expect.stringContaining('cannot be assumed'),
  });
});

test.each<[string, object, string]>([
  ['ec2:describeImages', { ImageIds: ['ami-0123456789abcdef0'] }, 'Ec2.Ec2Exception'],
  ['ssm:getParameter', { Name: 'x' }, 'Ssm.ParameterNotFoundException'],
  [
    'autoscaling:startInstanceRefresh',
    { AutoScalingGroupName: 'x' },
    'AutoScaling.InstanceRefreshInProgressException',
  ],
  ['autoscaling:deletePolicy', {}, 'AutoScaling.AutoScalingException'],
  ['ec2:describeNothing', {}, 'States.Runtime'],
])('a task fails with the name that the SDK gives: %s', async (action, parameters, error) => {
  const execution = await call(`aws-sdk:${action}`, parameters);
  expect(execution.error).toBe(error);
  if (error !== 'States.Runtime')
    expect(execution.cause).toMatch(/ \(Service: \w+, Status Code: 400, Request ID: [\w-]+\)$/);
  expect(typesOf(execution)).toContain('TaskFailed');
});

test('a task fails as a fault says, which strikes once', async () => {
  const fault = { code: 'Throttled', message: 'slowly', status: 429 };
  await region.aws.faults.add({ service: 'sns', operation: 'Publish', ...fault });
  await region.aws.faults.add({ service: 'lambda', operation: 'Invoke', ...fault });
  expect(await call('sns:publish', { TopicArn: 'arn', Message: 'hi' })).toMatchObject({
    error: 'SNS.ThrottledException',
    cause: expect.stringMatching(
      /^slowly \(Service: AmazonSNS; Status Code: 429; Error Code: Throttled; Request ID: [\w-]+; Proxy: null\)$/,
    ),
  });
  expect(await call('lambda:invoke', { FunctionName: 'f' })).toMatchObject({
    error: 'Lambda.Throttled',
    cause: expect.stringMatching(/^slowly \(Service: Lambda, Status Code: 429, Request ID: [\w-]+\)$/),
  });
  expect(await region.aws.faults.list()).toEqual([]);
});

test('a message may be JSON', async () => {
  const { TopicArn } = await region.api('sns').CreateTopic({ Name: 'builds' });
  const execution = await call('sns:publish', { TopicArn, Message: { text: 'hi' } });
  const [message] = region.state('sns').messages();
  expect(message).toMatchObject({ topicArn: TopicArn, body: '{"text":"hi"}' });
  expect(outputOf(execution)).toMatchObject({
    MessageId: message?.id,
    SdkHttpMetadata: { HttpStatusCode: 200 },
  });
});

test('the detail of an event may be JSON, and the event names the execution', async () => {
  const entry = { Source: 'shop', DetailType: 'x', Detail: { a: 1 } };
  const execution = await call('events:putEvents', { Entries: [entry] });
  const Resources = [execution.stateMachine.arn, execution.arn];
  expect(sent.at(-1)).toEqual({ Entries: [{ ...entry, Detail: '{"a":1}', Resources }] });
  expect(outputOf(execution)).toEqual(putEvents);
});

test('a task fails when a bus does not take all events', async () => {
  putEvents = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail' }] };
  const execution = await call('events:putEvents', {
    Entries: [{ Source: 'shop', DetailType: 'x', Detail: '[]' }],
  });
  expect(execution.error).toBe('EventBridge.FailedEntry');
  expect(JSON.parse(execution.cause ?? '')).toEqual(putEvents);
});

test('what Lambda refuses is an error of its own name', async () => {
  const execution = await call('lambda:invoke', { FunctionName: 'gone' });
  expect(execution.error).toBe('Lambda.ResourceNotFoundException');
  expect(execution.cause).toMatch(
    /^Function not found: .*:function:gone \(Service: Lambda, Status Code: 404, Request ID: [\w-]+\)$/,
  );
});

test('an error of a function has its name, whether by lambda:invoke or by the ARN alone', async () => {
  const arn = await addActiveFunction(
    region,
    'failing',
    'exports.handler = async () => { throw new RangeError("no") }',
  );
  const invoked = await call('lambda:invoke', { FunctionName: 'failing' });
  const named = await machines.run({ T: { Type: 'Task', Resource: arn, End: true } });
  for (const execution of [invoked, named]) {
    expect(execution.error).toBe('RangeError');
    expect(JSON.parse(execution.cause ?? '')).toMatchObject({ errorType: 'RangeError', errorMessage: 'no' });
  }
  expect(typesOf(named)).toContain('LambdaFunctionFailed');
});

test('a function may be told of an event, and nobody waits for it', async () => {
  await addActiveFunction(region, 'told', 'exports.handler = async () => 1');
  const execution = await call('lambda:invoke', {
    FunctionName: 'told',
    InvocationType: 'Event',
    Payload: { a: 1 },
  });
  expect(outputOf(execution)).toMatchObject({
    StatusCode: 202,
    SdkHttpMetadata: { HttpStatusCode: 202 },
  });
  expect(outputOf(execution)).not.toHaveProperty('Payload');
});
