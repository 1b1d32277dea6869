import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { LevelIterator, Store } from 'dynalite/db/index.js';
import { AwsError } from '../src/core/aws-error';
import { Clock } from '../src/core/clock';
import { Ledger } from '../src/core/ledger';
import { CallLog } from '../src/corridor/call-log';
import { LaunchAttempts } from '../src/services/auto-scaling/launch/launch-attempts';
import type { Group } from '../src/services/auto-scaling/records/group';
import { Stack } from '../src/services/cloudformation/stacks/stack';
import { Stacks } from '../src/services/cloudformation/stacks/stacks';
import { mergeByTime } from '../src/services/cloudwatch/metrics/merge-samples';
import { MetricStore } from '../src/services/cloudwatch/metrics/metric-store';
import {
  type Metric,
  readStatistic,
  summarize,
  valuesOf,
} from '../src/services/cloudwatch/metrics/statistics';
import { ClientTokens } from '../src/services/ec2/requests/client-tokens';
import { Sessions } from '../src/services/iam/sessions';
import { FunctionLog } from '../src/services/lambda/sandboxes/function-log';
import { TaskTokens } from '../src/services/sfn/execution/task-tokens';
import { addRole } from '../src/testing/functions';
import { type NewRegion, newRegion } from '../src/testing/region';
import { until } from '../src/testing/until';

/*
 * What the embedded AWS remembers of what is over has an end, which `docs/guide.md` says: one test for each bound that is its own, and for
 * those of AWS that are put into practice by forgetting.
 */

const DAY = 86_400_000;
let region: NewRegion;

beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

/** What is done so many days later, without all that AWS would do meanwhile. */
async function later(days: number, act: () => unknown): Promise<void> {
  const { clock } = region.context;
  const then = clock.millis() + days * DAY;
  const spy = jest.spyOn(clock, 'millis').mockReturnValue(then);
  await act();
  spy.mockRestore();
}

test('the call log has the newest 20,000 calls', () => {
  const calls = new CallLog();
  for (let i = 0; i < 50_000; i += 1)
    calls.add({ time: String(i), region: '', service: '', operation: '', status: 200, caller: '' });
  expect(calls.list().length).toBeLessThanOrEqual(20_000);
  expect(calls.list().length).toBeGreaterThanOrEqual(18_000);
  expect(calls.list().at(-1)?.time).toBe('49999');
});

test('the ledger has the newest 10,000 entries', () => {
  const ledger = new Ledger(() => 0);
  for (let i = 0; i < 25_000; i += 1) ledger.begin('boot', String(i), '');
  expect(ledger.list().length).toBeLessThanOrEqual(10_000);
  expect(ledger.list().at(-1)?.resource).toBe('24999');
});

describe('Step Functions', () => {
  const start = async (input: string) => {
    const sfn = region.api('sfn');
    const { stateMachineArn = '' } = await sfn.CreateStateMachine({
      name: 'bounded',
      roleArn: await addRole(region, 'app'),
      definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
    });
    const execution = region.state('sfn').start({ stateMachineArn, input });
    await execution.ended;
    return execution;
  };

  test('an execution that ended 90 days ago is forgotten when another begins', async () => {
    const old = await start('{}');
    await later(91, () => start('{}'));
    expect(region.state('sfn').executions.list()).not.toContain(old);
  });

  test('the histories of executions that are closed come to 128 million characters at most', async () => {
    const input = JSON.stringify('x'.repeat(250_000));
    for (let i = 0; i < 150; i += 1) await start(input);
    const held = region
      .state('sfn')
      .executions.list()
      .reduce((sum, { characters }) => sum + characters, 0);
    expect(held).toBeLessThan(130_000_000);
    expect(held).toBeGreaterThan(100_000_000);
  });

  test('a token that nobody ever waited with is not remembered', () => {
    const clock = new Clock(1);
    const tokens = new TaskTokens(clock);
    const token = tokens.make();
    expect(tokens.ownerOf(token)).toBeUndefined();
    const { giveUp } = tokens.park(token, undefined, 'arn');
    expect(tokens.ownerOf(token)).toBe('arn');
    giveUp();
    clock.end();
  });
});

test('messages of SNS are the newest, and come to 64 million characters', async () => {
  const sns = region.api('sns');
  const { TopicArn } = await sns.CreateTopic({ Name: 'bounded' });
  for (let i = 0; i < 300; i += 1) await sns.Publish({ TopicArn, Message: `${i}`.padEnd(262_144) });
  const messages = region.state('sns').messages();
  expect(messages.length).toBeLessThan(250);
  expect(messages.length).toBeGreaterThan(200);
  expect(messages.at(-1)?.body).toMatch(/^299 /);
});

test('a log stream has the newest 32 million characters of messages', async () => {
  const logs = region.state('cloudwatch-logs');
  for (let i = 0; i < 50; i += 1)
    logs.write('bounded', 'one', [{ timestamp: i, message: `${i}`.padEnd(1_000_000) }]);
  const lines = logs.lines('bounded');
  expect(lines.length).toBeLessThanOrEqual(32);
  expect(lines.length).toBeGreaterThan(27);
  expect(lines.at(-1)?.message).toMatch(/^49 /);
});

test('what DynamoDB reads by is closed when it has been read', async () => {
  const { db } = Reflect.get(region.state('dynamodb').engine, 'store') as Store;
  const iterators: LevelIterator[] = [];
  for (const kind of ['keys', 'values'] as const) {
    const iterate = db[kind];
    jest.spyOn(db, kind).mockImplementation((options?: object) => {
      const iterator = iterate(options);
      iterators.push(iterator);
      return iterator;
    });
  }
  const dynamodb = region.api('dynamodb');
  const TableName = 'bounded';
  await dynamodb.CreateTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await until(async () => (await dynamodb.DescribeTable({ TableName })).Table?.TableStatus === 'ACTIVE');
  await dynamodb.PutItem({ TableName, Item: { id: { S: 'one' } } });
  await dynamodb.Query({
    TableName,
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': { S: 'one' } },
  });
  await dynamodb.Scan({ TableName, Limit: 1 });
  await dynamodb.ListTables({ Limit: 1 });
  await dynamodb.DeleteTable({ TableName });
  await until(async () => !(await dynamodb.ListTables({})).TableNames?.includes(TableName));
  jest.restoreAllMocks();
  expect(iterators.length).toBeGreaterThan(3);
  for (const iterator of iterators)
    await expect(iterator.next()).rejects.toMatchObject({ code: 'LEVEL_ITERATOR_NOT_OPEN' });
});

describe('CloudFormation', () => {
  const place = () => ({ region: 'us-east-1', accountId: '0', clock: region.context.clock });
  const remove = (stack: Stack) => {
    stack.enter('DELETE_COMPLETE');
    stack.deletedAt = stack.time();
  };

  test('the newest 200 deleted stacks are remembered, and those that live', () => {
    const stacks = new Stacks({ ...region.context, ...place() });
    const living = stacks.add('living');
    for (let i = 0; i < 400; i += 1) remove(stacks.add(`stack-${i}`));
    stacks.add('last');
    expect(stacks.list()).toHaveLength(202);
    expect(stacks.list()).toContain(living);
    expect(stacks.list()[1]?.name).toBe('stack-399');
  });

  test('a stack that was deleted 90 days ago is forgotten when another is made', async () => {
    const stacks = new Stacks({ ...region.context, ...place() });
    const old = stacks.add('old');
    remove(old);
    await later(91, () => stacks.add('new'));
    expect(stacks.list()).not.toContain(old);
  });

  test('a stack has its newest 10,000 events, each with an id of its own', () => {
    let calls = 0;
    const now = () => {
      calls += 1;
      return new Date(Math.floor(calls / 10));
    };
    const stack = new Stack('busy', place(), new Date(0), now);
    for (let i = 0; i < 12_000; i += 1)
      stack.note({ LogicalResourceId: `R${i % 10}`, ResourceStatus: 'UPDATE_COMPLETE' });
    expect(stack.events.length).toBeLessThanOrEqual(10_000);
    expect(new Set(stack.events.map(({ EventId }) => EventId)).size).toBe(stack.events.length);
  });
});

test('keys of sessions that have expired are forgotten, those that count are not', () => {
  const sessions = new Sessions();
  const principal = { accountId: '0', arn: 'a', userId: 'u' };
  const [then, now] = [new Date(0), new Date(DAY)];
  const old = Array.from({ length: 3000 }, () => sessions.issue(principal, new Date(1000), then));
  const fresh = Array.from({ length: 3000 }, () => sessions.issue(principal, new Date(2 * DAY), now));
  expect(old.filter(({ accessKeyId }) => sessions.find(accessKeyId)).length).toBe(0);
  expect(fresh.every(({ accessKeyId }) => sessions.find(accessKeyId))).toBe(true);
});

test('EC2 remembers the newest 10,000 client tokens', () => {
  const tokens = new ClientTokens(region.context.clock);
  let made = 0;
  const use = (i: number) =>
    tokens.once('RunInstances', { ClientToken: String(i) }, () => {
      made += 1;
      return made;
    });
  for (let i = 0; i < 15_000; i += 1) use(i);
  expect(use(14_999)).toBe(15_000);
  expect(use(0)).toBe(15_001);
});

test('Auto Scaling remembers the newest 1,000 launches that failed', async () => {
  const instance = (id: string) => ({ InstanceId: id, ClientToken: id });
  const tokens: string[] = [];
  const RunInstances = async ({ ClientToken = '' }: RunInstancesCommandInput) => {
    tokens.push(ClientToken);
    throw new AwsError('InternalError', 'Internal error', 500);
  };
  const attempts = new LaunchAttempts(region.context.clock, { instance }, { RunInstances });
  const purpose = {
    ...{ group: { name: 'web' } as Group, configuration: {}, cause: '', place: { zone: 'a' } },
    launchedFrom: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', Version: '1' },
    warmPool: undefined,
  };
  for (let i = 0; i < 1002; i += 1) {
    const request = { MinCount: 1, MaxCount: 1, ImageId: `ami-${i}` };
    await expect(attempts.run(request, purpose)).rejects.toThrow('Internal error');
  }
  const notice = (token = '') => attempts.notice(token)?.name;
  expect(tokens.slice(0, 3).map(notice)).toEqual([undefined, undefined, 'web']);
});

test('of streams whose lines are lost the newest 1,000 are remembered', () => {
  const written: string[] = [];
  const sink = {
    hasGroup: () => true,
    write: (_group: string, stream: string) => {
      written.push(stream);
    },
  };
  const log = new FunctionLog(sink, region.context.clock);
  for (let i = 0; i < 1500; i += 1) log.mute(`stream-${i}`);
  for (const i of [0, 1499]) log.start('group', `stream-${i}`, 'id', '1');
  expect(written).toEqual(['stream-0']);
});

describe('CloudWatch', () => {
  const HOUR = 3_600_000;

  test('samples that are older than three hours are put together by the minute, and come to the same', () => {
    let now = 0;
    const store = new MetricStore({ millis: () => now });
    for (let second = 0; second < 4 * 3600; second += 1) {
      now = second * 1000;
      store.add('load', { MetricName: 'turns', Value: second % 7, Unit: 'Count' });
    }
    const metric = store.find('load', 'turns') as Metric;
    expect(metric.samples.length).toBeLessThan(3 * 3600 + 60 + 1100);
    const firstHour = summarize(metric, 0, HOUR);
    expect(firstHour).toMatchObject({ count: 3600, minimum: 0, maximum: 6 });
    expect(readStatistic(firstHour as NonNullable<typeof firstHour>, 'p50')).toBe(3);
    expect(metric.samples.every(({ time }, i) => i === 0 || time >= (metric.samples[i - 1]?.time ?? 0))).toBe(
      true,
    );
  });

  test('a point of which there are many different values keeps them to two digits', () => {
    const samples = Array.from({ length: 5000 }, (_, i) => ({
      time: i,
      unit: 'Count',
      count: 1,
      sum: 1000 + i,
      minimum: 1000 + i,
      maximum: 1000 + i,
    }));
    const [merged, ...others] = mergeByTime(samples, 60_000);
    expect(others).toEqual([]);
    expect(merged).toMatchObject({ count: 5000, minimum: 1000, maximum: 5999 });
    const values = merged && valuesOf(merged);
    expect(values?.length).toBeGreaterThan(10);
    expect(values?.length).toBeLessThan(100);
    expect(values?.[0]).toEqual([1000, 50]);
  });

  test('a metric of which nothing came for 15 days is forgotten', () => {
    let now = 0;
    const store = new MetricStore({ millis: () => now });
    store.add('load', { MetricName: 'old', Value: 1 });
    now = 16 * DAY;
    store.add('load', { MetricName: 'new', Value: 1 });
    expect(store.list().map(({ name }) => name)).toEqual(['new']);
  });
});

describe('Systems Manager', () => {
  const command = (id: string, requestedAt: Date, status: 'Success' | 'InProgress') =>
    ({ id, requestedAt, invocations: [{ status }] }) as never;

  test('the newest 2,000 commands are remembered, and those that run', () => {
    const ssm = region.state('ssm');
    const now = region.context.clock.now();
    ssm.remember(command('running', now, 'InProgress'));
    for (let i = 0; i < 2500; i += 1) ssm.remember(command(`id-${i}`, now, 'Success'));
    expect(ssm.commands.size).toBeLessThanOrEqual(2001);
    expect(ssm.commands.has('running')).toBe(true);
    expect(ssm.commands.has('id-2499')).toBe(true);
  });

  test('a command of 30 days ago is forgotten', async () => {
    const ssm = region.state('ssm');
    ssm.remember(command('old', region.context.clock.now(), 'Success'));
    await later(31, () => ssm.remember(command('new', region.context.clock.now(), 'Success')));
    expect(ssm.commands.has('old')).toBe(false);
  });
});

test('an instance that was terminated is shown for about an hour, and then all of it is forgotten', async () => {
  const ec2 = region.api('ec2');
  const order = {
    ClientToken: 'bounded',
    ImageId: 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'a', Value: 'b' }] }],
  };
  const { Instances = [] } = await ec2.RunInstances({ ...order, InstanceType: 't3.nano' });
  const InstanceIds = Instances.map(({ InstanceId = '' }) => InstanceId);
  await ec2.TerminateInstances({ InstanceIds });
  const shown = async () => (await ec2.DescribeInstances({ InstanceIds })).Reservations?.[0]?.Instances?.[0];
  await until(async () => (await shown())?.State?.Name === 'terminated');
  await region.aws.clock.sleep('61m');
  await expect(shown()).rejects.toThrow(/does not exist/);
  // Not by its client token either, which is remembered for a day.
  await expect(ec2.RunInstances({ ...order, InstanceType: 't3.nano' })).rejects.toMatchObject({
    code: 'IdempotentInstanceTerminated',
  });
  const state = region.state('ec2');
  expect([...state.tags.resources()]).not.toContain(InstanceIds[0]);
});
