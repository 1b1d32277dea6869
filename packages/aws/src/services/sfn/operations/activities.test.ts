import { type NewRegion, newRegion } from '../../../testing/region';
import { outputOf, runnerOf, type StateMachineRunner } from '../../../testing/state-machines';
import { until } from '../../../testing/until';
import type { Execution } from '../execution/execution';

let region: NewRegion;
let machines: StateMachineRunner;

beforeEach(async () => {
  region = await newRegion();
  machines = runnerOf(region);
});
afterEach(() => region.aws.stop());

const api = () => region.api('sfn');

async function addActivity(name = 'paint'): Promise<string> {
  return (await api().CreateActivity({ name, tags: [{ key: 'a', value: 'b' }] })).activityArn ?? '';
}

/** An execution of a task that an activity's workers do. */
async function begin(Resource: string, more: object = {}, input: object = {}) {
  const A = { Type: 'Task', Resource, End: true, ...more };
  return machines.start(await machines.create({ StartAt: 'A', States: { A } }), input);
}

function eventsOf({ events }: Execution) {
  return events.filter(({ type = '' }) => type.startsWith('Activity'));
}

test('an activity is made once, listed, described, tagged and deleted', async () => {
  const activityArn = await addActivity();
  expect(activityArn).toBe('arn:aws:states:us-east-1:000000000000:activity:paint');
  const { creationDate } = await api().CreateActivity({ name: 'paint' });
  expect(await api().DescribeActivity({ activityArn })).toEqual({
    activityArn,
    name: 'paint',
    creationDate,
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  await addActivity('build');
  const { activities = [] } = await api().ListActivities({});
  expect(activities.map(({ name }) => name)).toEqual(['build', 'paint']);
  await api().TagResource({ resourceArn: activityArn, tags: [{ key: 'c', value: 'd' }] });
  expect((await api().ListTagsForResource({ resourceArn: activityArn })).tags).toEqual([
    { key: 'a', value: 'b' },
    { key: 'c', value: 'd' },
  ]);
  await api().DeleteActivity({ activityArn });
  await api().DeleteActivity({ activityArn });
  await expect(api().DescribeActivity({ activityArn })).rejects.toMatchObject({
    code: 'ActivityDoesNotExist',
    message: `Activity Does Not Exist: '${activityArn}'`,
  });
  await expect(api().CreateActivity({ name: 'a b' })).rejects.toMatchObject({ code: 'InvalidName' });
  await expect(api().GetActivityTask({ activityArn: 'paint' })).rejects.toMatchObject({ code: 'InvalidArn' });
});

test('a worker gets what is to be done, whether he asks before or after, and its answer is the task’s output', async () => {
  const activityArn = await addActivity();
  const waiting = api().GetActivityTask({ activityArn, workerName: 'kim' });
  const first = await begin(activityArn, {}, { n: 1 });
  const { taskToken, input } = await waiting;
  expect(JSON.parse(input ?? '')).toEqual({ n: 1 });
  await api().SendTaskSuccess({ taskToken, output: '"red"' });
  await first.ended;
  expect(outputOf(first)).toBe('red');
  expect(eventsOf(first)).toMatchObject([
    { type: 'ActivityScheduled', activityScheduledEventDetails: { resource: activityArn, input: '{"n":1}' } },
    { type: 'ActivityStarted', activityStartedEventDetails: { workerName: 'kim' } },
    { type: 'ActivitySucceeded', activitySucceededEventDetails: { output: '"red"' } },
  ]);
  const second = await begin(activityArn);
  await until(() => eventsOf(second).length === 1);
  const next = await api().GetActivityTask({ activityArn });
  await api().SendTaskFailure({ taskToken: next.taskToken, error: 'Dry', cause: 'no paint' });
  await second.ended;
  expect(eventsOf(second).at(-1)).toMatchObject({
    type: 'ActivityFailed',
    activityFailedEventDetails: { error: 'Dry', cause: 'no paint' },
  });
});

test('who asks for work gets none after a minute', async () => {
  const activityArn = await addActivity();
  const asked = api().GetActivityTask({ activityArn });
  let answer: object | undefined;
  void asked.then((given) => {
    answer = given;
  });
  await region.aws.clock.sleep(50);
  expect(answer).toBeUndefined();
  await region.aws.clock.sleep(20);
  expect(await asked).toEqual({});
});

test('the time that a worker has begins when he takes the task', async () => {
  const activityArn = await addActivity();
  const execution = await begin(activityArn, { TimeoutSeconds: 30 });
  await region.aws.clock.sleep(300);
  const { taskToken } = await api().GetActivityTask({ activityArn });
  await execution.ended;
  expect(eventsOf(execution).at(-1)?.type).toBe('ActivityTimedOut');
  await expect(api().SendTaskSuccess({ taskToken, output: '{}' })).rejects.toMatchObject({
    code: 'TaskTimedOut',
  });
});

test('work of an execution that was stopped is given to nobody', async () => {
  const activityArn = await addActivity();
  const execution = await begin(activityArn);
  await until(() => eventsOf(execution).length === 1);
  await api().StopExecution({ executionArn: execution.arn });
  const asked = api().GetActivityTask({ activityArn });
  await region.aws.clock.sleep(70);
  expect(await asked).toEqual({});
});

test('an activity that is not there fails the task', async () => {
  const execution = await begin('arn:aws:states:us-east-1:000000000000:activity:ghost');
  await execution.ended;
  expect(eventsOf(execution).map(({ type }) => type)).toEqual([
    'ActivityScheduled',
    'ActivityScheduleFailed',
  ]);
});

test('the number of retries is in the context object of each attempt', async () => {
  const activityArn = await addActivity();
  const execution = await begin(activityArn, {
    Parameters: { 'count.$': '$$.State.RetryCount' },
    Retry: [{ ErrorEquals: ['Dry'], IntervalSeconds: 1, MaxAttempts: 2 }],
  });
  for (const count of [0, 1, 2]) {
    const { taskToken, input } = await api().GetActivityTask({ activityArn });
    expect(JSON.parse(input ?? '')).toEqual({ count });
    if (count < 2) await api().SendTaskFailure({ taskToken, error: 'Dry' });
    else await api().SendTaskSuccess({ taskToken, output: 'true' });
  }
  await execution.ended;
  expect(outputOf(execution)).toBe(true);
});
