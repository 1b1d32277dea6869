import type { PutWarmPoolType } from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';
const LifecycleHookName = 'ready';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
});
afterEach(() => region.stop());

const pool = () => region.autoScaling.DescribeWarmPool({ AutoScalingGroupName });
const warm = async () => (await pool()).Instances ?? [];
const warmStates = async () => (await warm()).map(({ LifecycleState }) => LifecycleState).sort();
const warmVersions = async () => (await warm()).map(({ LaunchTemplate }) => LaunchTemplate?.Version).sort();
const isWarm = async (count: number, state = 'Warmed:Stopped') =>
  (await warmStates()).join() === Array(count).fill(state).join();
const put = (input: Partial<PutWarmPoolType> = {}) =>
  region.autoScaling.PutWarmPool({ AutoScalingGroupName, ...input });
const setCapacity = (DesiredCapacity: number) =>
  region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity });
const described = async (text: string) =>
  ((await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName })).Activities ?? []).filter(
    ({ Description }) => Description?.startsWith(text),
  );
const stateOf = async (id?: string) => (await region.instances()).find((one) => one.id === id)?.state;
const idsInService = async () =>
  ((await region.group())?.Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === 'InService')
    .map(({ InstanceId }) => InstanceId);
const routes = () =>
  region.region.events
    .filter((event) => event['detail-type'].endsWith('Lifecycle Action'))
    .map(({ detail }) => {
      const { Origin, Destination } = detail as { Origin: string; Destination: string };
      return `${Origin} > ${Destination}`;
    });

test('A pool is what lies between the desired capacity and the maximum, stopped, and no part of the group', async () => {
  await region.createGroup({ DesiredCapacity: 1, MaxSize: 3 });
  await put();
  expect(await pool()).toMatchObject({ WarmPoolConfiguration: { MinSize: 0, PoolState: 'Stopped' } });
  await until(() => isWarm(2));
  expect(await region.isSettled(1)).toBe(true);
  expect(await region.group()).toMatchObject({
    WarmPoolConfiguration: { MinSize: 0, PoolState: 'Stopped' },
    WarmPoolSize: 2,
  });
  const [first] = await warm();
  expect(await stateOf(first?.InstanceId)).toBe('stopped');
  expect(new Set((await warm()).map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(2);
  const shown = await region.autoScaling.DescribeAutoScalingInstances({
    InstanceIds: [first?.InstanceId ?? ''],
  });
  expect(shown.AutoScalingInstances).toEqual([
    expect.objectContaining({ AutoScalingGroupName, LifecycleState: 'Warmed:Stopped' }),
  ]);
  expect(await described('Launching a new EC2 instance into warm pool')).toHaveLength(2);
});

test('A scale-out starts an instance of the pool, which registers and serves; the pool is filled up to its minimum', async () => {
  await region.createGroup({ DesiredCapacity: 1, MaxSize: 2 });
  await put({ MinSize: 1 });
  await until(() => isWarm(1));
  const [id] = (await warm()).map(({ InstanceId }) => InstanceId);
  await setCapacity(2);
  await until(() => region.healthyCount() === 2);
  expect(await idsInService()).toContain(id);
  expect(await described('Launching a new EC2 instance from warm pool')).toHaveLength(1);
  await until(() => isWarm(1));
  expect((await warm())[0]?.InstanceId).not.toBe(id);
});

test('The most that may be prepared counts the group too; -1 takes it away', async () => {
  await region.createGroup({ DesiredCapacity: 1, MaxSize: 6 });
  await put({ MaxGroupPreparedCapacity: 2, PoolState: 'Running' });
  await until(() => isWarm(1, 'Warmed:Running'));
  await put({ MaxGroupPreparedCapacity: 3 });
  await until(() => isWarm(2, 'Warmed:Running'));
  await setCapacity(3);
  await until(async () => (await idsInService()).length === 3);
  await until(async () => (await warm()).length === 0);
  await put({ MaxGroupPreparedCapacity: -1, PoolState: 'Stopped' });
  await until(() => isWarm(3));
  expect((await pool()).WarmPoolConfiguration).toEqual({ MinSize: 0, PoolState: 'Stopped' });
});

test('What goes at scale-in returns to a pool that reuses it', async () => {
  await region.createGroup({ DesiredCapacity: 2, MaxSize: 2 });
  await put({ InstanceReusePolicy: { ReuseOnScaleIn: true } });
  await until(() => region.healthyCount() === 2);
  const before = await idsInService();
  await setCapacity(1);
  await until(() => isWarm(1));
  const [back] = await warm();
  expect(before).toContain(back?.InstanceId);
  expect(region.health.has(back?.InstanceId ?? '')).toBe(false);
  expect(await region.instances()).toHaveLength(2);
  await setCapacity(2);
  await until(() => region.healthyCount() === 2);
  expect((await idsInService()).sort()).toEqual(before.sort());
});

test('Hooks run on the way into the pool, out of it into the group, and out of it for good', async () => {
  const hook = { HeartbeatTimeout: 60, DefaultResult: 'CONTINUE' };
  await region.createGroup({
    ...{ DesiredCapacity: 0, MaxSize: 1 },
    LifecycleHookSpecificationList: [
      { LifecycleHookName, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING', ...hook },
      { LifecycleHookName: 'bye', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', ...hook },
    ],
  });
  await put();
  await until(() => isWarm(1, 'Warmed:Pending:Wait'));
  const [{ InstanceId } = {}] = await warm();
  await region.autoScaling.CompleteLifecycleAction({
    ...{ AutoScalingGroupName, LifecycleHookName, InstanceId, LifecycleActionResult: 'CONTINUE' },
  });
  await until(() => isWarm(1));
  await setCapacity(1);
  await until(async () => (await region.group())?.Instances?.[0]?.LifecycleState === 'Pending:Wait');
  await until(() => region.isSettled(1));
  await setCapacity(0);
  await until(() => isWarm(1));
  await region.autoScaling.DeleteWarmPool({ AutoScalingGroupName });
  expect((await pool()).WarmPoolConfiguration).toMatchObject({ Status: 'PendingDelete' });
  await until(() => isWarm(1, 'Warmed:Terminating:Wait'));
  await until(async () => (await pool()).WarmPoolConfiguration === undefined);
  expect(new Set(routes())).toEqual(
    new Set(['EC2 > WarmPool', 'WarmPool > AutoScalingGroup', 'AutoScalingGroup > EC2', 'WarmPool > EC2']),
  );
});

test('An instance whose preparation is abandoned is replaced, as is one that is lost', async () => {
  await region.createGroup({ MaxSize: 1 });
  await put();
  await until(() => isWarm(1));
  const [{ InstanceId: lost = '' } = {}] = await warm();
  await region.region.api('ec2').TerminateInstances({ InstanceIds: [lost] });
  await until(async () => (await isWarm(1)) && (await warm())[0]?.InstanceId !== lost);
  const [{ InstanceId: ill } = {}] = await warm();
  await region.autoScaling.SetInstanceHealth({ InstanceId: ill, HealthStatus: 'Unhealthy' });
  await until(async () => (await isWarm(1)) && (await warm())[0]?.InstanceId !== ill);
  await region.autoScaling.PutLifecycleHook({
    ...{ AutoScalingGroupName, LifecycleHookName, HeartbeatTimeout: 600 },
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  });
  const [{ InstanceId: gone } = {}] = await warm();
  const { Activity } = await region.autoScaling.TerminateInstanceInAutoScalingGroup({
    ...{ InstanceId: gone, ShouldDecrementDesiredCapacity: false },
  });
  expect(Activity?.Description).toBe(`Terminating EC2 instance: ${gone}`);
  await until(() => isWarm(1, 'Warmed:Pending:Wait'));
  const [{ InstanceId } = {}] = await warm();
  await region.autoScaling.CompleteLifecycleAction({
    ...{ AutoScalingGroupName, LifecycleHookName, InstanceId, LifecycleActionResult: 'ABANDON' },
  });
  await until(async () => (await warm()).some((one) => one.InstanceId !== InstanceId));
  await until(async () => (await stateOf(InstanceId)) === 'terminated');
});

test('A refresh replaces the group first and its pool then; a rollback brings both back', async () => {
  await region.createGroup({ DesiredCapacity: 1, MaxSize: 2 });
  await put();
  await until(async () => (await isWarm(1)) && region.healthyCount() === 1);
  const start = (Version: string, more: object = {}) =>
    region.autoScaling.StartInstanceRefresh({
      AutoScalingGroupName,
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version },
      },
      Preferences: { InstanceWarmup: 0, SkipMatching: true, AutoRollback: true, ...more },
    });
  await start('2');
  await expect(put()).rejects.toMatchObject({ code: 'InstanceRefreshInProgress' });
  await until(
    async () => (await region.refresh())?.ProgressDetails?.LivePoolProgress?.PercentageComplete === 100,
  );
  expect((await region.refresh())?.Status).toBe('InProgress');
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  expect(await region.refresh()).toMatchObject({
    Status: 'Successful',
    PercentageComplete: 100,
    InstancesToUpdate: 0,
    ProgressDetails: {
      LivePoolProgress: { PercentageComplete: 100, InstancesToUpdate: 0 },
      WarmPoolProgress: { PercentageComplete: 100, InstancesToUpdate: 0 },
    },
  });
  expect([await warmVersions(), await warmStates()]).toEqual([['2'], ['Warmed:Stopped']]);
  await start('2');
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  expect(
    (await warm()).length + (await region.instances()).filter(({ state }) => state !== 'terminated').length,
  ).toBe(3);
  await start('3', { BakeTime: 600 });
  await until(async () => (await region.refresh())?.Status === 'Baking');
  expect(await warmVersions()).toEqual(['3']);
  await region.autoScaling.RollbackInstanceRefresh({ AutoScalingGroupName });
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  expect((await region.refresh())?.Status).toBe('RollbackSuccessful');
  expect(await warmVersions()).toEqual(['2']);
  await until(() => region.isSettled(1));
});

test('What a pool cannot be is refused', async () => {
  await region.createGroup({ DesiredCapacity: 0, MaxSize: 1 });
  const refused = { code: 'ValidationError' };
  await expect(region.autoScaling.DeleteWarmPool({ AutoScalingGroupName })).rejects.toMatchObject(refused);
  await expect(put({ PoolState: 'Hibernated' })).rejects.toThrow(/no instances that hibernate/);
  const LaunchTemplateSpecification = { LaunchTemplateId: region.template.LaunchTemplateId, Version: '1' };
  await region.autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName,
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification, Overrides: [{ InstanceType: 't3.micro' }] },
      InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 },
    },
  });
  await expect(put()).rejects.toThrow(/Spot Instances/);
});

test('A pool that is deleted by force is gone at once; a group takes its pool with it only by force', async () => {
  await region.createGroup({ DesiredCapacity: 0, MaxSize: 1 });
  await put();
  await until(() => isWarm(1));
  const remove = (ForceDelete: boolean) =>
    region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete });
  await expect(remove(false)).rejects.toMatchObject({ code: 'ResourceInUse' });
  await region.autoScaling.DeleteWarmPool({ AutoScalingGroupName, ForceDelete: true });
  expect(await pool()).toEqual({ Instances: [] });
  await put();
  await until(() => isWarm(1));
  await remove(true);
  await until(async () => (await region.group()) === undefined);
  await until(async () => (await region.instances()).every(({ state }) => state === 'terminated'));
});

test('While Launch is suspended the pool is not filled', async () => {
  await region.createGroup({ DesiredCapacity: 0, MaxSize: 1 });
  await region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['Launch'] });
  await put();
  await region.region.aws.clock.sleep(120);
  expect(await warm()).toEqual([]);
  await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
  await until(() => isWarm(1));
});
