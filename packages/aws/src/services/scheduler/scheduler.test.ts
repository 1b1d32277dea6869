import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../core/aws-error';
import { accountId, callOf, makeContext, until } from '../../testing/serverless-context';
import { Scheduler } from '.';

const functionArn = `arn:aws:lambda:us-east-1:${accountId}:function:app`;
const call = (scheduler: { context: ReturnType<typeof makeContext> }) => callOf(scheduler.context);

/** A Scheduler whose function keeps what it is given, at so many times real speed. */
const makeScheduler = (scale = 1000, invoke?: (payload: string) => void) => {
  const context = makeContext(scale);
  const runs: { payload: string; at: number }[] = [];
  const scheduler = new Scheduler(context, {
    lambda: {
      invokeLater: ({ payload = '' }) => {
        invoke?.(payload);
        runs.push({ payload, at: context.clock.millis() });
        return 'id';
      },
    },
  });
  running.push(() => {
    scheduler.dispose();
    context.clock.stop();
  });
  return { context, scheduler, operations: scheduler.operations, runs };
};
const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

const settingsOf = (changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: 'nightly',
  ScheduleExpression: 'rate(1 hour)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn: `arn:aws:iam::${accountId}:role/scheduler`, Input: '{"a":1}' },
  ...changes,
});

const errorOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return [(error as AwsError).code, (error as AwsError).message];
  }
  return undefined;
};

test('a schedule is read back with the defaults of AWS', () => {
  const made = makeScheduler();
  made.operations.CreateSchedule(settingsOf({ ScheduleExpression: 'cron(0 3 * * ? *)' }), call(made));
  expect(made.operations.GetSchedule({ Name: 'nightly' }, call(made))).toMatchObject({
    Arn: `arn:aws:scheduler:us-east-1:${accountId}:schedule/default/nightly`,
    GroupName: 'default',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    ActionAfterCompletion: 'NONE',
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
});

test('a rate runs at once and then once a period, without drift', async () => {
  const made = makeScheduler(60_000);
  const { Arn, RoleArn } = { ...settingsOf().Target };
  const Target = { Arn, RoleArn, Input: '"<aws.scheduler.scheduled-time>"' };
  made.operations.CreateSchedule(settingsOf({ Target }), call(made));
  const { CreationDate } = made.operations.GetSchedule({ Name: 'nightly' }, call(made));
  await until(() => made.runs.length >= 4);
  const start = Math.floor((CreationDate?.getTime() ?? 0) / 1000);
  const hours = made.runs
    .slice(0, 4)
    .map(({ payload }) => (Date.parse(JSON.parse(payload)) / 1000 - start) / 3600);
  expect(hours).toEqual([0, 1, 2, 3]);
});

test('at runs once, and the schedule goes when it says so', async () => {
  const made = makeScheduler();
  const at = new Date(made.context.clock.millis() + 60_000).toISOString().slice(0, 19);
  const settings = settingsOf({ ScheduleExpression: `at(${at})`, ActionAfterCompletion: 'DELETE' });
  made.operations.CreateSchedule(settings, call(made));
  await until(() => made.operations.ListSchedules({}, call(made)).Schedules.length === 0);
  expect(made.runs.map(({ payload }) => payload)).toEqual(['{"a":1}']);
  expect(made.runs[0]?.at).toBeGreaterThanOrEqual(Date.parse(`${at}Z`));
});

test('a schedule that is years away does not run before its time', async () => {
  const made = makeScheduler(1);
  made.operations.CreateSchedule(settingsOf({ ScheduleExpression: 'cron(0 0 1 1 ? 2150)' }), call(made));
  await made.context.clock.sleep(0.05);
  expect(made.runs).toEqual([]);
});

test('a schedule ends with its end date and begins with its start date', async () => {
  const made = makeScheduler(60_000);
  const now = made.context.clock.millis();
  const [StartDate, EndDate] = [new Date(now + 7_200_000), new Date(now + 3 * 3_600_000 + 1_800_000)];
  made.operations.CreateSchedule(
    settingsOf({ StartDate, EndDate, ActionAfterCompletion: 'DELETE' }),
    call(made),
  );
  await until(() => made.operations.ListSchedules({}, call(made)).Schedules.length === 0);
  expect(made.runs.length).toBe(2);
  expect(made.runs[0]?.at).toBeGreaterThanOrEqual(StartDate.getTime());
});

test('a disabled schedule does not run by itself, but when it is told to', async () => {
  const made = makeScheduler(60_000);
  made.operations.CreateSchedule(settingsOf({ State: 'DISABLED' }), call(made));
  await made.context.clock.sleep(7200);
  expect(made.runs).toEqual([]);
  expect(await made.scheduler.runNow('default', 'nightly')).toBe(true);
  expect(made.runs.length).toBe(1);
  expect(await made.scheduler.runNow('default', 'nosuch')).toBe(false);
});

test('the input gets the context attributes, the same execution id at every attempt', async () => {
  let failures = 2;
  const seen: string[][] = [];
  const made = makeScheduler(1000, (payload) => {
    seen.push(JSON.parse(payload));
    failures -= 1;
    if (failures >= 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
  });
  const Input =
    '["<aws.scheduler.schedule-arn>","<aws.scheduler.execution-id>",<aws.scheduler.attempt-number>]';
  const target = settingsOf().Target;
  made.operations.CreateSchedule(
    settingsOf({ State: 'DISABLED', Target: { Arn: target?.Arn, RoleArn: target?.RoleArn, Input } }),
    call(made),
  );
  await made.scheduler.runNow('default', 'nightly');
  await until(() => made.runs.length === 1);
  expect(seen.map(([, , attempt]) => attempt)).toEqual([1, 2, 3]);
  expect(new Set(seen.map(([, id]) => id)).size).toBe(1);
  expect(seen[0]?.[0]).toBe(`arn:aws:scheduler:us-east-1:${accountId}:schedule/default/nightly`);
});

test('a run that no attempt can deliver is kept as dead', async () => {
  const made = makeScheduler(1000, () => {
    throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
  });
  const target = settingsOf().Target;
  made.operations.CreateSchedule(
    settingsOf({
      State: 'DISABLED',
      Target: { Arn: target?.Arn, RoleArn: target?.RoleArn, RetryPolicy: { MaximumRetryAttempts: 1 } },
    }),
    call(made),
  );
  await made.scheduler.runNow('default', 'nightly');
  await until(() => made.scheduler.deadRuns().length === 1);
  expect(made.scheduler.deadRuns()[0]).toMatchObject({ attempts: 2, errorCode: 'ResourceNotFoundException' });
});

test('an update replaces every setting', () => {
  const made = makeScheduler();
  made.operations.CreateSchedule(settingsOf({ Description: 'old', State: 'DISABLED' }), call(made));
  made.operations.UpdateSchedule(settingsOf({ ScheduleExpression: 'rate(2 days)' }), call(made));
  const read = made.operations.GetSchedule({ Name: 'nightly' }, call(made));
  expect([read.Description, read.State, read.ScheduleExpression]).toEqual([
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
    'MaximumWindowInMinutes must be between 1 and 1440 when FlexibleTimeWindow Mode is FLEXIBLE.',
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
])('the settings %j are refused', (changes, message) => {
  const made = makeScheduler();
  expect(errorOf(() => made.operations.CreateSchedule(settingsOf(changes), call(made)))).toEqual([
    'ValidationException',
    message,
  ]);
});

test('names that are taken and names that nobody has get the codes of AWS', () => {
  const made = makeScheduler();
  made.operations.CreateSchedule(settingsOf(), call(made));
  expect(errorOf(() => made.operations.CreateSchedule(settingsOf(), call(made)))).toEqual([
    'ConflictException',
    'Schedule nightly already exists.',
  ]);
  expect(errorOf(() => made.operations.GetSchedule({ Name: 'x' }, call(made)))).toEqual([
    'ResourceNotFoundException',
    'Schedule x does not exist.',
  ]);
  expect(errorOf(() => made.operations.CreateSchedule(settingsOf({ GroupName: 'g' }), call(made)))).toEqual([
    'ResourceNotFoundException',
    'Schedule group g does not exist.',
  ]);
});

test('a client token makes a request happen once', () => {
  const made = makeScheduler();
  const settings = settingsOf({ ClientToken: 't' });
  const first = made.operations.CreateSchedule(settings, call(made));
  expect(made.operations.CreateSchedule(settings, call(made))).toEqual(first);
  expect(errorOf(() => made.operations.CreateSchedule({ ...settings, Name: 'other' }, call(made)))?.[0]).toBe(
    'ConflictException',
  );
});

test('schedules are listed by group and prefix, page by page', () => {
  const made = makeScheduler();
  made.operations.CreateScheduleGroup({ Name: 'g', Tags: [{ Key: 'a', Value: '1' }] }, call(made));
  for (const [Name, GroupName] of [
    ['a1', 'g'],
    ['a2', 'g'],
    ['b1', 'g'],
    ['a3', 'default'],
  ] as const)
    made.operations.CreateSchedule(settingsOf({ Name, GroupName, State: 'DISABLED' }), call(made));
  const first = made.operations.ListSchedules({ GroupName: 'g', NamePrefix: 'a', MaxResults: 1 }, call(made));
  const second = made.operations.ListSchedules(
    { GroupName: 'g', NamePrefix: 'a', MaxResults: 1, NextToken: first.NextToken },
    call(made),
  );
  expect([...first.Schedules, ...second.Schedules].map(({ Name }) => Name)).toEqual(['a1', 'a2']);
  expect(second.NextToken).toBeUndefined();
  made.operations.DeleteScheduleGroup({ Name: 'g' }, call(made));
  expect(made.operations.ListSchedules({}, call(made)).Schedules.map(({ Name }) => Name)).toEqual(['a3']);
});
