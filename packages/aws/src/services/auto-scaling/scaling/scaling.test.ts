import { SmallCloud, targetGroup, template } from '../small-cloud';

let cloud: SmallCloud;
beforeEach(() => {
  cloud = new SmallCloud();
});
afterEach(() => cloud.dispose());

const newestActivity = () =>
  cloud.operations.DescribeScalingActivities({ AutoScalingGroupName: 'web' }, cloud.call).Activities?.[0];
const settled = (count: number) => () =>
  cloud.inService() === count && cloud.group()?.Instances?.length === count;

test('A group launches its desired capacity, spread over its zones and registered with its target group', async () => {
  await cloud.createGroup({
    DesiredCapacity: 3,
    Tags: [
      { Key: 'Name', Value: 'web', PropagateAtLaunch: true },
      { Key: 'inner', Value: 'x', PropagateAtLaunch: false },
    ],
  });
  await cloud.until(settled(3), 'three instances in service');
  const zones = cloud
    .group()
    ?.Instances?.map((one) => one.AvailabilityZone)
    .sort();
  expect(zones?.slice(0, 1).concat(zones.slice(2))).toEqual(['us-east-1a', 'us-east-1b']);
  expect([...cloud.machines.values()][0]?.tags).toEqual({
    Name: 'web',
    'aws:autoscaling:groupName': 'web',
    'aws:ec2launchtemplate:id': template.LaunchTemplateId,
    'aws:ec2launchtemplate:version': '1',
  });
  await cloud.until(() => cloud.healthyCount() === 3, 'three healthy targets');
  const activities = cloud.operations.DescribeScalingActivities(
    { AutoScalingGroupName: 'web' },
    cloud.call,
  ).Activities;
  expect(activities).toHaveLength(3);
  expect(activities?.[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
  expect(activities?.[2]?.Cause).toMatch(
    /^At \S+Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 3\. {2}At \S+Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 3\.$/,
  );
  const launched = cloud.events.filter((event) => event['detail-type'] === 'EC2 Instance Launch Successful');
  expect(launched).toHaveLength(3);
  expect(launched[0]?.detail).toMatchObject({ AutoScalingGroupName: 'web', Origin: 'EC2' });
});

test('Zones are evened out by new instances before old ones go', async () => {
  const zones = () =>
    cloud
      .group()
      ?.Instances?.map((one) => one.AvailabilityZone?.slice(-1))
      .sort()
      .join('');
  await cloud.createGroup({ DesiredCapacity: 4, MaxSize: 4, VPCZoneIdentifier: 'subnet-a' });
  await cloud.until(() => cloud.healthyCount() === 4, 'four healthy targets');
  cloud.watchHealthy();
  await cloud.operations.UpdateAutoScalingGroup(
    { AutoScalingGroupName: 'web', VPCZoneIdentifier: 'subnet-a,subnet-b' },
    cloud.call,
  );
  await cloud.until(() => zones() === 'aabb', 'two in each zone');
  await cloud.operations.UpdateAutoScalingGroup(
    { AutoScalingGroupName: 'web', VPCZoneIdentifier: 'subnet-b' },
    cloud.call,
  );
  await cloud.until(() => zones() === 'bbbb', 'all in the other zone');
  expect(cloud.leastHealthy).toBe(4);
  expect(cloud.group()?.DesiredCapacity).toBe(4);
  const causes = cloud.operations
    .DescribeScalingActivities({ AutoScalingGroupName: 'web' }, cloud.call)
    .Activities?.map((activity) => activity.Cause);
  expect(causes?.join('\n')).toContain('launched to balance instances in zones us-east-1b with other zones');
});

test('Uneven zones stay so while AZRebalance is suspended, or all instances are protected', async () => {
  await cloud.createGroup({ DesiredCapacity: 2, VPCZoneIdentifier: 'subnet-a' });
  await cloud.until(() => cloud.healthyCount() === 2, 'two healthy targets');
  const AutoScalingGroupName = 'web';
  cloud.operations.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] }, cloud.call);
  await cloud.operations.UpdateAutoScalingGroup(
    { AutoScalingGroupName, VPCZoneIdentifier: 'subnet-a,subnet-b' },
    cloud.call,
  );
  const turns = () => cloud.context.clock.sleep(60);
  await turns();
  cloud.operations.SetInstanceProtection(
    { AutoScalingGroupName, InstanceIds: [...cloud.machines.keys()], ProtectedFromScaleIn: true },
    cloud.call,
  );
  cloud.operations.ResumeProcesses({ AutoScalingGroupName }, cloud.call);
  await turns();
  expect(cloud.machines.size).toBe(2);
});

test('At scale-in an instance leaves its target group before EC2 terminates it', async () => {
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.until(() => cloud.healthyCount() === 2, 'two healthy targets');
  cloud.operations.SetDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 1 }, cloud.call);
  await cloud.until(() => [...cloud.health.values()].includes('draining'), 'draining');
  expect([...cloud.machines.values()].map((machine) => machine.state)).toEqual(['running', 'running']);
  await cloud.until(() => cloud.group()?.Instances?.length === 1, 'one instance left');
  expect([...cloud.machines.values()].map((machine) => machine.state).sort()).toEqual([
    'running',
    'terminated',
  ]);
});

test('An instance that is terminated behind its back is replaced', async () => {
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.until(settled(1), 'one in service');
  const [first] = cloud.machines.keys();
  cloud.setState(first ?? '', 'terminated');
  await cloud.until(
    () => settled(1)() && cloud.group()?.Instances?.[0]?.InstanceId !== first,
    'another instance in service',
  );
  const causes = cloud.operations
    .DescribeScalingActivities({ AutoScalingGroupName: 'web' }, cloud.call)
    .Activities?.map((activity) => activity.Cause);
  expect(causes?.join('\n')).toContain('an EC2 health check indicating it has been terminated or stopped');
  expect(causes?.join('\n')).toContain('in response to an unhealthy instance needing to be replaced');
});

test('A launch that EC2 refuses is a failed activity with an event, and is tried again', async () => {
  cloud.context.faults.add({
    service: 'autoscaling',
    operation: 'RunInstances',
    kind: 'lateFailure',
    code: 'InsufficientInstanceCapacity',
    message: 'We currently do not have sufficient t3.micro capacity',
    times: 1,
  });
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.until(settled(1), 'one in service');
  const activities = cloud.operations.DescribeScalingActivities(
    { AutoScalingGroupName: 'web' },
    cloud.call,
  ).Activities;
  expect(activities?.map((activity) => activity.StatusCode)).toEqual(['Successful', 'Failed']);
  expect(activities?.[1]?.StatusMessage).toContain('sufficient t3.micro capacity');
  expect(cloud.events.map((event) => event['detail-type'])).toContain('EC2 Instance Launch Unsuccessful');
});

test('A launch lifecycle hook holds an instance in Pending:Wait until the action is completed', async () => {
  await cloud.createGroup({
    DesiredCapacity: 1,
    LifecycleHookSpecificationList: [
      { LifecycleHookName: 'warm', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
    ],
  });
  await cloud.until(
    () => cloud.group()?.Instances?.[0]?.LifecycleState === 'Pending:Wait',
    'an instance in Pending:Wait',
  );
  const event = cloud.events.find((one) => one['detail-type'] === 'EC2 Instance-launch Lifecycle Action');
  const { LifecycleActionToken } = (event?.detail ?? {}) as { LifecycleActionToken?: string };
  cloud.operations.CompleteLifecycleAction(
    {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'warm',
      LifecycleActionToken,
      LifecycleActionResult: 'CONTINUE',
    },
    cloud.call,
  );
  await cloud.until(settled(1), 'the instance in service');
  expect(cloud.machines.size).toBe(1);
});

test('An instance in standby takes no requests, and comes back into service', async () => {
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.until(() => cloud.healthyCount() === 1, 'healthy');
  const InstanceIds = [cloud.group()?.Instances?.[0]?.InstanceId ?? ''];
  await cloud.operations.EnterStandby(
    { AutoScalingGroupName: 'web', InstanceIds, ShouldDecrementDesiredCapacity: true },
    cloud.call,
  );
  await cloud.until(() => cloud.group()?.Instances?.[0]?.LifecycleState === 'Standby', 'standby');
  expect(cloud.health.size).toBe(0);
  expect(newestActivity()?.Cause).toMatch(
    /was moved to standby in response to a user request, shrinking the capacity from 1 to 0\.$/,
  );
  cloud.operations.ExitStandby({ AutoScalingGroupName: 'web', InstanceIds }, cloud.call);
  await cloud.until(() => cloud.healthyCount() === 1, 'healthy again');
  expect(cloud.group()).toMatchObject({ DesiredCapacity: 1 });
  expect(cloud.machines.size).toBe(1);
});

test('An instance that is detached belongs to nobody, and may be attached to another group', async () => {
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.createGroup({ AutoScalingGroupName: 'other' });
  await cloud.until(settled(1), 'one in service');
  const [id = ''] = cloud.machines.keys();
  await cloud.operations.DetachInstances(
    { AutoScalingGroupName: 'web', InstanceIds: [id], ShouldDecrementDesiredCapacity: true },
    cloud.call,
  );
  expect(newestActivity()?.Cause).toMatch(
    /was detached in response to a user request, shrinking the capacity from 1 to 0\.$/,
  );
  await cloud.until(settled(0), 'none left');
  expect(cloud.machines.get(id)).toMatchObject({ state: 'running' });
  expect(cloud.machines.get(id)?.tags).not.toHaveProperty(['aws:autoscaling:groupName']);
  await cloud.operations.AttachInstances({ AutoScalingGroupName: 'other', InstanceIds: [id] }, cloud.call);
  await cloud.until(() => cloud.inService('other') === 1, 'in service again');
  expect(cloud.machines.get(id)?.tags).toMatchObject({ 'aws:autoscaling:groupName': 'other' });
  expect(cloud.group('other')).toMatchObject({ DesiredCapacity: 1 });
  expect(cloud.group('other')?.Instances?.[0]?.LaunchTemplate).toBeUndefined();
});

test('Force deletes a group whose instances are in standby, protected or held by a lifecycle hook', async () => {
  await cloud.createGroup({ DesiredCapacity: 3, NewInstancesProtectedFromScaleIn: true });
  await cloud.until(settled(3), 'three in service');
  await cloud.operations.PutLifecycleHook(
    {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'archive',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    },
    cloud.call,
  );
  const [standby = '', held = ''] = cloud.machines.keys();
  await cloud.operations.EnterStandby(
    { AutoScalingGroupName: 'web', InstanceIds: [standby], ShouldDecrementDesiredCapacity: true },
    cloud.call,
  );
  await cloud.operations.TerminateInstanceInAutoScalingGroup(
    { InstanceId: held, ShouldDecrementDesiredCapacity: true },
    cloud.call,
  );
  const states = () =>
    cloud
      .group()
      ?.Instances?.map((one) => one.LifecycleState)
      .sort();
  await cloud.until(() => states()?.join() === 'InService,Standby,Terminating:Wait', 'one of each');
  cloud.operations.DeleteAutoScalingGroup({ AutoScalingGroupName: 'web', ForceDelete: true }, cloud.call);
  await cloud.until(() => cloud.group() === undefined, 'the group gone');
  expect(new Set([...cloud.machines.values()].map((machine) => machine.state))).toEqual(
    new Set(['terminated']),
  );
});

test('An instance that EC2 does not terminate yet holds up no other one', async () => {
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.until(settled(2), 'two in service');
  cloud.refusedTerminations = 3;
  cloud.operations.SetDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 0 }, cloud.call);
  await cloud.until(() => cloud.group()?.Instances?.length === 0, 'none left');
  expect(new Set([...cloud.machines.values()].map(({ state }) => state))).toEqual(new Set(['terminated']));
});

test('An instance that is terminating already cannot shrink the group once more', async () => {
  await cloud.createGroup({ DesiredCapacity: 3 });
  await cloud.until(settled(3), 'three in service');
  const [InstanceId = ''] = cloud.machines.keys();
  const terminate = () =>
    cloud.operations.TerminateInstanceInAutoScalingGroup(
      { InstanceId, ShouldDecrementDesiredCapacity: true },
      cloud.call,
    );
  await terminate();
  await expect(terminate()).rejects.toMatchObject({ code: 'ScalingActivityInProgress' });
  expect(cloud.group()?.DesiredCapacity).toBe(2);
});

test('A launch that a lifecycle hook abandons is unsuccessful, and tried again', async () => {
  await cloud.createGroup({
    DesiredCapacity: 1,
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: 'warm',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 30,
      },
    ],
  });
  const hooks = cloud.operations.DescribeLifecycleHooks({ AutoScalingGroupName: 'web' }, cloud.call);
  expect(hooks.LifecycleHooks).toMatchObject([{ GlobalTimeout: 3000, DefaultResult: 'ABANDON' }]);
  await cloud.until(() => cloud.machines.size === 2, 'a second try');
  const failed = cloud.events.find((one) => one['detail-type'] === 'EC2 Instance Launch Unsuccessful');
  expect(failed?.detail).toMatchObject({ StatusCode: 'Failed' });
});

test('A group with instances is deleted by force only', async () => {
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.until(settled(1), 'one in service');
  expect(() => cloud.operations.DeleteAutoScalingGroup({ AutoScalingGroupName: 'web' }, cloud.call)).toThrow(
    expect.objectContaining({ code: 'ResourceInUse' }),
  );
  cloud.operations.DeleteAutoScalingGroup({ AutoScalingGroupName: 'web', ForceDelete: true }, cloud.call);
  expect(cloud.group()?.Status).toBe('Delete in progress');
  await cloud.until(() => cloud.group() === undefined, 'the group gone');
  expect([...cloud.machines.values()].map((machine) => machine.state)).toEqual(['terminated']);
});

test.each([
  [{ MinSize: 3, MaxSize: 2 }, /Max bound, 2, must be greater than or equal to min bound, 3/],
  [{ DesiredCapacity: 7 }, /Desired capacity:7 must be between the specified min size:0 and max size:6/],
  [{ VPCZoneIdentifier: 'subnet-nowhere' }, /The subnet ID 'subnet-nowhere' does not exist/],
  [{ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '9' } }, /valid fully-formed launch template/],
  [{ LaunchTemplate: undefined }, /Valid requests must contain either LaunchTemplate/],
  [{ TargetGroupARNs: ['arn:aws:no'] }, /Provided Target Groups may not be valid/],
  [{ HealthCheckType: 'PING' }, /Invalid health check type/],
  [{ LifecycleHookSpecificationList: [{ LifecycleHookName: 'x', LifecycleTransition: 'y' }] }, /Transition/],
])('A group that is asked for as %j is refused', async (overrides, message) => {
  await expect(cloud.createGroup(overrides)).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('Launch configurations are retired', () => {
  expect(() =>
    cloud.operations.CreateLaunchConfiguration({ LaunchConfigurationName: 'old' }, cloud.call),
  ).toThrow(expect.objectContaining({ code: 'ValidationError' }));
});

test('Groups are found by name and by tag, page by page', async () => {
  for (const name of ['a', 'b', 'c']) {
    await cloud.createGroup({
      AutoScalingGroupName: name,
      Tags: [{ Key: 'team', Value: name === 'b' ? 'two' : 'one' }],
    });
  }
  const byTag = cloud.operations.DescribeAutoScalingGroups(
    { Filters: [{ Name: 'tag:team', Values: ['two'] }] },
    cloud.call,
  );
  expect(byTag.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['b']);
  const first = cloud.operations.DescribeAutoScalingGroups({ MaxRecords: 2 }, cloud.call);
  const second = cloud.operations.DescribeAutoScalingGroups({ NextToken: first.NextToken }, cloud.call);
  expect(second.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['c']);
  expect(second.NextToken).toBeUndefined();
});

test('A group shows its template, its target groups and where they stand', async () => {
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.until(
    () =>
      cloud.operations.DescribeLoadBalancerTargetGroups({ AutoScalingGroupName: 'web' }, cloud.call)
        .LoadBalancerTargetGroups?.[0]?.State === 'InService',
    'the target group in service',
  );
  expect(cloud.group()).toMatchObject({
    LaunchTemplate: { ...template, Version: '1' },
    TargetGroupARNs: [targetGroup],
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    Instances: [{ LaunchTemplate: { ...template, Version: '1' }, HealthStatus: 'Healthy' }],
  });
});
