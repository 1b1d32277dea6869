import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { SmallCloud, template } from '../small-cloud';

let cloud: SmallCloud;
beforeEach(() => {
  cloud = new SmallCloud();
});
afterEach(() => cloud.dispose());

async function runGroup(DesiredCapacity: number, overrides = {}) {
  await cloud.createGroup({ DesiredCapacity, DefaultInstanceWarmup: 20, ...overrides });
  await cloud.until(() => cloud.healthyCount() === DesiredCapacity, 'all healthy');
}

function start(version: string, Preferences: RefreshPreferences = {}) {
  return cloud.operations.StartInstanceRefresh(
    {
      AutoScalingGroupName: 'web',
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: template.LaunchTemplateId, Version: version },
      },
      Preferences,
    },
    cloud.call,
  );
}

const ended = () => cloud.refresh()?.EndTime !== undefined;
const versions = () => cloud.group()?.Instances?.map((one) => one.LaunchTemplate?.Version);
const announced = () =>
  cloud.events
    .filter((event) => event['detail-type'].includes('Instance Refresh'))
    .map((event) => event['detail-type'].replace('EC2 Auto Scaling Instance Refresh ', ''));

test('A refresh that launches before it terminates never has fewer healthy targets than desired', async () => {
  await runGroup(3);
  cloud.watchHealthy();
  const { InstanceRefreshId } = await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  expect(cloud.refresh()?.Status).toMatch(/Pending|InProgress/);
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('1');
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()).toMatchObject({
    InstanceRefreshId,
    Status: 'Successful',
    PercentageComplete: 100,
    InstancesToUpdate: 0,
  });
  expect(versions()).toEqual(['2', '2', '2']);
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('2');
  expect(cloud.leastHealthy).toBe(3);
  expect(cloud.mostRunning).toBe(6);
  expect(announced()).toEqual(['Started', 'Succeeded']);
  expect(cloud.events.at(-1)?.detail).toEqual({ InstanceRefreshId, AutoScalingGroupName: 'web' });
  expect(cloud.context.ledger.list().find((entry) => entry.kind === 'instance-refresh')?.to).toBeDefined();
});

test('Instances that are replaced one at a time stay spread over the zones', async () => {
  await runGroup(4);
  await start('2', { MinHealthyPercentage: 100 });
  await cloud.until(ended, 'the end of the refresh');
  const zones = cloud.group()?.Instances?.map((one) => one.AvailabilityZone?.slice(-1));
  expect(zones?.sort().join('')).toBe('aabb');
});

test('A maximum of 110 percent replaces a small group one instance at a time', async () => {
  await runGroup(3);
  cloud.watchHealthy();
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
  expect(cloud.leastHealthy).toBe(3);
  expect(cloud.mostRunning).toBeLessThanOrEqual(5);
});

test('A minimum of 100 percent launches before it terminates, whatever the maximum', async () => {
  await runGroup(2);
  cloud.watchHealthy();
  await start('2', { MinHealthyPercentage: 100 });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
  expect(cloud.leastHealthy).toBe(2);
  expect(cloud.mostRunning).toBeLessThanOrEqual(4);
});

test('By default one instance is terminated before its replacement is launched', async () => {
  await runGroup(2);
  cloud.watchHealthy();
  await start('2');
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
  expect(cloud.leastHealthy).toBe(1);
});

test('A refresh whose instances get unhealthy is rolled back, and the old ones serve all the time', async () => {
  await runGroup(3);
  cloud.brokenVersions.add(2);
  cloud.watchHealthy();
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    RollbackDetails: { PercentageCompleteOnRollback: 0, InstancesToUpdateOnRollback: 3 },
  });
  expect(cloud.refresh()?.StatusReason).toContain('ELB system health check failure');
  expect(versions()).toEqual(['1', '1', '1']);
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('1');
  expect(cloud.leastHealthy).toBe(3);
  expect(announced()).toEqual(['Started', 'Rollback Started', 'Rollback Succeeded']);
});

test('A refresh goes on trying for an hour before it fails', async () => {
  await runGroup(1, { HealthCheckGracePeriod: 20 });
  cloud.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  await cloud.until(ended, 'the end of the refresh');
  const { StartTime, EndTime } = cloud.refresh() ?? {};
  expect(Number(EndTime) - Number(StartTime)).toBeGreaterThanOrEqual(3600_000);
  expect([...cloud.machines.values()].filter((one) => one.version === 2).length).toBeGreaterThan(3);
});

test('A refresh whose trouble passes within the hour succeeds', async () => {
  await runGroup(1, { HealthCheckGracePeriod: 20 });
  cloud.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  const tried = () => [...cloud.machines.values()].filter((one) => one.version === 2).length;
  await cloud.until(() => tried() > 4, 'five tries');
  cloud.brokenVersions.clear();
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
});

test('A process that stands still for an hour of AWS time fails no refresh', async () => {
  cloud.dispose();
  cloud = new SmallCloud(20_000);
  await runGroup(1);
  await start('2', { MinHealthyPercentage: 100 });
  await cloud.until(() => (versions() ?? []).includes('2'), 'the new instance');
  const end = cloud.context.clock.millis() + 2 * 3600_000;
  while (cloud.context.clock.millis() < end);
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
});

test('Instances whose replacement warms up are not to be updated any more, but not complete either', async () => {
  await runGroup(1, { DefaultInstanceWarmup: 600 });
  await start('2', { MinHealthyPercentage: 0 });
  await cloud.until(
    () => versions()?.join() === '2' && cloud.healthyCount() === 1,
    'a healthy new one alone',
  );
  expect(cloud.refresh()).toMatchObject({ PercentageComplete: 0, InstancesToUpdate: 0 });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()).toMatchObject({ PercentageComplete: 100, InstancesToUpdate: 0 });
});

test('The template of a group stays as it is while a refresh to another one runs', async () => {
  await runGroup(1);
  await start('2');
  const update = (input: object) =>
    cloud.operations.UpdateAutoScalingGroup({ AutoScalingGroupName: 'web', ...input }, cloud.call);
  const LaunchTemplate = { LaunchTemplateId: template.LaunchTemplateId, Version: '3' };
  await expect(update({ LaunchTemplate })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(/^An active instance refresh with a desired configuration exists\. /),
  });
  await update({ MaxSize: 7 });
  await cloud.until(ended, 'the end of the refresh');
  await update({ LaunchTemplate });
  expect(cloud.group()).toMatchObject({ MaxSize: 7, LaunchTemplate: { Version: '3' } });
});

test('Without automatic rollback a failed refresh is just Failed', async () => {
  await runGroup(2);
  cloud.brokenVersions.add(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Failed');
  expect(announced()).toEqual(['Started', 'Failed']);
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('1');
});

test('A refresh fails when its instances cannot be launched', async () => {
  await runGroup(1);
  cloud.context.faults.add({
    service: 'autoscaling',
    operation: 'RunInstances',
    kind: 'lateFailure',
    message: 'The image is gone',
    times: 100,
  });
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('RollbackSuccessful');
  expect(cloud.refresh()?.StatusReason).toContain('The image is gone');
});

test('A refresh of an empty group succeeds at once and sets the configuration', async () => {
  await cloud.createGroup();
  await start('2');
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('2');
});

test('Skip matching leaves instances that are as desired', async () => {
  await runGroup(2);
  const before = cloud.group()?.Instances?.map((one) => one.InstanceId);
  await start('1', { SkipMatching: true });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
  expect(cloud.group()?.Instances?.map((one) => one.InstanceId)).toEqual(before);
});

test('A checkpoint pauses the refresh with the asked share replaced', async () => {
  await runGroup(2);
  await start('2', {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 200,
    CheckpointPercentages: [50, 100],
    CheckpointDelay: 600,
  });
  await cloud.until(() => announced().includes('Checkpoint Reached'), 'the checkpoint');
  expect(cloud.refresh()).toMatchObject({ PercentageComplete: 50, InstancesToUpdate: 1 });
  expect(versions()?.sort()).toEqual(['1', '2']);
  await cloud.until(ended, 'the end of the refresh');
  expect(versions()).toEqual(['2', '2']);
  expect(announced()).toEqual(['Started', 'Checkpoint Reached', 'Succeeded']);
  const reached = cloud.events.find((event) => event['detail-type'].endsWith('Checkpoint Reached'));
  expect(reached?.detail).toMatchObject({ CheckpointPercentage: '50', CheckpointDelay: '600' });
});

test('Of checkpoints that one replacement reaches together only the last one pauses the refresh', async () => {
  await runGroup(2);
  await start('2', {
    MinHealthyPercentage: 50,
    CheckpointPercentages: [10, 40, 100],
    CheckpointDelay: 60,
  });
  await cloud.until(ended, 'the end of the refresh');
  const reached = cloud.events.filter((event) => event['detail-type'].endsWith('Checkpoint Reached'));
  expect(reached.map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ CheckpointPercentage: '40' }),
  ]);
  expect(versions()).toEqual(['2', '2']);
});

test('A refresh bakes before it succeeds', async () => {
  await runGroup(1);
  await start('2', { BakeTime: 300 });
  await cloud.until(() => cloud.refresh()?.Status === 'Baking', 'baking');
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('1');
  await cloud.until(ended, 'the end of the refresh');
  expect(announced()).toEqual(['Started', 'Started Baking', 'Succeeded']);
});

test('A refresh is rolled back when one of its alarms goes off, while it replaces or bakes', async () => {
  await runGroup(1);
  const alarm = (alarmName: string, value: string) =>
    cloud.context.bus.announce({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      detail: { alarmName, state: { value } },
    });
  await start('2', {
    MinHealthyPercentage: 100,
    AutoRollback: true,
    BakeTime: 3600,
    AlarmSpecification: { Alarms: ['errors'] },
  });
  alarm('another', 'ALARM');
  await cloud.until(() => cloud.refresh()?.Status === 'Baking', 'baking');
  alarm('errors', 'ALARM');
  await cloud.until(ended, 'the end of the rollback');
  expect(cloud.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    StatusReason: expect.stringContaining('errors'),
  });
  expect(versions()).toEqual(['1']);
  alarm('errors', 'OK');
  await start('2', { MinHealthyPercentage: 100, AlarmSpecification: { Alarms: ['errors'] } });
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Successful');
});

test('A user rolls a refresh back in the middle', async () => {
  await runGroup(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await cloud.until(() => cloud.refresh()?.PercentageComplete === 50, 'half of it');
  cloud.watchHealthy();
  await cloud.operations.RollbackInstanceRefresh({ AutoScalingGroupName: 'web' }, cloud.call);
  await cloud.until(ended, 'the end of the rollback');
  expect(cloud.refresh()).toMatchObject({
    Status: 'RollbackSuccessful',
    PercentageComplete: 0,
    RollbackDetails: { PercentageCompleteOnRollback: 50 },
  });
  expect(versions()).toEqual(['1', '1']);
  expect(cloud.leastHealthy).toBeGreaterThanOrEqual(2);
});

test('A cancelled refresh replaces nothing more and leaves the configuration', async () => {
  await runGroup(2);
  await start('2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  await cloud.until(() => (versions() ?? []).includes('2'), 'the first new instance');
  cloud.operations.CancelInstanceRefresh({ AutoScalingGroupName: 'web' }, cloud.call);
  expect(cloud.refresh()?.Status).toBe('Cancelling');
  await cloud.until(ended, 'the end of the refresh');
  expect(cloud.refresh()?.Status).toBe('Cancelled');
  await cloud.until(() => cloud.group()?.Instances?.length === 2, 'two instances');
  expect(cloud.group()?.LaunchTemplate?.Version).toBe('1');
  expect(announced()).toEqual(['Started', 'Cancelled']);
});

test('A second refresh is refused while one is under way', async () => {
  await runGroup(1);
  await start('2');
  await expect(start('3')).rejects.toMatchObject({ code: 'InstanceRefreshInProgress' });
});

test('Cancel and rollback need an active refresh', async () => {
  await cloud.createGroup();
  const input = { AutoScalingGroupName: 'web' };
  expect(() => cloud.operations.CancelInstanceRefresh(input, cloud.call)).toThrow(
    expect.objectContaining({ code: 'ActiveInstanceRefreshNotFound' }),
  );
  await expect(cloud.operations.RollbackInstanceRefresh(input, cloud.call)).rejects.toMatchObject({
    code: 'ActiveInstanceRefreshNotFound',
  });
});

test('Automatic rollback needs a desired configuration and a numbered version in the group', async () => {
  await cloud.createGroup({
    LaunchTemplate: { LaunchTemplateId: template.LaunchTemplateId, Version: '$Latest' },
  });
  await expect(start('2', { AutoRollback: true })).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('$Latest'),
  });
  await expect(
    cloud.operations.StartInstanceRefresh(
      { AutoScalingGroupName: 'web', Preferences: { AutoRollback: true } },
      cloud.call,
    ),
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
  await cloud.createGroup();
  await expect(start('2', preferences)).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('Preferences that are not given show the defaults', async () => {
  await cloud.createGroup({ HealthCheckGracePeriod: 77 });
  await start('2', { CheckpointPercentages: [100] });
  expect(cloud.refresh()?.Preferences).toEqual({
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
