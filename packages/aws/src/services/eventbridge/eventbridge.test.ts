import type { PutRuleCommandInput, Target } from '@aws-sdk/client-eventbridge';
import type { Call } from '../../core/service';
import { rootCall } from '../../testing/api';
import { addRole } from '../../testing/functions';
import { addFunction, type NewRegion, newRegion } from '../../testing/region';
import { until } from '../../testing/until';

interface Invoked {
  readonly functionName: string;
  readonly payload: string;
  readonly call: Call;
}

let region: NewRegion;
let invoked: Invoked[];
let started: { stateMachineArn: string; input?: string; call: Call }[];

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:resolve';
const closedArn = 'arn:aws:lambda:us-east-1:000000000000:function:closed';
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:golden-image';
const role = 'arn:aws:iam::000000000000:role/events';

beforeEach(async () => {
  invoked = [];
  started = [];
  region = await newRegion({
    instead: {
      lambda: {
        Invoke: ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }, call: Call) => {
          invoked.push({ functionName: FunctionName, payload: Buffer.from(Payload).toString(), call });
          return { StatusCode: 202 };
        },
      },
      sfn: {
        StartExecution: (input: { stateMachineArn: string; input?: string }, call: Call) => {
          started.push({ ...input, call });
          return { executionArn: 'arn', startDate: new Date() };
        },
      },
    },
  });
  await addFunction(region, 'resolve', { permit: ['events.amazonaws.com'] });
  await addFunction(region, 'closed');
  await addRole(region, 'events', ['events.amazonaws.com'], ['states:StartExecution', 'events:PutEvents']);
});

afterEach(() => region.aws.stop());

const events = () => region.api('eventbridge');

const addRule = async (settings: Partial<PutRuleCommandInput>, targets: Partial<Target>[], Name = 'rule') => {
  const { RuleArn = '' } = await events().PutRule({ Name, ...settings });
  if (targets.length === 0) return RuleArn;
  await events().PutTargets({
    Rule: Name,
    EventBusName: settings.EventBusName,
    Targets: targets.map((target, i) => ({ Id: `t${i}`, Arn: functionArn, ...target })),
  });
  return RuleArn;
};

const amiPattern = JSON.stringify({ source: ['aws.ec2'], 'detail-type': ['EC2 AMI State Change'] });
const announceImage = (State = 'available') =>
  region.context.bus.announce({
    source: 'aws.ec2',
    detailType: 'EC2 AMI State Change',
    detail: { ImageId: 'ami-1', State },
  });

test('an event that matches reaches the target whole', async () => {
  await addRule({ EventPattern: amiPattern }, [{}]);
  const id = announceImage();
  region.context.bus.announce({ source: 'aws.ec2', detailType: 'other', detail: {} });
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
  await addRule({ EventPattern: amiPattern }, [target]);
  announceImage();
  await until(() => invoked.length > 0);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toEqual(expected);
});

test('a transformer can take the event with its detail or without', async () => {
  const InputTemplate = '{"envelope":<aws.events.event>,"whole":<aws.events.event.json>}';
  await addRule({ EventPattern: amiPattern }, [{ InputTransformer: { InputTemplate } }]);
  const id = announceImage();
  await until(() => invoked.length > 0);
  const { envelope, whole } = JSON.parse(invoked[0]?.payload ?? '');
  expect(whole).toMatchObject({ id, detail: { ImageId: 'ami-1' } });
  expect(envelope).toMatchObject({ id, source: 'aws.ec2' });
  expect(envelope).not.toHaveProperty('detail');
});

test('an event for a bus that does not exist is taken and lost, as on AWS', async () => {
  const entry = { Source: 'shop', DetailType: 'x', Detail: '{}', EventBusName: 'nowhere' };
  const { FailedEntryCount, Entries } = await events().PutEvents({ Entries: [entry] });
  expect(FailedEntryCount).toBe(0);
  expect(Entries?.[0]?.EventId).toBeDefined();
});

test('a state machine is started with the input', async () => {
  await addRule({ EventPattern: amiPattern }, [
    { Arn: machineArn, RoleArn: role, InputPath: '$.detail.ImageId' },
  ]);
  announceImage();
  await until(() => started.length > 0);
  expect(started[0]).toMatchObject({ stateMachineArn: machineArn, input: '"ami-1"' });
});

test('a function that does not permit the rule is not invoked, and the failure is kept', async () => {
  const ruleArn = await addRule({ EventPattern: amiPattern }, [{ Arn: closedArn }]);
  announceImage();
  await until(() => region.state('eventbridge').failedInvocations().length > 0);
  expect(invoked).toEqual([]);
  expect(region.state('eventbridge').failedInvocations()[0]).toMatchObject({
    ruleArn,
    targetArn: closedArn,
    error: expect.stringMatching(/^AccessDeniedException: .*no resource-based policy allows/),
  });
});

test('a target that is throttled or fails is asked again, as often as its retry policy says', async () => {
  await addRule({ EventPattern: amiPattern }, [
    { Input: '"patient"' },
    { Input: '"hasty"', RetryPolicy: { MaximumRetryAttempts: 1 } },
  ]);
  const { faults, clock } = region.aws;
  const down = { service: 'lambda', operation: 'Invoke', caller: 'events.amazonaws.com', times: 3 };
  await faults.add({ ...down, code: 'TooManyRequestsException', status: 429, input: { Payload: 'patient' } });
  await faults.add({ ...down, code: 'ServiceException', status: 500, input: { Payload: 'hasty' } });
  announceImage();
  await clock.sleep(60);
  expect(invoked.map(({ payload }) => payload)).toEqual(['"patient"']);
  expect((await faults.strikes()).map(({ fault }) => fault.status).sort()).toEqual([429, 429, 429, 500, 500]);
  expect(region.state('eventbridge').failedInvocations()).toMatchObject([
    { error: expect.stringMatching(/^ServiceException/) },
  ]);
});

test('a disabled rule is silent', async () => {
  await addRule({ EventPattern: amiPattern }, [{}]);
  await addRule({ EventPattern: amiPattern }, [{ Input: '"other"' }], 'other');
  await events().DisableRule({ Name: 'rule' });
  announceImage();
  await until(() => invoked.length > 0);
  expect(invoked.map(({ payload }) => payload)).toEqual(['"other"']);
});

test('a rate fires again and again by the clock', async () => {
  const ruleArn = await addRule({ ScheduleExpression: 'rate(1 minute)' }, [{}]);
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
  await events().CreateEventBus({ Name: 'shop' });
  await events().PutRule({ Name: 'r', EventBusName: 'shop', EventPattern: '{"source":["shop"]}' });
  await events().PutTargets({ Rule: 'r', EventBusName: 'shop', Targets: [{ Id: 't', Arn: functionArn }] });
  const entry = { Source: 'shop', DetailType: 'Build Finished', Detail: '{"id":"web-1"}' };
  const answer = await events().PutEvents({ Entries: [entry, { ...entry, EventBusName: 'shop' }] });
  expect(answer.FailedEntryCount).toBe(0);
  await until(() => invoked.length > 0);
  expect(invoked).toHaveLength(1);
});

test('entries that are wrong fail each for itself', async () => {
  const good = { Source: 'shop', DetailType: 'x', Detail: '{}' };
  const { FailedEntryCount, Entries } = await events().PutEvents({
    Entries: [good, { ...good, Source: undefined }, { ...good, Detail: '{' }, { ...good, Source: 'aws.ec2' }],
  });
  expect(FailedEntryCount).toBe(3);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'InvalidArgument',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
  ]);
});

test('a rule with targets cannot be deleted', async () => {
  await addRule({ EventPattern: amiPattern }, [{}]);
  await expect(events().DeleteRule({ Name: 'rule' })).rejects.toThrow(/it has targets/);
  const { FailedEntries } = await events().RemoveTargets({ Rule: 'rule', Ids: ['t0', 't9'] });
  expect(FailedEntries).toMatchObject([{ TargetId: 't9', ErrorCode: 'ResourceNotFoundException' }]);
  expect(await events().DeleteRule({ Name: 'rule' })).toEqual({});
  expect((await events().ListRules({})).Rules).toEqual([]);
});

test('rules and targets are found by name and by target', async () => {
  await addRule({ EventPattern: amiPattern }, [{}], 'shop-a');
  await addRule({ EventPattern: amiPattern }, [{ Arn: machineArn, RoleArn: role }], 'shop-b');
  const { Rules = [] } = await events().ListRules({ NamePrefix: 'shop' });
  expect(Rules.map(({ Name }) => Name)).toEqual(['shop-a', 'shop-b']);
  const { RuleNames } = await events().ListRuleNamesByTarget({ TargetArn: machineArn });
  expect(RuleNames).toEqual(['shop-b']);
  expect((await events().ListTargetsByRule({ Rule: 'shop-a' })).Targets).toEqual([
    { Id: 't0', Arn: functionArn },
  ]);
  await expect(events().DescribeRule({ Name: 'absent' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'Rule absent does not exist on EventBus default.',
  });
});

test.each<[string, object]>([
  ['neither pattern nor schedule', {}],
  ['a rate in the wrong number', { ScheduleExpression: 'rate(1 minutes)' }],
  ['a cron that is none', { ScheduleExpression: 'cron(0 3 * * * *)' }],
  ['a date', { ScheduleExpression: 'at(2030-01-01T00:00:00)' }],
  ['a schedule on a bus of its own', { ScheduleExpression: 'rate(1 minute)', EventBusName: 'shop' }],
])('a rule with %s is refused', async (_what, settings) => {
  await events().CreateEventBus({ Name: 'shop' });
  await expect(events().PutRule({ Name: 'r', ...settings })).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

test('a target with two kinds of input, or a state machine without a role, is refused', async () => {
  await events().PutRule({ Name: 'r', EventPattern: amiPattern });
  const put = (target: object) =>
    events().PutTargets({ Rule: 'r', Targets: [{ Id: 't', Arn: functionArn, ...target }] });
  await expect(put({ Input: '{}', InputPath: '$' })).rejects.toThrow(/Only one of/);
  await expect(put({ Arn: machineArn })).rejects.toThrow(/RoleArn is required/);
  await expect(put({ Arn: 'function:resolve' })).rejects.toThrow(/not in correct format/);
});

test('a pattern can be tried against an event', async () => {
  const event = {
    id: '1',
    account: '0',
    source: 'aws.ec2',
    time: '2026-11-23T00:00:00Z',
    region: 'r',
    resources: [],
    'detail-type': 'EC2 AMI State Change',
  };
  const answer = await events().TestEventPattern({
    EventPattern: amiPattern,
    Event: JSON.stringify(event),
  });
  expect(answer.Result).toBe(true);
});

test.each([['null'], ['1'], ['{"id":"1"}'], ['no JSON']])('the event %p cannot be tried', async (Event) => {
  await expect(events().TestEventPattern({ EventPattern: amiPattern, Event })).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringContaining('Parameter Event is not valid.'),
  });
});

test('a pattern that is none is refused in words of its own', async () => {
  await expect(events().PutRule({ Name: 'r', EventPattern: '{"source":[]}' })).rejects.toMatchObject({
    code: 'InvalidEventPatternException',
    message: expect.stringMatching(/^Event pattern is not valid\. Reason: /),
  });
});

test('a rule calls its targets as EventBridge, or as their role, with the trace of whoever put the event', async () => {
  await addRule({ EventPattern: '{"source":["shop"]}' }, [{}, { Arn: machineArn, RoleArn: role }]);
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  const caller = region.apiAs('eventbridge', { ...rootCall(), traceId });
  await caller.PutEvents({ Entries: [{ Source: 'shop', DetailType: 'x', Detail: '{}' }] });
  await until(() => invoked.length > 0 && started.length > 0);
  expect(invoked[0]?.call).toMatchObject({ traceId, principal: { userId: 'events' } });
  expect(started[0]?.call).toMatchObject({ traceId, principal: { roleArn: role } });
});

test('a role that may not start a state machine does not, and the failure is kept', async () => {
  await addRole(region, 'powerless', ['events.amazonaws.com'], ['events:PutEvents']);
  const RoleArn = 'arn:aws:iam::000000000000:role/powerless';
  await addRule({ EventPattern: amiPattern }, [{ Arn: machineArn, RoleArn }]);
  announceImage();
  await until(() => region.state('eventbridge').failedInvocations().length > 0);
  expect(started).toEqual([]);
  expect(region.state('eventbridge').failedInvocations()[0]?.error).toMatch(
    /^AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role\/powerless\/\w+ is not authorized to perform: states:StartExecution/,
  );
});

test('a topic gets what a rule sends it', async () => {
  const { TopicArn = '' } = await region.api('sns').CreateTopic({ Name: 'images' });
  const Principal = { Service: 'events.amazonaws.com' };
  const Statement = { Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: TopicArn };
  await region.api('sns').SetTopicAttributes({
    TopicArn,
    AttributeName: 'Policy',
    AttributeValue: JSON.stringify({ Version: '2012-10-17', Statement }),
  });
  await addRule({ EventPattern: amiPattern }, [{ Arn: TopicArn, InputPath: '$.detail.State' }]);
  announceImage();
  await until(() => region.state('sns').messages().length > 0);
  expect(region.state('sns').messages()).toMatchObject([{ topicArn: TopicArn, body: '"available"' }]);
});

test('a log group gets each event in a stream of its own', async () => {
  const logs = region.api('cloudwatch-logs');
  await logs.CreateLogGroup({ logGroupName: '/aws/events/images' });
  const Arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/images:*';
  await addRule({ EventPattern: amiPattern }, [{ Arn }]);
  for (const state of ['pending', 'available']) announceImage(state);
  const lines = () => region.state('cloudwatch-logs').lines('/aws/events/images');
  await until(() => lines().length === 2);
  const states = lines().map(({ message }) => JSON.parse(message).detail.State);
  expect(states.sort()).toEqual(['available', 'pending']);
  const { logStreams } = await logs.DescribeLogStreams({ logGroupName: '/aws/events/images' });
  expect(logStreams).toHaveLength(2);
});

test('a log group that is not there, and a target of a kind that nobody serves, are failures', async () => {
  const targets = ['logs:us-east-1:000000000000:log-group:/no', 'sqs:us-east-1:000000000000:queue'];
  await addRule(
    { EventPattern: amiPattern },
    targets.map((target) => ({ Arn: `arn:aws:${target}`, DeadLetterConfig: { Arn: 'arn:aws:sqs:::dead' } })),
  );
  announceImage();
  const failures = () => region.state('eventbridge').failedInvocations();
  await until(() => failures().length === 2);
  expect(
    failures()
      .map(({ error }) => error.split(':')[0])
      .sort(),
  ).toEqual(['ResourceNotFoundException', 'UnsupportedTarget']);
  expect(failures()[0]?.deadLetterArn).toBe('arn:aws:sqs:::dead');
});

test("a rule sends a service's event on to another bus as it is", async () => {
  const { EventBusArn } = await events().CreateEventBus({ Name: 'shop' });
  await addRule({ EventPattern: amiPattern }, [{ Arn: EventBusArn, RoleArn: role }]);
  await addRule({ EventPattern: amiPattern, EventBusName: 'shop' }, [{}], 'on-shop');
  announceImage();
  await until(() => invoked.length > 0);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toMatchObject({
    source: 'aws.ec2',
    'detail-type': 'EC2 AMI State Change',
    detail: { ImageId: 'ami-1', State: 'available' },
  });
});

test('a rule is described, disabled and enabled', async () => {
  const Arn = await addRule({ EventPattern: amiPattern, Description: 'images' }, []);
  const described = () => events().DescribeRule({ Name: 'rule' });
  expect(await described()).toMatchObject({ Arn, Description: 'images', State: 'ENABLED' });
  expect(await events().DisableRule({ Name: 'rule' })).toEqual({});
  expect((await described()).State).toBe('DISABLED');
  expect(await events().EnableRule({ Name: 'rule' })).toEqual({});
  expect((await described()).State).toBe('ENABLED');
});

test('a bus is made once, described, listed, and deleted once it has no rules', async () => {
  const { EventBusArn } = await events().CreateEventBus({ Name: 'shop', Description: 'orders' });
  expect(EventBusArn).toBe('arn:aws:events:us-east-1:000000000000:event-bus/shop');
  await expect(events().CreateEventBus({ Name: 'shop' })).rejects.toMatchObject({
    code: 'ResourceAlreadyExistsException',
  });
  await expect(events().CreateEventBus({ Name: 'default' })).rejects.toThrow('is not valid');
  expect(await events().DescribeEventBus({ Name: EventBusArn })).toMatchObject({
    Name: 'shop',
    Description: 'orders',
  });
  const { EventBuses = [] } = await events().ListEventBuses({});
  expect(EventBuses.map(({ Name }) => Name)).toEqual(['default', 'shop']);
  await addRule({ EventPattern: amiPattern, EventBusName: 'shop' }, []);
  await expect(events().DeleteEventBus({ Name: 'shop' })).rejects.toThrow('since it has rules');
  await events().DeleteRule({ Name: 'rule', EventBusName: 'shop' });
  expect(await events().DeleteEventBus({ Name: 'shop' })).toEqual({});
  await expect(events().DescribeEventBus({ Name: 'shop' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test("permissions make a bus's policy, statement by statement", async () => {
  const policy = async () => JSON.parse((await events().DescribeEventBus({})).Policy ?? '{}').Statement;
  const permit = (StatementId: string) =>
    events().PutPermission({ StatementId, Principal: '111122223333', Action: 'events:PutEvents' });
  for (const id of ['a', 'b', 'a']) expect(await permit(id)).toEqual({});
  expect(await policy()).toMatchObject([
    { Sid: 'b', Effect: 'Allow' },
    { Sid: 'a', Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
  ]);
  expect(await events().RemovePermission({ StatementId: 'b' })).toEqual({});
  expect(await policy()).toHaveLength(1);
  await expect(events().RemovePermission({ StatementId: 'b' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  await expect(events().PutPermission({ Policy: '{"Statement":1' })).rejects.toMatchObject({
    code: 'ValidationException',
  });
  await events().RemovePermission({ RemoveAllPermissions: true });
  expect(await policy()).toBeUndefined();
});

test('tags of rules and buses are added, listed and removed by their ARNs', async () => {
  const ResourceARN = await addRule({ EventPattern: amiPattern, Tags: [{ Key: 'a', Value: '1' }] }, []);
  expect(await events().TagResource({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] })).toEqual({});
  expect(await events().UntagResource({ ResourceARN, TagKeys: ['a'] })).toEqual({});
  expect(await events().ListTagsForResource({ ResourceARN })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
  const at = (resource: string) => `arn:aws:events:eu-north-1:000000000000:${resource}`;
  for (const [resource, message] of [
    ['rule/none', 'Rule none does not exist on EventBus default.'],
    ['rule/shop/none', 'Rule none does not exist on EventBus shop.'],
    ['event-bus/none', 'Event bus none does not exist.'],
  ] as const)
    await expect(events().ListTagsForResource({ ResourceARN: at(resource) })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message,
    });
});

test('lists go on where their page ended, and a token that no answer held is refused', async () => {
  for (const name of ['a', 'b', 'c']) await addRule({ EventPattern: amiPattern }, [{}, {}], name);
  const first = await events().ListRules({ Limit: 2 });
  await addRule({ EventPattern: amiPattern }, [], 'aa');
  const second = await events().ListRules({ Limit: 2, NextToken: first.NextToken });
  expect([first, second].map(({ Rules = [] }) => Rules.map(({ Name }) => Name))).toEqual([['a', 'b'], ['c']]);
  for (const call of [
    events().ListRules({ NextToken: 'foreign' }),
    events().ListEventBuses({ NextToken: 'foreign' }),
    events().ListTargetsByRule({ Rule: 'a', NextToken: 'foreign' }),
    events().ListRuleNamesByTarget({ TargetArn: functionArn, NextToken: 'foreign' }),
  ])
    await expect(call).rejects.toMatchObject({ code: 'ValidationException' });
});
