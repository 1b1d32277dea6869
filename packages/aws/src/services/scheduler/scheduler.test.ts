import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { AwsError } from '../../core/aws-error';
import type { Call } from '../../core/service';
import { addRole } from '../../testing/functions';
import { type NewRegion, newRegion, type RegionOptions } from '../../testing/region';
import { until } from '../../testing/until';
import { runNow } from './runs/run-schedules';

const accountId = '000000000000';
const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:app`;
const RoleArn = `arn:aws:iam::${accountId}:role/scheduler`;

const running: NewRegion[] = [];
afterEach(async () => {
  for (const region of running.splice(0)) await region.aws.stop();
});

/** A region whose function keeps what it is given, with a role that Scheduler may assume. */
const makeScheduler = async (
  { timeScale }: Pick<RegionOptions, 'timeScale'> = {},
  invoke?: (payload: string) => void,
) => {
  const runs: { payload: string; at: number; call: Call }[] = [];
  const started: { name?: string; input?: string; call: Call }[] = [];
  const region = await newRegion({
    timeScale,
    instead: {
      lambda: {
        Invoke: (input: { Payload: Uint8Array }, call: Call) => {
          const payload = Buffer.from(input.Payload).toString();
          invoke?.(payload);
          runs.push({ payload, at: region.context.clock.millis(), call });
          return { StatusCode: 202 };
        },
      },
      sfn: {
        StartExecution: (input: { name?: string; input?: string }, call: Call) => {
          started.push({ ...input, call });
          return { executionArn: 'arn', startDate: new Date() };
        },
      },
    },
  });
  running.push(region);
  const allowed = ['lambda:InvokeFunction', 'states:StartExecution', 'sns:Publish', 'events:PutEvents'];
  await addRole(region, 'scheduler', ['scheduler.amazonaws.com'], allowed);
  const state = region.state('scheduler');
  return {
    region,
    clock: region.context.clock,
    sleep: region.aws.clock.sleep,
    operations: region.api('scheduler'),
    runs,
    started,
    deadRuns: () => state.deadRuns(),
    runNow: (group: string, name: string) => runNow(state, group, name),
  };
};

const settingsOf = (changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: 'nightly',
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn, Input: '{"a":1}' },
  ...changes,
});

const errorOf = async (run: Promise<unknown>) => {
  try {
    await run;
  } catch (error) {
    return [(error as AwsError).code, (error as AwsError).message];
  }
  return undefined;
};

test('a schedule is read back with the defaults of AWS', async () => {
  const { operations } = await makeScheduler();
  await operations.CreateSchedule(settingsOf({ ScheduleExpression: 'cron(0 3 * * ? *)' }));
  expect(await operations.GetSchedule({ Name: 'nightly' })).toMatchObject({
    Arn: `arn:aws:scheduler:us-east-1:${accountId}:schedule/default/nightly`,
    GroupName: 'default',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    ActionAfterCompletion: 'NONE',
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
});

test('a rate runs at once and then once a period, without drift', async () => {
  const { operations, runs } = await makeScheduler();
  const Target = { Arn: functionArn, RoleArn, Input: '"<aws.scheduler.scheduled-time>"' };
  await operations.CreateSchedule(settingsOf({ Target }));
  const { CreationDate } = await operations.GetSchedule({ Name: 'nightly' });
  await until(() => runs.length >= 4);
  const start = Math.floor((CreationDate?.getTime() ?? 0) / 1000);
  const hours = runs
    .slice(0, 4)
    .map(({ payload }) => (Date.parse(JSON.parse(payload)) / 1000 - start) / 3600);
  expect(hours).toEqual([0, 1, 2, 3]);
});

test('at runs once, and the schedule goes when it says so', async () => {
  const { clock, operations, runs } = await makeScheduler();
  const at = new Date(clock.millis() + 60_000).toISOString().slice(0, 19);
  const settings = settingsOf({ ScheduleExpression: `at(${at})`, ActionAfterCompletion: 'DELETE' });
  await operations.CreateSchedule(settings);
  await until(async () => (await operations.ListSchedules({})).Schedules?.length === 0 && runs.length > 0);
  expect(runs.map(({ payload }) => payload)).toEqual(['{"a":1}']);
  expect(runs[0]?.at).toBeGreaterThanOrEqual(Date.parse(`${at}Z`));
});

test('a schedule that is years away does not run before its time', async () => {
  const { sleep, operations, runs } = await makeScheduler({ timeScale: 1 });
  await operations.CreateSchedule(settingsOf({ ScheduleExpression: 'cron(0 0 1 1 ? 2150)' }));
  await sleep(0.05);
  expect(runs).toEqual([]);
});

test('a schedule ends with its end date and begins with its start date', async () => {
  const { clock, operations, runs } = await makeScheduler();
  const now = clock.millis();
  const [StartDate, EndDate] = [new Date(now + 7_200_000), new Date(now + 3 * 3_600_000 + 1_800_000)];
  await operations.CreateSchedule(settingsOf({ StartDate, EndDate, ActionAfterCompletion: 'DELETE' }));
  await until(async () => (await operations.ListSchedules({})).Schedules?.length === 0 && runs.length > 1);
  expect(runs.length).toBe(2);
  expect(runs[0]?.at).toBeGreaterThanOrEqual(StartDate.getTime());
});

test('a disabled schedule does not run by itself, but when it is told to', async () => {
  const { sleep, operations, runs, runNow } = await makeScheduler();
  await operations.CreateSchedule(settingsOf({ State: 'DISABLED' }));
  await sleep(7200);
  expect(runs).toEqual([]);
  expect(await runNow('default', 'nightly')).toBe(true);
  expect(runs.length).toBe(1);
  expect(await runNow('default', 'nosuch')).toBe(false);
});

test('the input gets the context attributes, another execution id at every attempt', async () => {
  let failures = 2;
  const seen: string[][] = [];
  const { operations, runs, runNow } = await makeScheduler({}, (payload) => {
    seen.push(JSON.parse(payload));
    failures -= 1;
    if (failures >= 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
  });
  const Input =
    '["<aws.scheduler.schedule-arn>","<aws.scheduler.execution-id>",<aws.scheduler.attempt-number>,"<aws.scheduler.scheduled-time>"]';
  await operations.CreateSchedule(
    settingsOf({ State: 'DISABLED', Target: { Arn: functionArn, RoleArn, Input } }),
  );
  await runNow('default', 'nightly');
  await until(() => runs.length === 1);
  expect(seen.map(([, , attempt]) => attempt)).toEqual([1, 2, 3]);
  expect(new Set(seen.map(([, id]) => id)).size).toBe(3);
  expect(new Set(seen.map(([, , , time]) => time)).size).toBe(1);
  expect(seen[0]?.[0]).toBe(`arn:aws:scheduler:us-east-1:${accountId}:schedule/default/nightly`);
});

test('a run that no attempt can deliver is kept as dead', async () => {
  const { operations, deadRuns, runNow } = await makeScheduler({}, () => {
    throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
  });
  const Target = { Arn: functionArn, RoleArn, RetryPolicy: { MaximumRetryAttempts: 1 } };
  await operations.CreateSchedule(settingsOf({ State: 'DISABLED', Target }));
  await runNow('default', 'nightly');
  await until(() => deadRuns().length === 1);
  expect(deadRuns()[0]).toMatchObject({ attempts: 2, errorCode: 'ResourceNotFoundException' });
});

test('the age of a run counts from its first attempt, not from the beginning of its window', async () => {
  const { clock, operations, deadRuns } = await makeScheduler({}, () => {
    throw new AwsError('TooManyRequestsException', 'Rate exceeded', 429);
  });
  const RetryPolicy = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 };
  const StartDate = new Date(clock.millis() + 3_600_000);
  const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1440 } as const;
  for (let one = 0; one < 8; one += 1)
    await operations.CreateSchedule(
      settingsOf({
        Name: `window-${one}`,
        ScheduleExpression: 'rate(7 days)',
        StartDate,
        FlexibleTimeWindow,
        Target: { Arn: functionArn, RoleArn, RetryPolicy },
      }),
    );
  await until(() => deadRuns().length === 8);
  expect(deadRuns().map(({ attempts }) => attempts)).toEqual(Array(8).fill(3));
});

test('functions and state machines are called as the role of the target', async () => {
  const { operations, runs, started, runNow } = await makeScheduler();
  const machineArn = `arn:aws:states:us-east-1:${accountId}:stateMachine:build`;
  const Input = '"<aws.scheduler.execution-id>"';
  for (const [Name, Arn] of [
    ['f', functionArn],
    ['m', machineArn],
  ] as const) {
    await operations.CreateSchedule(settingsOf({ Name, State: 'DISABLED', Target: { Arn, RoleArn, Input } }));
    await runNow('default', Name);
  }
  expect(runs).toMatchObject([{ call: { principal: { roleArn: RoleArn } } }]);
  expect(started).toMatchObject([{ call: { principal: { roleArn: RoleArn } } }]);
  expect(started[0]?.input).toBe(JSON.stringify(started[0]?.name));
});

test('a run that the role may not make is dead, and says why', async () => {
  const { region, operations, runs, deadRuns, runNow } = await makeScheduler();
  const RoleName = 'scheduler';
  await region.api('iam').DeleteRolePolicy({ RoleName, PolicyName: 'own' });
  const Target = { Arn: functionArn, RoleArn, RetryPolicy: { MaximumRetryAttempts: 0 } };
  await operations.CreateSchedule(settingsOf({ State: 'DISABLED', Target }));
  await runNow('default', 'nightly');
  expect(runs).toEqual([]);
  expect(deadRuns()).toMatchObject([
    {
      errorCode: 'AccessDeniedException',
      errorMessage: expect.stringContaining(
        `is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn}`,
      ),
    },
  ]);
});

test('a topic gets the input, and a bus an event of it', async () => {
  const { region, operations, runNow } = await makeScheduler();
  const { TopicArn } = await region.api('sns').CreateTopic({ Name: 'nightly' });
  const EventBridgeParameters = { DetailType: 'Nightly', Source: 'shop' };
  const busArn = `arn:aws:events:us-east-1:${accountId}:event-bus/default`;
  const targets = {
    topic: { Arn: TopicArn, RoleArn, Input: 'as it is' },
    bus: { Arn: busArn, RoleArn, Input: '{"a":1}', EventBridgeParameters },
  };
  for (const [Name, Target] of Object.entries(targets)) {
    await operations.CreateSchedule(settingsOf({ Name, State: 'DISABLED', Target }));
    await runNow('default', Name);
  }
  expect(region.state('sns').messages()).toMatchObject([{ topicArn: TopicArn, body: 'as it is' }]);
  expect(region.events.filter(({ source }) => source === 'shop')).toMatchObject([
    {
      'detail-type': 'Nightly',
      detail: { a: 1 },
      resources: [`arn:aws:scheduler:us-east-1:${accountId}:schedule/default/bus`],
    },
  ]);
});

test('an entry that a bus does not take is a failure of the run', async () => {
  const { operations, deadRuns, runNow } = await makeScheduler();
  const Target = {
    Arn: `arn:aws:events:us-east-1:${accountId}:event-bus/default`,
    RoleArn,
    Input: '[]',
    EventBridgeParameters: { DetailType: 'Nightly', Source: 'shop' },
    RetryPolicy: { MaximumRetryAttempts: 0 },
  };
  await operations.CreateSchedule(settingsOf({ State: 'DISABLED', Target }));
  await runNow('default', 'nightly');
  expect(deadRuns()).toMatchObject([{ attempts: 1, errorCode: 'MalformedDetail' }]);
});

test('a schedule without an input sends an event of itself', async () => {
  const { operations, runs, runNow } = await makeScheduler();
  await operations.CreateSchedule(settingsOf({ State: 'DISABLED', Target: { Arn: functionArn, RoleArn } }));
  await runNow('default', 'nightly');
  expect(JSON.parse(runs[0]?.payload ?? '')).toMatchObject({
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    resources: [`arn:aws:scheduler:us-east-1:${accountId}:schedule/default/nightly`],
  });
});

test('an update replaces every setting', async () => {
  const { operations } = await makeScheduler();
  await operations.CreateSchedule(settingsOf({ Description: 'old', State: 'DISABLED' }));
  const { ScheduleArn } = await operations.UpdateSchedule(settingsOf({ ScheduleExpression: 'rate(2 days)' }));
  const read = await operations.GetSchedule({ Name: 'nightly' });
  expect([read.Arn, read.Description, read.State, read.ScheduleExpression]).toEqual([
    ScheduleArn,
    undefined,
    'ENABLED',
    'rate(2 days)',
  ]);
});

test.each<[Partial<CreateScheduleCommandInput>, string]>([
  [{ ScheduleExpression: 'cron(0 3 * * * *)' }, 'Invalid Schedule Expression cron(0 3 * * * *).'],
  [{ ScheduleExpressionTimezone: 'Europe/Nowhere' }, 'Invalid ScheduleExpressionTimezone Europe/Nowhere.'],
  [
    { Name: 'a b' },
    "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+",
  ],
  [
    { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
    'MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.',
  ],
  [
    { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 4 } },
    'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
  ],
  // Of several faults, AWS names that of the expression: the role is looked for last.
  [
    {
      ScheduleExpression: 'rate( 10 minutes )',
      Target: { Arn: functionArn, RoleArn: 'arn:aws:iam::000000000000:role/nosuch' },
    },
    'Invalid Schedule Expression rate( 10 minutes ).',
  ],
  [
    {
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances',
        RoleArn: 'arn:aws:iam::000000000000:role/x',
      },
    },
    'Universal targets are not supported by the embedded AWS: arn:aws:scheduler:::aws-sdk:ec2:stopInstances. Use a templated target of lambda, states, events, sns.',
  ],
  [
    { Target: { Arn: functionArn, RoleArn: 'arn:aws:iam::000000000000:role/nosuch' } },
    'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  ],
  [{ Target: { Arn: 'function:app', RoleArn } }, 'Invalid ARN function:app.'],
])('the settings %j are refused', async (changes, message) => {
  const { operations } = await makeScheduler();
  expect(await errorOf(operations.CreateSchedule(settingsOf(changes)))).toEqual([
    'ValidationException',
    message,
  ]);
});

test('a schedule that repeats does not begin in the past; of one that happens once the date says nothing', async () => {
  const { clock, operations } = await makeScheduler();
  const StartDate = new Date(clock.millis() - 6 * 60_000);
  expect(await errorOf(operations.CreateSchedule(settingsOf({ StartDate })))).toEqual([
    'ValidationException',
    'The StartDate you specify cannot be earlier than 5 minutes ago.',
  ]);
  const once = settingsOf({ StartDate, ScheduleExpression: 'at(2150-01-01T00:00:00)' });
  expect(await operations.CreateSchedule(once)).toHaveProperty('ScheduleArn');
});

test('names that are taken and names that nobody has get the codes of AWS', async () => {
  const { operations } = await makeScheduler();
  await operations.CreateSchedule(settingsOf());
  expect(await errorOf(operations.CreateSchedule(settingsOf()))).toEqual([
    'ConflictException',
    'Schedule nightly already exists.',
  ]);
  expect(await errorOf(operations.GetSchedule({ Name: 'x' }))).toEqual([
    'ResourceNotFoundException',
    'Schedule x does not exist.',
  ]);
  expect(await errorOf(operations.CreateSchedule(settingsOf({ GroupName: 'g' })))).toEqual([
    'ResourceNotFoundException',
    'Schedule group g does not exist.',
  ]);
});

test('a schedule is gone once deleted', async () => {
  const { operations } = await makeScheduler();
  await operations.CreateSchedule(settingsOf());
  expect(await operations.DeleteSchedule({ Name: 'nightly' })).toEqual({});
  expect(await errorOf(operations.DeleteSchedule({ Name: 'nightly' }))).toEqual([
    'ResourceNotFoundException',
    'Schedule nightly does not exist.',
  ]);
});

test('a client token makes a request happen once', async () => {
  const { operations } = await makeScheduler();
  const settings = settingsOf({ ClientToken: 't' });
  const first = await operations.CreateSchedule(settings);
  expect(await operations.CreateSchedule(settings)).toEqual(first);
  expect((await errorOf(operations.CreateSchedule({ ...settings, Name: 'other' })))?.[0]).toBe(
    'ConflictException',
  );
});

test('schedules are listed by group and prefix, page by page', async () => {
  const { operations } = await makeScheduler();
  await operations.CreateScheduleGroup({ Name: 'g', Tags: [{ Key: 'a', Value: '1' }] });
  for (const [Name, GroupName] of [
    ['a1', 'g'],
    ['a2', 'g'],
    ['b1', 'g'],
    ['a3', 'default'],
  ] as const)
    await operations.CreateSchedule(settingsOf({ Name, GroupName, State: 'DISABLED' }));
  const list = (NextToken?: string) =>
    operations.ListSchedules({ GroupName: 'g', NamePrefix: 'a', MaxResults: 1, NextToken });
  const first = await list();
  const second = await list(first.NextToken);
  const names = [first, second].flatMap(({ Schedules = [] }) => Schedules.map(({ Name }) => Name));
  expect(names).toEqual(['a1', 'a2']);
  expect(second.NextToken).toBeUndefined();
  await operations.DeleteScheduleGroup({ Name: 'g' });
  const { Schedules = [] } = await operations.ListSchedules({});
  expect(Schedules.map(({ Name }) => Name)).toEqual(['a3']);
  for (const call of [
    operations.ListSchedules({ NextToken: 'foreign' }),
    operations.ListScheduleGroups({ NextToken: 'foreign' }),
  ])
    expect((await errorOf(call))?.[0]).toBe('ValidationException');
});

test('a group is made once, read, listed, and deleted, and the default group stays', async () => {
  const { operations } = await makeScheduler();
  const { ScheduleGroupArn } = await operations.CreateScheduleGroup({ Name: 'g' });
  expect((await errorOf(operations.CreateScheduleGroup({ Name: 'g' })))?.[0]).toBe('ConflictException');
  expect(await operations.GetScheduleGroup({ Name: 'g' })).toMatchObject({
    Arn: ScheduleGroupArn,
    Name: 'g',
    State: 'ACTIVE',
  });
  const { ScheduleGroups = [] } = await operations.ListScheduleGroups({});
  expect(ScheduleGroups.map(({ Name }) => Name)).toEqual(['default', 'g']);
  expect(await operations.DeleteScheduleGroup({ Name: 'g' })).toEqual({});
  expect((await errorOf(operations.GetScheduleGroup({ Name: 'g' })))?.[0]).toBe('ResourceNotFoundException');
  expect((await errorOf(operations.DeleteScheduleGroup({ Name: 'default' })))?.[0]).toBe(
    'ValidationException',
  );
});

test('tags of a group are added, listed and removed', async () => {
  const { operations } = await makeScheduler();
  const Tags = [{ Key: 'a', Value: '1' }];
  const { ScheduleGroupArn: ResourceArn } = await operations.CreateScheduleGroup({ Name: 'g', Tags });
  expect(await operations.TagResource({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] })).toEqual({});
  expect(await operations.UntagResource({ ResourceArn, TagKeys: ['a'] })).toEqual({});
  expect(await operations.ListTagsForResource({ ResourceArn })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
});

test('the SDK creates and reads a schedule', async () => {
  const { region } = await makeScheduler();
  const client = new SchedulerClient(region.aws.client);
  const FlexibleTimeWindow = { Mode: 'OFF' as const };
  await client.send(
    new CreateScheduleCommand({
      Name: 'n',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      FlexibleTimeWindow,
      Target: { Arn: functionArn, RoleArn },
    }),
  );
  expect(await client.send(new GetScheduleCommand({ Name: 'n' }))).toMatchObject({
    Name: 'n',
    FlexibleTimeWindow,
  });
  await expect(client.send(new GetScheduleCommand({ Name: 'x' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
