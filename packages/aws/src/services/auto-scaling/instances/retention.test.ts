import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';
const RETAIN = { RetentionTriggers: { TerminateHookAbandon: 'retain' as const } };
const LifecycleHookName = 'archive';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
  await region.createGroup({
    DesiredCapacity: 1,
    InstanceLifecyclePolicy: RETAIN,
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 60,
      },
    ],
  });
  await until(() => region.isSettled(1));
});
afterEach(() => region.stop());

const stateOf = async (id?: string) =>
  (await region.group())?.Instances?.find(({ InstanceId }) => InstanceId === id)?.LifecycleState;
const inService = async () =>
  ((await region.group())?.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService');
const terminate = (InstanceId?: string, ShouldDecrementDesiredCapacity = false) =>
  region.autoScaling.TerminateInstanceInAutoScalingGroup({ InstanceId, ShouldDecrementDesiredCapacity });
const complete = (InstanceId: string | undefined, LifecycleActionResult: string) =>
  region.autoScaling.CompleteLifecycleAction({
    ...{ AutoScalingGroupName, LifecycleHookName, InstanceId, LifecycleActionResult },
  });
const ec2StateOf = async (id?: string) => (await region.instances()).find((one) => one.id === id)?.state;
const retainFirst = async () => {
  const [first] = await inService();
  await terminate(first?.InstanceId);
  await until(async () => (await stateOf(first?.InstanceId)) === 'Terminating:Retained');
  return first?.InstanceId;
};

test('An instance whose termination is abandoned is kept, and replaced', async () => {
  expect((await region.group())?.InstanceLifecyclePolicy).toEqual(RETAIN);
  const [first] = await inService();
  await terminate(first?.InstanceId);
  await until(async () => (await stateOf(first?.InstanceId)) === 'Terminating:Wait');
  await complete(first?.InstanceId, 'ABANDON');
  await until(async () => (await stateOf(first?.InstanceId)) === 'Terminating:Retained');
  await until(async () => (await inService()).length === 1);
  expect(await ec2StateOf(first?.InstanceId)).toBe('running');
  const { Activities = [] } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities.find(({ Description }) => Description?.startsWith('Terminating'))).toMatchObject({
    StatusCode: 'Cancelled',
  });
});

test('An action that is not completed in time is abandoned; one that is goes on to the end', async () => {
  const retained = await retainFirst();
  await until(async () => (await inService()).length === 1);
  const [second] = await inService();
  await terminate(second?.InstanceId);
  await until(async () => (await stateOf(second?.InstanceId)) === 'Terminating:Wait');
  await complete(second?.InstanceId, 'CONTINUE');
  await until(async () => (await ec2StateOf(second?.InstanceId)) === 'terminated');
  expect(await ec2StateOf(retained)).toBe('running');
});

test('A retained instance goes through its hooks again when somebody terminates it', async () => {
  const retained = await retainFirst();
  await expect(terminate(retained, true)).rejects.toMatchObject({ code: 'ValidationError' });
  await terminate(retained);
  await until(async () => (await stateOf(retained)) === 'Terminating:Wait');
  await complete(retained, 'CONTINUE');
  await until(async () => (await stateOf(retained)) === undefined);
  expect(await ec2StateOf(retained)).toBe('terminated');
});

test('A group that retains is not deleted by force until its policy is another', async () => {
  const retained = await retainFirst();
  const remove = () => region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
  await expect(remove()).rejects.toMatchObject({ code: 'ValidationError' });
  await region.autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName,
    InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'terminate' } },
  });
  expect(await stateOf(retained)).toBe('Terminating:Retained');
  await remove();
  await until(async () => (await region.group()) === undefined);
  expect(await ec2StateOf(retained)).toBe('terminated');
});

test('A refresh does not wait for instances that are retained', async () => {
  const [first] = await inService();
  await region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: {
      LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version: '2' },
    },
    Preferences: { InstanceWarmup: 0 },
  });
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  expect(await region.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
  expect(await stateOf(first?.InstanceId)).toBe('Terminating:Retained');
  expect((await inService()).map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual(['2']);
});
