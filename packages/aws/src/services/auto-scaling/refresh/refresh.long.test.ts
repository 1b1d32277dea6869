import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start({ timeScale: 1000 });
});
afterEach(() => region.stop());

const AutoScalingGroupName = 'web';

/** Begins anew with a faster clock, for what takes hours. */
async function restart(timeScale: number) {
  await region.stop();
  region = await AutoScaledRegion.start({ timeScale });
}

async function runGroup(DesiredCapacity: number, overrides = {}) {
  await region.createGroup({ DesiredCapacity, DefaultInstanceWarmup: 20, ...overrides });
  await until(() => region.healthyCount() === DesiredCapacity);
}

function start(Version: string, Preferences: RefreshPreferences = {}) {
  return region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: {
      LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version },
    },
    Preferences,
  });
}

const ended = async () => (await region.refresh())?.EndTime !== undefined;
const versions = async () => (await region.group())?.Instances?.map((one) => one.LaunchTemplate?.Version);
const announced = () => region.announced('EC2 Auto Scaling Instance Refresh');
/** How many instances were launched from the version, those that are gone included. */
const tried = async (version: number) =>
  (await region.instances()).filter((one) => one.version === version).length;

test('A refresh that launches before it terminates never has fewer healthy targets than desired', async () => {
  await runGroup(3);
  region.watchHealthy();
  const { InstanceRefreshId } = await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  expect((await region.refresh())?.Status).toMatch(/Pending|InProgress/);
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
  await until(ended);
  expect(await region.refresh()).toMatchObject({
    InstanceRefreshId,
    Status: 'Successful',
    PercentageComplete: 100,
    InstancesToUpdate: 0,
  });
  expect(await versions()).toEqual(['2', '2', '2']);
  expect((await region.group())?.LaunchTemplate?.Version).toBe('2');
  expect(region.leastHealthy).toBe(3);
  expect(region.mostRunning).toBe(6);
  expect(announced()).toEqual(['Started', 'Succeeded']);
  expect(region.region.events.at(-1)?.detail).toEqual({ InstanceRefreshId, AutoScalingGroupName });
  expect(
    region.region.context.ledger.list().find((entry) => entry.kind === 'instance-refresh')?.to,
  ).toBeDefined();
});

test('Instances that are replaced one at a time stay spread over the zones', async () => {
  await runGroup(4);
  await start('2', { MinHealthyPercentage: 100 });
  await until(ended);
  const zones = (await region.group())?.Instances?.map((one) => one.AvailabilityZone?.slice(-1));
  expect(zones?.sort().join('')).toBe('aabb');
});

test('A maximum of 110 percent replaces a small group one instance at a time', async () => {
  await runGroup(3);
  region.watchHealthy();
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
  expect(region.leastHealthy).toBe(3);
  expect(region.mostRunning).toBeLessThanOrEqual(5);
});

test('A minimum of 100 percent launches before it terminates, whatever the maximum', async () => {
  await runGroup(2);
  region.watchHealthy();
  await start('2', { MinHealthyPercentage: 100 });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
  expect(region.leastHealthy).toBe(2);
  expect(region.mostRunning).toBeLessThanOrEqual(4);
});

test('By default one instance is terminated before its replacement is launched', async () => {
  await runGroup(2);
  region.watchHealthy();
  await start('2');
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
  expect(region.leastHealthy).toBe(1);
});

test('A refresh whose instances get unhealthy is rolled back, and the old ones serve all the time', async () => {
  await restart(4000);
  await runGroup(3);
  region.brokenVersions.add(2);
  region.watchHealthy();
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true });
  await until(ended);
  expect(await region.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    RollbackDetails: { PercentageCompleteOnRollback: 0, InstancesToUpdateOnRollback: 3 },
  });
  expect((await region.refresh())?.StatusReason).toContain('ELB system health check failure');
  expect(await versions()).toEqual(['1', '1', '1']);
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
  expect(region.leastHealthy).toBe(3);
  expect(announced()).toEqual(['Started', 'Rollback Started', 'Rollback Succeeded']);
});

test('A refresh goes on trying for an hour before it fails', async () => {
  await restart(4000);
  await runGroup(1, { HealthCheckGracePeriod: 20 });
  region.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  await until(ended);
  const { StartTime, EndTime } = (await region.refresh()) ?? {};
  expect(Number(EndTime) - Number(StartTime)).toBeGreaterThanOrEqual(3600_000);
  expect(await tried(2)).toBeGreaterThan(3);
});

test('A refresh whose trouble passes within the hour succeeds', async () => {
  await runGroup(1, { HealthCheckGracePeriod: 20 });
  region.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  await until(async () => (await tried(2)) > 4);
  region.brokenVersions.clear();
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
});

test('A process that stands still for an hour of AWS time fails no refresh', async () => {
  await restart(10_000);
  await runGroup(1);
  await start('2', { MinHealthyPercentage: 100 });
  await until(async () => (await versions())?.includes('2'));
  const end = region.region.context.clock.millis() + 2 * 3600_000;
  while (region.region.context.clock.millis() < end);
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
});

test('Instances whose replacement warms up are not to be updated any more, but not complete either', async () => {
  await runGroup(1, { DefaultInstanceWarmup: 600 });
  await start('2', { MinHealthyPercentage: 0 });
  await until(async () => (await versions())?.join() === '2' && region.healthyCount() === 1);
  expect(await region.refresh()).toMatchObject({ PercentageComplete: 0, InstancesToUpdate: 0 });
  await until(ended);
  expect(await region.refresh()).toMatchObject({ PercentageComplete: 100, InstancesToUpdate: 0 });
});

test('The template of a group stays as it is while a refresh to another one runs', async () => {
  await runGroup(1);
  await start('2');
  const update = (input: object) =>
    region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, ...input });
  const LaunchTemplate = { LaunchTemplateId: region.template.LaunchTemplateId, Version: '3' };
  await expect(update({ LaunchTemplate })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(/^An active instance refresh with a desired configuration exists\. /),
  });
  await update({ MaxSize: 7 });
  await until(ended);
  await update({ LaunchTemplate });
  expect(await region.group()).toMatchObject({ MaxSize: 7, LaunchTemplate: { Version: '3' } });
});

test('Without automatic rollback a failed refresh is just Failed', async () => {
  await restart(4000);
  await runGroup(2);
  region.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Failed');
  expect(announced()).toEqual(['Started', 'Failed']);
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
});

test('A refresh fails when its instances cannot be launched', async () => {
  await restart(4000);
  await runGroup(1);
  region.region.context.faults.add({
    service: 'autoscaling',
    operation: 'RunInstances',
    kind: 'lateFailure',
    message: 'The image is gone',
    times: 100,
  });
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('RollbackSuccessful');
  expect((await region.refresh())?.StatusReason).toContain('The image is gone');
});

test('A refresh of an empty group succeeds at once and sets the configuration', async () => {
  await region.createGroup();
  await start('2');
  await until(ended);
  expect(await region.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
  expect((await region.group())?.LaunchTemplate?.Version).toBe('2');
});

test('Skip matching leaves instances that are as desired', async () => {
  await runGroup(2);
  const before = (await region.group())?.Instances?.map((one) => one.InstanceId);
  await start('1', { SkipMatching: true });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
  expect((await region.group())?.Instances?.map((one) => one.InstanceId)).toEqual(before);
});

test('A checkpoint pauses the refresh with the asked share replaced', async () => {
  await runGroup(2);
  await start('2', {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 200,
    CheckpointPercentages: [50, 100],
    CheckpointDelay: 600,
  });
  await until(() => announced().includes('Checkpoint Reached'));
  expect(await region.refresh()).toMatchObject({ PercentageComplete: 50, InstancesToUpdate: 1 });
  expect((await versions())?.sort()).toEqual(['1', '2']);
  await until(ended);
  expect(await versions()).toEqual(['2', '2']);
  expect(announced()).toEqual(['Started', 'Checkpoint Reached', 'Succeeded']);
  const reached = region.region.events.find((event) => event['detail-type'].endsWith('Checkpoint Reached'));
  expect(reached?.detail).toMatchObject({ CheckpointPercentage: '50', CheckpointDelay: '600' });
});

test('Of checkpoints that one replacement reaches together only the last one pauses the refresh', async () => {
  await runGroup(2);
  await start('2', {
    MinHealthyPercentage: 50,
    CheckpointPercentages: [10, 40, 100],
    CheckpointDelay: 60,
  });
  await until(ended);
  const reached = region.region.events.filter((event) => event['detail-type'].endsWith('Checkpoint Reached'));
  expect(reached.map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ CheckpointPercentage: '40' }),
  ]);
  expect(await versions()).toEqual(['2', '2']);
});

test('A refresh bakes before it succeeds', async () => {
  await runGroup(1);
  await start('2', { BakeTime: 300 });
  await until(async () => (await region.refresh())?.Status === 'Baking');
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
  await until(ended);
  expect(announced()).toEqual(['Started', 'Started Baking', 'Succeeded']);
});

test('A refresh is rolled back when one of its alarms goes off, while it replaces or bakes', async () => {
  await runGroup(1);
  const cloudwatch = region.region.api('cloudwatch');
  for (const AlarmName of ['errors', 'another'])
    await cloudwatch.PutMetricAlarm({
      AlarmName,
      Namespace: 'shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      Period: 86_400,
      EvaluationPeriods: 1,
    });
  const alarm = (AlarmName: string, StateValue: 'ALARM' | 'OK') =>
    cloudwatch.SetAlarmState({ AlarmName, StateValue, StateReason: 'a test says so' });
  await start('2', {
    MinHealthyPercentage: 100,
    AutoRollback: true,
    BakeTime: 3600,
    AlarmSpecification: { Alarms: ['errors'] },
  });
  await alarm('another', 'ALARM');
  await until(async () => (await region.refresh())?.Status === 'Baking');
  await alarm('errors', 'ALARM');
  await until(ended);
  expect(await region.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    StatusReason: expect.stringContaining('errors'),
  });
  expect(await versions()).toEqual(['1']);
  await alarm('errors', 'OK');
  await start('2', { MinHealthyPercentage: 100, AlarmSpecification: { Alarms: ['errors'] } });
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Successful');
});

test('A user rolls a refresh back in the middle', async () => {
  await runGroup(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await until(async () => (await region.refresh())?.PercentageComplete === 50);
  region.watchHealthy();
  await region.autoScaling.RollbackInstanceRefresh({ AutoScalingGroupName });
  await until(ended);
  expect(await region.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    PercentageComplete: 0,
    RollbackDetails: { PercentageCompleteOnRollback: 50 },
  });
  expect(await versions()).toEqual(['1', '1']);
  expect(region.leastHealthy).toBeGreaterThanOrEqual(2);
});

test('A cancelled refresh replaces nothing more and leaves the configuration', async () => {
  await runGroup(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await until(async () => (await versions())?.includes('2'));
  await region.autoScaling.CancelInstanceRefresh({ AutoScalingGroupName });
  expect((await region.refresh())?.Status).toBe('Cancelling');
  await until(ended);
  expect((await region.refresh())?.Status).toBe('Cancelled');
  await until(async () => (await region.group())?.Instances?.length === 2);
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
  expect(announced()).toEqual(['Started', 'Cancelled']);
});

test('A second refresh is refused while one is under way', async () => {
  await runGroup(1);
  await start('2');
  await expect(start('3')).rejects.toMatchObject({ code: 'InstanceRefreshInProgress' });
});

test('Cancel and rollback need an active refresh', async () => {
  await region.createGroup();
  const input = { AutoScalingGroupName };
  await expect(region.autoScaling.CancelInstanceRefresh(input)).rejects.toMatchObject({
    code: 'ActiveInstanceRefreshNotFound',
  });
  await expect(region.autoScaling.RollbackInstanceRefresh(input)).rejects.toMatchObject({
    code: 'ActiveInstanceRefreshNotFound',
  });
});

test('Automatic rollback needs a desired configuration and a numbered version in the group', async () => {
  await region.createGroup({
    LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version: '$Latest' },
  });
  await expect(start('2', { AutoRollback: true })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('$Latest'),
  });
  await expect(
    region.autoScaling.StartInstanceRefresh({ AutoScalingGroupName, Preferences: { AutoRollback: true } }),
  ).rejects.toMatchObject({ message: expect.stringContaining('DesiredConfiguration parameter is empty') });
});

test.each([
  [{ MaxHealthyPercentage: 200 }, /specify MinHealthyPercentage/],
  [{ MinHealthyPercentage: 50, MaxHealthyPercentage: 200 }, /cannot be greater than 100/],
  [{ MinHealthyPercentage: 101 }, /less than or equal to 100/],
  [{ MaxHealthyPercentage: 99, MinHealthyPercentage: 90 }, /greater than or equal to 100/],
  [{ CheckpointPercentages: [50, 20] }, /ascending order/],
  [{ CheckpointDelay: 10 }, /CheckpointPercentages/],
  [{ BakeTime: 172801 }, /less than or equal to 172800/],
])('Preferences %j are refused', async (preferences, message) => {
  await region.createGroup();
  await expect(start('2', preferences)).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('Preferences that are not given show the defaults', async () => {
  await region.createGroup({ HealthCheckGracePeriod: 77 });
  await start('2', { CheckpointPercentages: [100] });
  expect((await region.refresh())?.Preferences).toEqual({
    MinHealthyPercentage: 90,
    MaxHealthyPercentage: 100,
    InstanceWarmup: 77,
    SkipMatching: false,
    AutoRollback: false,
    ScaleInProtectedInstances: 'Wait',
    StandbyInstances: 'Wait',
    CheckpointPercentages: [100],
    CheckpointDelay: 3600,
  });
});
