import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner, typesOf } from '../../../testing/state-machines';
import { until } from '../../../testing/until';
import type { Execution } from './execution';

let region: NewRegion;
let machines: StateMachineRunner;

beforeAll(async () => {
  region = await newRegion();
  machines = runnerOf(region);
  await addActiveFunction(region, 'park', 'exports.handler = async () => undefined');
});

afterAll(() => region.aws.stop());

const parked = (rest: object = {}) => ({
  Park: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'park', Payload: { 'token.$': '$$.Task.Token', 'build.$': '$.build' } },
    ResultPath: '$.image',
    End: true,
    ...rest,
  },
});

/** The token that the execution's task waits with. */
const tokenOf = ({ events }: Execution): string => {
  const scheduled = events.find(({ type }) => type === 'TaskScheduled');
  return JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '').Payload.token;
};

const start = async (rest: object = {}) => {
  const execution = await machines.start(await machines.create({ StartAt: 'Park', States: parked(rest) }), {
    build: 'web-1',
  });
  await until(() => typesOf(execution).includes('TaskScheduled'));
  return { execution, taskToken: tokenOf(execution) };
};

const api = () => region.api('sfn');

test('a task goes on with what its token is answered with', async () => {
  const { execution, taskToken } = await start();
  expect(execution.status).toBe('RUNNING');
  await until(() => typesOf(execution).includes('TaskSubmitted'));
  expect(await api().SendTaskSuccess({ taskToken, output: '{"id":"ami-1"}' })).toEqual({});
  await execution.ended;
  expect(outputOf(execution)).toEqual({ build: 'web-1', image: { id: 'ami-1' } });
});

test('a task fails with what its token is failed with', async () => {
  const { execution, taskToken } = await start();
  expect(await api().SendTaskFailure({ taskToken, error: 'ImageFailed', cause: 'no disk' })).toEqual({});
  await execution.ended;
  expect(execution).toMatchObject({ status: 'FAILED', error: 'ImageFailed', cause: 'no disk' });
});

test('a task times out, and its token is then of no use', async () => {
  const { execution, taskToken } = await start({ TimeoutSeconds: 300 });
  await execution.ended;
  expect(execution.error).toBe('States.Timeout');
  await expect(api().SendTaskSuccess({ taskToken, output: '{}' })).rejects.toMatchObject({
    code: 'TaskTimedOut',
  });
});

test('a task misses a heartbeat', async () => {
  const { execution } = await start({ HeartbeatSeconds: 60 });
  await execution.ended;
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
  const { taskTimedOutEventDetails } = execution.events.at(-2) ?? {};
  expect(taskTimedOutEventDetails).toEqual({
    resourceType: 'lambda',
    resource: 'invoke.waitForTaskToken',
    error: 'States.Timeout',
    cause: undefined,
  });
});

test('a heartbeat gives the task its seconds anew', async () => {
  const { execution, taskToken } = await start({ HeartbeatSeconds: 6000 });
  await region.aws.clock.sleep(1200);
  const beatAt = region.context.clock.millis();
  expect(await api().SendTaskHeartbeat({ taskToken })).toEqual({});
  await execution.ended;
  expect(execution.error).toBe('States.Timeout');
  expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(beatAt + 6_000_000);
  await expect(api().SendTaskHeartbeat({ taskToken })).rejects.toMatchObject({ code: 'TaskTimedOut' });
});

test('a missed heartbeat can be told from another timeout', async () => {
  const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Missed' }];
  const stateMachineArn = await machines.create({
    StartAt: 'Park',
    States: {
      ...parked({ HeartbeatSeconds: 60, Catch }),
      Missed: { Type: 'Pass', Result: 'missed', End: true },
    },
  });
  const execution = await machines.start(stateMachineArn, { build: 'web-1' });
  await execution.ended;
  expect(outputOf(execution)).toBe('missed');
});

test('a token can be answered once', async () => {
  const { taskToken } = await start();
  const answer = (token: string) => api().SendTaskSuccess({ taskToken: token, output: '{}' });
  await answer(taskToken);
  await expect(answer(taskToken)).rejects.toMatchObject({ code: 'TaskTimedOut' });
  await expect(answer('made up')).rejects.toMatchObject({ code: 'InvalidToken' });
});

test('an answer is JSON, but first of all it has a token that is good', async () => {
  const { taskToken } = await start();
  await expect(api().SendTaskSuccess({ taskToken, output: '{' })).rejects.toMatchObject({
    code: 'InvalidOutput',
  });
  await expect(api().SendTaskSuccess({ taskToken: 'made up', output: '{' })).rejects.toMatchObject({
    code: 'InvalidToken',
    message: "Invalid Token: 'Invalid token'",
  });
  await expect(api().SendTaskFailure({ taskToken: 'made up' })).rejects.toMatchObject({
    code: 'InvalidToken',
  });
});
