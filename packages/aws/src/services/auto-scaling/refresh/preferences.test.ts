import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
  await region.createGroup({ DesiredCapacity: 2, DefaultInstanceWarmup: 20 });
  await until(() => region.isSettled(2));
});
afterEach(() => region.stop());

const start = (Preferences: RefreshPreferences) =>
  region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: {
      LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version: '2' },
    },
    Preferences,
  });
const ended = async () => (await region.refresh())?.EndTime !== undefined;
const instances = async () => (await region.group())?.Instances ?? [];
const versionOf = async (id: string) =>
  (await instances()).find(({ InstanceId }) => InstanceId === id)?.LaunchTemplate?.Version;
const firstId = async () => (await instances())[0]?.InstanceId ?? '';
const protect = async (ProtectedFromScaleIn = true) => {
  const InstanceIds = [await firstId()];
  await region.autoScaling.SetInstanceProtection({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn });
  return InstanceIds[0] ?? '';
};
const standBy = async () => {
  const id = await firstId();
  await region.autoScaling.EnterStandby({
    ...{ AutoScalingGroupName, InstanceIds: [id], ShouldDecrementDesiredCapacity: true },
  });
  await until(async () => (await instances()).some(({ LifecycleState }) => LifecycleState === 'Standby'));
  return id;
};

test('A refresh leaves protected instances, replaces them, or waits for their release', async () => {
  const id = await protect();
  await start({ ScaleInProtectedInstances: 'Ignore' });
  await until(ended);
  expect(await region.refresh()).toMatchObject({ Status: 'Successful' });
  expect(await versionOf(id)).toBe('1');
  await start({ ScaleInProtectedInstances: 'Wait', SkipMatching: true });
  await until(async () => /is protected from scale in/.test((await region.refresh())?.StatusReason ?? ''));
  expect(await versionOf(id)).toBe('1');
  await region.autoScaling.SetInstanceProtection({
    ...{ AutoScalingGroupName, InstanceIds: [id], ProtectedFromScaleIn: false },
  });
  await until(ended);
  expect(await versionOf(id)).toBeUndefined();
});

test('A refresh replaces protected instances where it is told to', async () => {
  const id = await protect();
  await start({ ScaleInProtectedInstances: 'Refresh' });
  await until(ended);
  expect(await versionOf(id)).toBeUndefined();
});

test('A refresh waits for instances in standby until they are back, and replaces them then', async () => {
  const id = await standBy();
  await start({ StandbyInstances: 'Wait' });
  await until(async () => /is in standby/.test((await region.refresh())?.StatusReason ?? ''));
  await region.autoScaling.ExitStandby({ AutoScalingGroupName, InstanceIds: [id] });
  await until(ended);
  expect(await region.refresh()).toMatchObject({ Status: 'Successful' });
  expect(await versionOf(id)).toBeUndefined();
});

test.each([
  ['Ignore', '1'],
  ['Terminate', undefined],
] as const)(
  'Instances in standby: a refresh with %s leaves the version %s',
  async (StandbyInstances, version) => {
    const id = await standBy();
    await start({ StandbyInstances });
    await until(ended);
    expect(await region.refresh()).toMatchObject({ Status: 'Successful' });
    await until(async () => (await versionOf(id)) === version);
  },
);

test.each([
  [undefined, 'Cancelling'],
  [false, 'Cancelled'],
] as const)(
  'A refresh that is cancelled with WaitForTransitioningInstances %s is %s while instances come',
  async (wait, status) => {
    await start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
    await until(async () => (await instances()).some(({ LifecycleState }) => LifecycleState === 'Pending'));
    await region.autoScaling.CancelInstanceRefresh({
      AutoScalingGroupName,
      ...(wait !== undefined && { WaitForTransitioningInstances: wait }),
    });
    await until(async () => (await region.refresh())?.Status !== 'InProgress');
    await until(async () => (await region.refresh())?.Status === status);
    const pending = (await instances()).filter(({ LifecycleState }) => LifecycleState === 'Pending');
    expect(pending.length).toBeGreaterThan(0);
    await until(ended);
    expect((await region.refresh())?.Status).toBe('Cancelled');
  },
);

test('The maintenance policy of the group holds for refreshes that say nothing else', async () => {
  await region.autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName,
    InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
  });
  await until(() => region.healthyCount() === 2);
  region.watchHealthy();
  await start({});
  expect((await region.refresh())?.Preferences).toMatchObject({
    ...{ MinHealthyPercentage: 100, MaxHealthyPercentage: 150 },
  });
  const most: number[] = [];
  await until(async () => {
    // Those on their way out do not count.
    most.push(
      (await instances()).filter(({ LifecycleState = '' }) => /^(InService|Pending)/.test(LifecycleState))
        .length,
    );
    return ended();
  });
  expect(region.leastHealthy).toBe(2);
  expect(Math.max(...most)).toBe(3);
});
