import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
});
afterEach(() => region.stop());

const instances = async () => (await region.group())?.Instances ?? [];
const stateOf = async (id: string) =>
  (await instances()).find(({ InstanceId }) => InstanceId === id)?.LifecycleState;
/** A group of two, one of which somebody calls unhealthy. Returns that one, and all numbers of instances in service until it is gone. */
const replaceOne = async (InstanceMaintenancePolicy?: {
  MinHealthyPercentage: number;
  MaxHealthyPercentage: number;
}) => {
  await region.createGroup({
    ...{ DesiredCapacity: 2, DefaultInstanceWarmup: 20 },
    ...(InstanceMaintenancePolicy && { InstanceMaintenancePolicy }),
  });
  await until(() => region.healthyCount() === 2);
  const id = (await instances())[0]?.InstanceId ?? '';
  await region.autoScaling.SetInstanceHealth({
    ...{ InstanceId: id, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false },
  });
  const counts: number[] = [];
  await until(async () => {
    counts.push((await instances()).filter(({ LifecycleState }) => LifecycleState === 'InService').length);
    return (await stateOf(id)) === undefined;
  });
  return { id, counts };
};

test('Without a policy an unhealthy instance goes before its replacement comes', async () => {
  const { counts } = await replaceOne();
  expect(Math.min(...counts)).toBe(1);
  await until(() => region.isSettled(2));
});

test('With a policy that launches first an unhealthy instance goes when its replacement is ready', async () => {
  const { counts } = await replaceOne({ MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
  expect([Math.min(...counts), Math.max(...counts)]).toEqual([2, 3]);
  await until(() => region.isSettled(2));
  const { Activities = [] } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities.map(({ Cause }) => Cause)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/in response to an unhealthy instance needing to be replaced/),
    ]),
  );
});

test('Where the policy leaves no room for one more, an unhealthy instance goes first', async () => {
  const { counts } = await replaceOne({ MinHealthyPercentage: 90, MaxHealthyPercentage: 100 });
  expect(Math.min(...counts)).toBe(1);
  await until(() => region.isSettled(2));
});
