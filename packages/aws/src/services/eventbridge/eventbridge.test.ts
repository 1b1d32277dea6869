import { makeContext, until } from '../../testing/serverless-context';
import { EventBridge } from '.';

let context: ReturnType<typeof makeContext>;
let events: EventBridge;
let invoked: { functionName: string; payload?: string }[];
let started: { stateMachineArn: string; input?: string }[];
let allowed: boolean;

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:resolve';
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:golden-image';
const role = 'arn:aws:iam::000000000000:role/events';

beforeEach(() => {
  context = makeContext();
  invoked = [];
  started = [];
  allowed = true;
  events = new EventBridge(context, {
    lambda: {
      invokeLater: (request) => {
        invoked.push(request);
        return 'id';
      },
      allows: () => allowed,
    },
    states: { start: (request) => void started.push(request) },
    sns: { operations: { Publish: (input) => ({ MessageId: input.TopicArn }) } },
  });
});

afterEach(() => {
  events.dispose();
  context.clock.stop();
});

const addRule = (settings: object, targets: object[], Name = 'rule') => {
  const { RuleArn } = events.operations.PutRule({ Name, ...settings });
  events.operations.PutTargets({
    Rule: Name,
    Targets: targets.map((target, i) => ({ Id: `t${i}`, Arn: functionArn, ...target })),
  });
  return RuleArn;
};

const amiPattern = JSON.stringify({ source: ['aws.ec2'], 'detail-type': ['EC2 AMI State Change'] });
const announceImage = (State = 'available') =>
  context.bus.announce({
    source: 'aws.ec2',
    detailType: 'EC2 AMI State Change',
    detail: { ImageId: 'ami-1', State },
  });

test('an event that matches reaches the target whole', async () => {
  addRule({ EventPattern: amiPattern }, [{}]);
  const id = announceImage();
  context.bus.announce({ source: 'aws.ec2', detailType: 'other', detail: {} });
  await until(() => invoked.length > 0);
  expect(invoked).toHaveLength(1);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toMatchObject({
    version: '0',
    id,
    source: 'aws.ec2',
    account: '000000000000',
    region: 'us-east-1',
    detail: { ImageId: 'ami-1', State: 'available' },
  });
});

test.each<[string, object, unknown]>([
  ['Input', { Input: '{"fixed":true}' }, { fixed: true }],
  ['InputPath', { InputPath: '$.detail' }, { ImageId: 'ami-1', State: 'available' }],
  [
    'an InputTransformer with a JSON template',
    {
      InputTransformer: {
        InputPathsMap: { image: '$.detail.ImageId', all: '$.detail' },
        InputTemplate:
          '{"text":"image <image> is there","id":<image>,"all":<all>,"rule":<aws.events.rule-name>}',
      },
    },
    {
      text: 'image ami-1 is there',
      id: 'ami-1',
      all: { ImageId: 'ami-1', State: 'available' },
      rule: 'rule',
    },
  ],
])('%s makes what the target gets', async (_what, target, expected) => {
  addRule({ EventPattern: amiPattern }, [target]);
  announceImage();
  await until(() => invoked.length > 0);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toEqual(expected);
});

test('a transformer can take the event with its detail or without', async () => {
  const InputTemplate = '{"envelope":<aws.events.event>,"whole":<aws.events.event.json>}';
  addRule({ EventPattern: amiPattern }, [{ InputTransformer: { InputTemplate } }]);
  const id = announceImage();
  await until(() => invoked.length > 0);
  const { envelope, whole } = JSON.parse(invoked[0]?.payload ?? '');
  expect(whole).toMatchObject({ id, detail: { ImageId: 'ami-1' } });
  expect(envelope).toMatchObject({ id, source: 'aws.ec2' });
  expect(envelope).not.toHaveProperty('detail');
});

test('an event for a bus that does not exist is taken and lost, as on AWS', () => {
  const entry = { Source: 'kiln', DetailType: 'x', Detail: '{}', EventBusName: 'nowhere' };
  const { FailedEntryCount, Entries } = events.operations.PutEvents({ Entries: [entry] });
  expect(FailedEntryCount).toBe(0);
  expect(Entries[0]?.EventId).toBeDefined();
});

test('a state machine is started with the input', async () => {
  addRule({ EventPattern: amiPattern }, [{ Arn: machineArn, RoleArn: role, InputPath: '$.detail.ImageId' }]);
  announceImage();
  await until(() => started.length > 0);
  expect(started[0]).toMatchObject({ stateMachineArn: machineArn, input: '"ami-1"' });
});

test('a function that does not permit the rule is not invoked, and the failure is kept', async () => {
  allowed = false;
  const ruleArn = addRule({ EventPattern: amiPattern }, [{}]);
  announceImage();
  await until(() => events.failedInvocations().length > 0);
  expect(invoked).toEqual([]);
  expect(events.failedInvocations()[0]).toMatchObject({ ruleArn, targetArn: functionArn });
});

test('a disabled rule is silent', async () => {
  addRule({ EventPattern: amiPattern }, [{}]);
  addRule({ EventPattern: amiPattern }, [{ Input: '"other"' }], 'other');
  events.operations.DisableRule({ Name: 'rule' });
  announceImage();
  await until(() => invoked.length > 0);
  expect(invoked.map(({ payload }) => payload)).toEqual(['"other"']);
});

test('a rate fires again and again by the clock', async () => {
  const ruleArn = addRule({ ScheduleExpression: 'rate(1 minute)' }, [{}]);
  await until(() => invoked.length === 3);
  const [first, second] = invoked.map(({ payload }) => JSON.parse(payload ?? ''));
  expect(first).toMatchObject({
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    resources: [ruleArn],
    detail: {},
  });
  expect(Date.parse(second.time) - Date.parse(first.time)).toBe(60_000);
});

test('events of customers go through their own bus', async () => {
  events.operations.CreateEventBus({ Name: 'kiln' });
  events.operations.PutRule({ Name: 'r', EventBusName: 'kiln', EventPattern: '{"source":["kiln"]}' });
  events.operations.PutTargets({ Rule: 'r', EventBusName: 'kiln', Targets: [{ Id: 't', Arn: functionArn }] });
  const entry = { Source: 'kiln', DetailType: 'Build Finished', Detail: '{"id":"web-1"}' };
  const answer = events.operations.PutEvents({ Entries: [entry, { ...entry, EventBusName: 'kiln' }] });
  expect(answer.FailedEntryCount).toBe(0);
  await until(() => invoked.length > 0);
  expect(invoked).toHaveLength(1);
});

test('entries that are wrong fail each for itself', () => {
  const good = { Source: 'kiln', DetailType: 'x', Detail: '{}' };
  const { FailedEntryCount, Entries } = events.operations.PutEvents({
    Entries: [good, { ...good, Source: undefined }, { ...good, Detail: '{' }, { ...good, Source: 'aws.ec2' }],
  });
  expect(FailedEntryCount).toBe(3);
  expect(Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'InvalidArgument',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
  ]);
});

test('a rule with targets cannot be deleted', () => {
  addRule({ EventPattern: amiPattern }, [{}]);
  expect(() => events.operations.DeleteRule({ Name: 'rule' })).toThrow(/it has targets/);
  events.operations.RemoveTargets({ Rule: 'rule', Ids: ['t0'] });
  events.operations.DeleteRule({ Name: 'rule' });
  expect(events.operations.ListRules({}).Rules).toEqual([]);
});

test('rules and targets are found by name and by target', () => {
  addRule({ EventPattern: amiPattern }, [{}], 'kiln-a');
  addRule({ EventPattern: amiPattern }, [{ Arn: machineArn, RoleArn: role }], 'kiln-b');
  expect(events.operations.ListRules({ NamePrefix: 'kiln' }).Rules.map(({ Name }) => Name)).toEqual([
    'kiln-a',
    'kiln-b',
  ]);
  expect(events.operations.ListRuleNamesByTarget({ TargetArn: machineArn }).RuleNames).toEqual(['kiln-b']);
  expect(events.operations.ListTargetsByRule({ Rule: 'kiln-a' }).Targets).toEqual([
    { Id: 't0', Arn: functionArn },
  ]);
  expect(() => events.operations.DescribeRule({ Name: 'absent' })).toThrow(
    expect.objectContaining({
      code: 'ResourceNotFoundException',
      message: 'Rule absent does not exist on EventBus default.',
    }),
  );
});

test.each<[string, object]>([
  ['neither pattern nor schedule', {}],
  ['a rate in the wrong number', { ScheduleExpression: 'rate(1 minutes)' }],
  ['a cron that is none', { ScheduleExpression: 'cron(0 3 * * * *)' }],
  ['a date', { ScheduleExpression: 'at(2030-01-01T00:00:00)' }],
  ['a schedule on a bus of its own', { ScheduleExpression: 'rate(1 minute)', EventBusName: 'kiln' }],
])('a rule with %s is refused', (_what, settings) => {
  events.operations.CreateEventBus({ Name: 'kiln' });
  expect(() => events.operations.PutRule({ Name: 'r', ...settings })).toThrow(
    expect.objectContaining({ code: 'ValidationException' }),
  );
});

test('a target with two kinds of input, or a state machine without a role, is refused', () => {
  events.operations.PutRule({ Name: 'r', EventPattern: amiPattern });
  const put = (target: object) =>
    events.operations.PutTargets({ Rule: 'r', Targets: [{ Id: 't', Arn: functionArn, ...target }] });
  expect(() => put({ Input: '{}', InputPath: '$' })).toThrow(/Only one of/);
  expect(() => put({ Arn: machineArn })).toThrow(/RoleArn is required/);
});

test('a pattern can be tried against an event', () => {
  const event = {
    id: '1',
    account: '0',
    source: 'aws.ec2',
    time: '2026-11-23T00:00:00Z',
    region: 'r',
    resources: [],
    'detail-type': 'EC2 AMI State Change',
  };
  const answer = events.operations.TestEventPattern({
    EventPattern: amiPattern,
    Event: JSON.stringify(event),
  });
  expect(answer.Result).toBe(true);
});
