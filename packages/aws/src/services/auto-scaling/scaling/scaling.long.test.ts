import type { CreateAutoScalingGroupCommandInput } from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start({ timeScale: 1000 });
});
afterEach(() => region.stop());

const AutoScalingGroupName = 'web';
const activities = async () =>
  (await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName })).Activities ?? [];
const causes = async () => (await activities()).map(({ Cause }) => Cause).join('\n');
const lifecycles = async () => (await region.group())?.Instances?.map((one) => one.LifecycleState).sort();
const states = async () => (await region.instances()).map(({ state }) => state);
const zones = async () =>
  (await region.group())?.Instances?.map((one) => one.AvailabilityZone?.slice(-1))
    .sort()
    .join('');
const setCapacity = (DesiredCapacity: number) =>
  region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity });

test('A group launches its desired capacity, spread over its zones and registered with its target group', async () => {
  await region.createGroup({
    DesiredCapacity: 3,
    Tags: [
      { Key: 'Name', Value: 'web', PropagateAtLaunch: true },
      { Key: 'inner', Value: 'x', PropagateAtLaunch: false },
    ],
  });
  await until(() => region.isSettled(3));
  expect(await zones()).toMatch(/^(aab|abb)$/);
  expect((await region.instances())[0]?.tags).toEqual({
    Name: 'web',
    'aws:autoscaling:groupName': 'web',
    'aws:ec2launchtemplate:id': region.template.LaunchTemplateId,
    'aws:ec2launchtemplate:version': '1',
  });
  await until(() => region.healthyCount() === 3);
  const shown = await activities();
  expect(shown).toHaveLength(3);
  expect(shown[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
  expect(shown[2]?.Cause).toMatch(
    /^At \S+Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 3\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 3\.$/,
  );
  const launched = region.region.events.filter(
    (event) => event['detail-type'] === 'EC2 Instance Launch Successful',
  );
  expect(launched).toHaveLength(3);
  expect(launched[0]?.detail).toMatchObject({ AutoScalingGroupName: 'web', Origin: 'EC2' });
});

test('What a group does is calls like those of anybody else', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.healthyCount() === 1);
  await setCapacity(0);
  await until(() => region.isSettled(0));
  const calls = await region.region.aws.calls();
  const own = calls.filter(({ caller }) => caller.includes('/autoscaling.amazonaws.com'));
  expect(new Set(own.map(({ service, operation }) => `${service} ${operation}`))).toEqual(
    new Set([
      'ec2 DescribeLaunchTemplateVersions',
      'ec2 RunInstances',
      'ec2 TerminateInstances',
      'elasticloadbalancing DescribeTargetGroups',
      'elasticloadbalancing RegisterTargets',
      'elasticloadbalancing DeregisterTargets',
      'elasticloadbalancing DescribeTargetHealth',
    ]),
  );
});

test('Zones are evened out by new instances before old ones go', async () => {
  const [a, b] = region.subnets;
  await region.createGroup({ DesiredCapacity: 4, MaxSize: 4, VPCZoneIdentifier: a });
  await until(() => region.healthyCount() === 4);
  region.watchHealthy();
  await region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, VPCZoneIdentifier: `${a},${b}` });
  await until(async () => (await zones()) === 'aabb');
  await region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, VPCZoneIdentifier: b });
  await until(async () => (await zones()) === 'bbbb');
  expect(region.leastHealthy).toBe(4);
  expect((await region.group())?.DesiredCapacity).toBe(4);
  expect(await causes()).toContain('launched to balance instances in zones us-east-1b with other zones');
});

test('Uneven zones stay so while AZRebalance is suspended, or all instances are protected', async () => {
  const [a, b] = region.subnets;
  await region.createGroup({ DesiredCapacity: 2, VPCZoneIdentifier: a });
  await until(() => region.healthyCount() === 2);
  await region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] });
  await region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, VPCZoneIdentifier: `${a},${b}` });
  const { clock } = region.region.context;
  const minutePasses = async () => {
    const end = clock.millis() + 60_000;
    await until(() => clock.millis() > end);
  };
  await minutePasses();
  const InstanceIds = (await region.instances()).map(({ id }) => id);
  await region.autoScaling.SetInstanceProtection({
    AutoScalingGroupName,
    InstanceIds,
    ProtectedFromScaleIn: true,
  });
  await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
  await minutePasses();
  expect(await region.instances()).toHaveLength(2);
});

test('At scale-in an instance leaves its target group before EC2 terminates it', async () => {
  await region.balanced.elb.ModifyTargetGroupAttributes({
    TargetGroupArn: region.targetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '600' }],
  });
  await region.createGroup({ DesiredCapacity: 2 });
  await until(() => region.healthyCount() === 2);
  await setCapacity(1);
  await until(() => [...region.health.values()].includes('draining'));
  expect(await states()).toEqual(['running', 'running']);
  await until(async () => (await region.group())?.Instances?.length === 1);
  expect((await states()).sort()).toEqual(['running', 'terminated']);
});

test('An instance that is terminated behind its back is replaced', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  const [first] = await region.instances();
  await region.balanced.ec2.TerminateInstances({ InstanceIds: [first?.id ?? ''] });
  await until(
    async () =>
      (await region.isSettled(1)) && (await region.group())?.Instances?.[0]?.InstanceId !== first?.id,
  );
  const told = await causes();
  expect(told).toContain('an EC2 health check indicating it has been terminated or stopped');
  expect(told).toContain('in response to an unhealthy instance needing to be replaced');
});

test('A launch that EC2 refuses is a failed activity with an event, and is tried again', async () => {
  region.region.context.faults.add({
    service: 'autoscaling',
    operation: 'RunInstances',
    kind: 'lateFailure',
    code: 'InsufficientInstanceCapacity',
    message: 'We currently do not have sufficient t3.micro capacity',
    times: 1,
  });
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  const shown = await activities();
  expect(shown.map((activity) => activity.StatusCode)).toEqual(['Successful', 'Failed']);
  expect(shown[1]?.StatusMessage).toContain('sufficient t3.micro capacity');
  expect(region.announced('EC2 Instance')).toContain('Launch Unsuccessful');
});

test('A fault of EC2 itself strikes a group as it strikes anybody', async () => {
  await region.createGroup();
  region.region.context.faults.add({
    service: 'ec2',
    operation: 'RunInstances',
    kind: 'refuse',
    code: 'RequestLimitExceeded',
    message: 'Request limit exceeded.',
    status: 503,
    times: 1,
  });
  await setCapacity(1);
  await until(() => region.isSettled(1));
  expect((await activities()).map(({ StatusCode }) => StatusCode)).toEqual(['Successful', 'Failed']);
});

test('A target group that cannot be asked just then costs no instance its draining', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.healthyCount() === 1);
  const drained: string[] = [];
  region.region.state('elastic-load-balancing-v2').onTargetHealth(({ health }) => {
    drained.push(health.State ?? '');
  });
  for (const operation of ['DeregisterTargets', 'DescribeTargetHealth'])
    region.region.context.faults.add({
      service: 'elasticloadbalancing',
      operation,
      kind: 'refuse',
      code: 'Throttling',
      message: 'Rate exceeded',
      times: 2,
    });
  await setCapacity(0);
  await until(() => region.isSettled(0));
  expect(drained).toContain('draining');
});

test('A launch lifecycle hook holds an instance in Pending:Wait until the action is completed', async () => {
  await region.createGroup({
    DesiredCapacity: 1,
    LifecycleHookSpecificationList: [
      { LifecycleHookName: 'warm', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
    ],
  });
  await until(async () => (await lifecycles())?.join() === 'Pending:Wait');
  const event = region.region.events.find(
    (one) => one['detail-type'] === 'EC2 Instance-launch Lifecycle Action',
  );
  const { LifecycleActionToken } = (event?.detail ?? {}) as { LifecycleActionToken?: string };
  const action = { AutoScalingGroupName, LifecycleHookName: 'warm', LifecycleActionToken };
  expect(await region.autoScaling.RecordLifecycleActionHeartbeat(action)).toEqual({});
  await region.autoScaling.CompleteLifecycleAction({ ...action, LifecycleActionResult: 'CONTINUE' });
  await until(() => region.isSettled(1));
  expect(await region.instances()).toHaveLength(1);
});

test('An instance in standby takes no requests, and comes back into service', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.healthyCount() === 1);
  const InstanceIds = (await region.instances()).map(({ id }) => id);
  const entered = await region.autoScaling.EnterStandby({
    AutoScalingGroupName,
    InstanceIds,
    ShouldDecrementDesiredCapacity: true,
  });
  expect(entered.Activities).toMatchObject([{ StatusCode: 'InProgress', Progress: 50 }]);
  await until(async () => (await lifecycles())?.join() === 'Standby');
  expect(region.health.size).toBe(0);
  expect((await activities())[0]?.Cause).toMatch(
    /was moved to standby in response to a user request, shrinking the capacity from 1 to 0\.$/,
  );
  const left = await region.autoScaling.ExitStandby({ AutoScalingGroupName, InstanceIds });
  expect(left.Activities).toMatchObject([{ StatusCode: 'PreInService' }]);
  await until(() => region.healthyCount() === 1);
  expect(await region.group()).toMatchObject({ DesiredCapacity: 1 });
  expect(await region.instances()).toHaveLength(1);
  await region.autoScaling.EnterStandby({
    AutoScalingGroupName,
    InstanceIds,
    ShouldDecrementDesiredCapacity: true,
  });
  await until(() => region.health.size === 0);
});

test('An instance that is detached belongs to nobody, and may be attached to another group', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await region.createGroup({ AutoScalingGroupName: 'other' });
  await until(() => region.isSettled(1));
  const [{ id = '' } = {}] = await region.instances();
  const { Activities } = await region.autoScaling.DetachInstances({
    AutoScalingGroupName,
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: true,
  });
  expect(Activities?.[0]?.Cause).toMatch(
    /was detached in response to a user request, shrinking the capacity from 1 to 0\.$/,
  );
  await until(() => region.isSettled(0));
  const [detached] = await region.instances();
  expect(detached).toMatchObject({ state: 'running' });
  expect(detached?.tags).not.toHaveProperty(['aws:autoscaling:groupName']);
  const attached = await region.autoScaling.AttachInstances({
    AutoScalingGroupName: 'other',
    InstanceIds: [id],
  });
  expect(attached).toEqual({});
  await until(() => region.isSettled(1, 'other'));
  expect((await region.instances())[0]?.tags).toMatchObject({ 'aws:autoscaling:groupName': 'other' });
  const other = await region.group('other');
  expect(other).toMatchObject({ DesiredCapacity: 1 });
  expect(other?.Instances?.[0]?.LaunchTemplate).toBeUndefined();
});

test('Force deletes a group whose instances are in standby, protected or held by a lifecycle hook', async () => {
  await region.createGroup({ DesiredCapacity: 3, NewInstancesProtectedFromScaleIn: true });
  await until(() => region.isSettled(3));
  await region.autoScaling.PutLifecycleHook({
    AutoScalingGroupName,
    LifecycleHookName: 'archive',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  });
  const [standby, held] = await region.instances();
  await region.autoScaling.EnterStandby({
    AutoScalingGroupName,
    InstanceIds: [standby?.id ?? ''],
    ShouldDecrementDesiredCapacity: true,
  });
  await region.autoScaling.TerminateInstanceInAutoScalingGroup({
    InstanceId: held?.id,
    ShouldDecrementDesiredCapacity: true,
  });
  await until(async () => (await lifecycles())?.join() === 'InService,Standby,Terminating:Wait');
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
  await until(async () => (await region.group()) === undefined);
  expect(new Set(await states())).toEqual(new Set(['terminated']));
});

test('An instance that EC2 does not terminate yet holds up no other one', async () => {
  await region.createGroup({ DesiredCapacity: 2 });
  await until(() => region.isSettled(2));
  region.region.context.faults.add({
    service: 'ec2',
    operation: 'TerminateInstances',
    kind: 'refuse',
    code: 'OperationNotPermitted',
    message: 'The instance may not be terminated.',
    times: 3,
  });
  await setCapacity(0);
  await until(() => region.isSettled(0));
  expect(new Set(await states())).toEqual(new Set(['terminated']));
});

test('An instance that is terminating already cannot shrink the group once more', async () => {
  await region.createGroup({ DesiredCapacity: 3 });
  await until(() => region.isSettled(3));
  const [first] = await region.instances();
  const terminate = () =>
    region.autoScaling.TerminateInstanceInAutoScalingGroup({
      InstanceId: first?.id,
      ShouldDecrementDesiredCapacity: true,
    });
  expect((await terminate()).Activity?.Cause).toMatch(/shrinking the capacity from 3 to 2\.$/);
  await expect(terminate()).rejects.toMatchObject({ code: 'ScalingActivityInProgress' });
  expect((await region.group())?.DesiredCapacity).toBe(2);
});

test('A launch that a lifecycle hook abandons is unsuccessful, and tried again', async () => {
  await region.createGroup({
    DesiredCapacity: 1,
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: 'warm',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 30,
      },
    ],
  });
  const { LifecycleHooks } = await region.autoScaling.DescribeLifecycleHooks({ AutoScalingGroupName });
  expect(LifecycleHooks).toMatchObject([{ GlobalTimeout: 3000, DefaultResult: 'ABANDON' }]);
  await until(async () => (await region.instances()).length === 2);
  const failed = region.region.events.find(
    (one) => one['detail-type'] === 'EC2 Instance Launch Unsuccessful',
  );
  expect(failed?.detail).toMatchObject({ StatusCode: 'Failed' });
});

test('A hook that is deleted lets those that wait for it go on', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  const hook = { AutoScalingGroupName, LifecycleHookName: 'archive' };
  const LifecycleTransition = 'autoscaling:EC2_INSTANCE_TERMINATING';
  expect(await region.autoScaling.PutLifecycleHook({ ...hook, LifecycleTransition })).toEqual({});
  await setCapacity(0);
  await until(async () => (await lifecycles())?.join() === 'Terminating:Wait');
  expect(await region.autoScaling.DeleteLifecycleHook(hook)).toEqual({});
  await until(() => region.isSettled(0));
  await expect(region.autoScaling.DeleteLifecycleHook(hook)).rejects.toThrow(/No Lifecycle Hook found/);
});

test('An instance that a user calls unhealthy is replaced', async () => {
  await region.createGroup({ DesiredCapacity: 1, HealthCheckGracePeriod: 0 });
  await until(() => region.isSettled(1));
  const [first] = await region.instances();
  const InstanceId = first?.id;
  const { autoScaling } = region;
  expect(await autoScaling.SetInstanceHealth({ InstanceId, HealthStatus: 'Unhealthy' })).toEqual({});
  await until(async () => (await region.isSettled(1)) && (await region.instances()).length === 2);
  const { AutoScalingInstances } = await autoScaling.DescribeAutoScalingInstances({});
  expect(AutoScalingInstances).toMatchObject([
    { AutoScalingGroupName, LifecycleState: 'InService', HealthStatus: 'HEALTHY' },
  ]);
  expect(AutoScalingInstances?.[0]?.InstanceId).not.toBe(InstanceId);
  expect(await causes()).toContain('in response to a user health-check');
});

test('A group with instances is deleted by force only', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  await expect(region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName })).rejects.toMatchObject({
    code: 'ResourceInUse',
  });
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
  expect((await region.group())?.Status).toBe('Delete in progress');
  await until(async () => (await region.group()) === undefined);
  expect(await states()).toEqual(['terminated']);
});

test.each<[Partial<CreateAutoScalingGroupCommandInput>, RegExp]>([
  [{ MinSize: 3, MaxSize: 2 }, /Max bound, 2, must be greater than or equal to min bound, 3/],
  [{ DesiredCapacity: 7 }, /Desired capacity:7 must be between the specified min size:0 and max size:6/],
  [{ VPCZoneIdentifier: 'subnet-nowhere' }, /The subnet ID 'subnet-nowhere' does not exist/],
  [{ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '9' } }, /valid fully-formed launch template/],
  [{ LaunchTemplate: undefined }, /Valid requests must contain either LaunchTemplate/],
  [{ TargetGroupARNs: ['arn:aws:no'] }, /Provided Target Groups may not be valid/],
  [{ HealthCheckType: 'PING' }, /Invalid health check type/],
  [{ LifecycleHookSpecificationList: [{ LifecycleHookName: 'x', LifecycleTransition: 'y' }] }, /Transition/],
])('A group that is asked for as %j is refused', async (overrides, message) => {
  await expect(region.createGroup(overrides)).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('A group shows its template, its target groups and where they stand', async () => {
  await region.createGroup({ DesiredCapacity: 1 });
  await until(async () => {
    const described = await region.autoScaling.DescribeLoadBalancerTargetGroups({ AutoScalingGroupName });
    return described.LoadBalancerTargetGroups?.[0]?.State === 'InService';
  });
  expect(await region.group()).toMatchObject({
    LaunchTemplate: { ...region.template, Version: '1' },
    TargetGroupARNs: [region.targetGroupArn],
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    Instances: [{ LaunchTemplate: { ...region.template, Version: '1' }, HealthStatus: 'Healthy' }],
  });
});

test('Target groups come and go while a group runs', async () => {
  await region.createGroup({ DesiredCapacity: 1, TargetGroupARNs: [], HealthCheckType: 'EC2' });
  await until(() => region.isSettled(1));
  const { autoScaling } = region;
  const TargetGroupARNs = [region.targetGroupArn];
  expect(await autoScaling.AttachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs })).toEqual(
    {},
  );
  await until(() => region.healthyCount() === 1);
  expect(await autoScaling.DetachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs })).toEqual(
    {},
  );
  await until(() => region.health.size === 0);
  const TrafficSources = [{ Identifier: region.targetGroupArn, Type: 'elbv2' }];
  expect(await autoScaling.AttachTrafficSources({ AutoScalingGroupName, TrafficSources })).toEqual({});
  await until(() => region.healthyCount() === 1);
  expect((await autoScaling.DescribeTrafficSources({ AutoScalingGroupName })).TrafficSources).toMatchObject(
    TrafficSources,
  );
  expect(await autoScaling.DetachTrafficSources({ AutoScalingGroupName, TrafficSources })).toEqual({});
  await until(() => region.health.size === 0);
  expect(await region.isSettled(1)).toBe(true);
});
