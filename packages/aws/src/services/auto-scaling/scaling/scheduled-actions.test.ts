import type { PutScheduledUpdateGroupActionType } from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import type { RegionOptions } from '../../../testing/region';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';
const ScheduledActionName = 'morning';

let region: AutoScaledRegion;
const start = async (options: RegionOptions = {}) => {
  region = await AutoScaledRegion.start(options);
  await region.createGroup({ DesiredCapacity: 0, MaxSize: 3 });
};
afterEach(() => region.stop());

const put = (input: Partial<PutScheduledUpdateGroupActionType>, name = ScheduledActionName) =>
  region.autoScaling.PutScheduledUpdateGroupAction({
    ...{ AutoScalingGroupName, ScheduledActionName: name },
    ...input,
  });
const shown = async () =>
  (await region.autoScaling.DescribeScheduledActions({ AutoScalingGroupName })).ScheduledUpdateGroupActions;
const now = async () => new Date((await region.region.aws.clock.now()).getTime());
const inSeconds = async (seconds: number) => new Date((await now()).getTime() + seconds * 1000);
const sizes = async () => {
  const group = await region.group();
  return [group?.MinSize, group?.MaxSize, group?.DesiredCapacity];
};
const sleep = (seconds: number) => region.region.aws.clock.sleep(seconds);

test('An action runs at its time, once, and is gone then', async () => {
  await start();
  await put({ StartTime: await inSeconds(600), DesiredCapacity: 1 });
  await sleep(590);
  expect(await sizes()).toEqual([0, 3, 0]);
  await sleep(20);
  expect(await sizes()).toEqual([0, 3, 1]);
  await until(() => region.isSettled(1));
  expect(await shown()).toEqual([]);
  const { Activities } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities?.[0]?.Cause).toMatch(
    /^At \S+ a scheduled action explicitly set group desired capacity changing the desired capacity from 0 to 1\./,
  );
});

test('An action recurs until its end, and says when it runs next', async () => {
  await start();
  const EndTime = await inSeconds(25 * 60);
  await put({ Recurrence: '*/10 * * * *', MinSize: 1, MaxSize: 2, EndTime });
  const [{ StartTime, Time } = {}] = (await shown()) ?? [];
  expect(Time).toEqual(StartTime);
  expect((StartTime?.getTime() ?? 1) % 600_000).toBe(0);
  await sleep(((StartTime?.getTime() ?? 0) - (await now()).getTime()) / 1000 + 1);
  expect(await sizes()).toEqual([1, 2, 1]);
  const [{ StartTime: second } = {}] = (await shown()) ?? [];
  expect(second?.getTime()).toBe((StartTime?.getTime() ?? 0) + 600_000);
  await sleep(30 * 60);
  await region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, MinSize: 0, DesiredCapacity: 0 });
  await sleep(11 * 60);
  expect(await sizes()).toEqual([0, 2, 0]);
});

test('Times are those of the wall clock of the time zone', async () => {
  await start();
  await put({ Recurrence: '0 9 * * *', TimeZone: 'Europe/Oslo', DesiredCapacity: 1 });
  const [{ StartTime, TimeZone } = {}] = (await shown()) ?? [];
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Oslo', timeStyle: 'short' });
  expect([clock.format(StartTime), TimeZone]).toEqual(['09:00', 'Europe/Oslo']);
});

test('While the process is suspended an action does not run, and is not made up for', async () => {
  await start();
  await region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['ScheduledActions'] });
  await put({ StartTime: await inSeconds(60), DesiredCapacity: 1 });
  await sleep(120);
  await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
  await sleep(120);
  expect(await sizes()).toEqual([0, 3, 0]);
});

test('Where schedules are held an action waits until it is told to run', async () => {
  await start({ holdSchedules: true });
  await put({ Recurrence: '*/5 * * * *', DesiredCapacity: 2 });
  await sleep(3600);
  expect(await sizes()).toEqual([0, 3, 0]);
  const [planned] = await region.region.aws.clockwork();
  expect(planned).toMatchObject({
    ...{ kind: 'scheduled action', group: 'web', name: ScheduledActionName, held: true },
    expression: '*/5 * * * *',
  });
  await region.region.aws.runSchedule(
    region.region.context.region,
    AutoScalingGroupName,
    ScheduledActionName,
  );
  expect(await sizes()).toEqual([0, 3, 2]);
  await region.autoScaling.DeleteScheduledAction({ AutoScalingGroupName, ScheduledActionName });
  expect(await region.region.aws.clockwork()).toEqual([]);
});

test('What contradicts the group by then fails, and what contradicts itself is refused', async () => {
  await start();
  await put({ StartTime: await inSeconds(60), DesiredCapacity: 5 });
  await sleep(61);
  expect(await sizes()).toEqual([0, 3, 0]);
  const { Activities } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities?.[0]).toMatchObject({
    StatusCode: 'Failed',
    Description: `Executing scheduled action: morning`,
  });
  const refused = (input: Partial<PutScheduledUpdateGroupActionType>, message: string | RegExp) =>
    expect(put({ DesiredCapacity: 1, ...input })).rejects.toThrow(message);
  await refused({ Recurrence: '0 25 * * *' }, 'Given recurrence string:0 25 * * * is invalid');
  await refused({ Recurrence: '0 9 * * *', TimeZone: 'Mars' }, /time zone/);
  await refused({ StartTime: new Date(0) }, 'Given start time is in the past.');
  await refused({ Recurrence: '0 9 * * *', EndTime: new Date(0) }, /end time/);
  await refused({ StartTime: await inSeconds(60), MinSize: 2 }, /Desired capacity/);
  await refused({}, /start time or a recurrence/);
  const StartTime = await inSeconds(600);
  await put({ StartTime, DesiredCapacity: 1 });
  await expect(put({ StartTime, DesiredCapacity: 2 }, 'another')).rejects.toMatchObject({
    code: 'AlreadyExists',
  });
});

test('A group takes its actions with it', async () => {
  await start();
  await put({ StartTime: await inSeconds(60), DesiredCapacity: 1 });
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName });
  expect(await region.region.aws.clockwork()).toEqual([]);
  await sleep(120);
  expect(await region.instances()).toEqual([]);
});
