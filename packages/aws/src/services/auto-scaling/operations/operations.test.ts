import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
});
afterEach(() => region.stop());

const AutoScalingGroupName = 'web';

test('Launch configurations are retired', async () => {
  const LaunchConfigurationName = 'old';
  await expect(
    region.autoScaling.CreateLaunchConfiguration({ LaunchConfigurationName }),
  ).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('not available in your account'),
  });
  expect(await region.autoScaling.DescribeLaunchConfigurations({})).toEqual({ LaunchConfigurations: [] });
  await expect(
    region.autoScaling.DeleteLaunchConfiguration({ LaunchConfigurationName }),
  ).rejects.toMatchObject({ code: 'ValidationError', message: expect.stringContaining('not found') });
});

test('Groups are found by name and by tag, page by page', async () => {
  for (const name of ['a', 'b', 'c']) {
    await region.createGroup({
      AutoScalingGroupName: name,
      Tags: [{ Key: 'team', Value: name === 'b' ? 'two' : 'one' }],
    });
  }
  const describe = (input: object) => region.autoScaling.DescribeAutoScalingGroups(input);
  const byTag = await describe({ Filters: [{ Name: 'tag:team', Values: ['two'] }] });
  expect(byTag.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['b']);
  const first = await describe({ MaxRecords: 2 });
  const second = await describe({ NextToken: first.NextToken });
  expect(second.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['c']);
  expect(second.NextToken).toBeUndefined();
  await expect(describe({ NextToken: 'nonsense' })).rejects.toMatchObject({ code: 'InvalidNextToken' });
});

test('A page begins after the last one, though a group of that is gone', async () => {
  for (const name of ['a', 'b', 'c']) await region.createGroup({ AutoScalingGroupName: name });
  const first = await region.autoScaling.DescribeAutoScalingGroups({ MaxRecords: 2 });
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName: 'a' });
  const second = await region.autoScaling.DescribeAutoScalingGroups({ NextToken: first.NextToken });
  expect(second.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['c']);
});

test('A group that names no version of its template shows none, and follows the default one', async () => {
  const LaunchTemplate = { LaunchTemplateName: region.template.LaunchTemplateName };
  await region.createGroup({ LaunchTemplate, DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  const group = await region.group();
  expect(group?.LaunchTemplate).toEqual(region.template);
  expect(group?.Instances?.[0]?.LaunchTemplate?.Version).toBe('1');
  await expect(
    region.autoScaling.StartInstanceRefresh({
      AutoScalingGroupName,
      DesiredConfiguration: { LaunchTemplate: { ...LaunchTemplate, Version: '2' } },
      Preferences: { AutoRollback: true },
    }),
  ).rejects.toThrow(/uses the launch template's \$Default version/);
});

test('A change of a group that is not there is refused in words of its own', async () => {
  const input = { AutoScalingGroupName: 'absent' };
  await expect(region.autoScaling.UpdateAutoScalingGroup(input)).rejects.toMatchObject({
    code: 'ValidationError',
    message: 'AutoScalingGroup name not found - null',
  });
  await expect(region.autoScaling.SetDesiredCapacity({ ...input, DesiredCapacity: 1 })).rejects.toThrow(
    "AutoScalingGroup name not found - AutoScalingGroup 'absent' not found",
  );
});

test('Tags of groups are set, found and taken away', async () => {
  await region.createGroup();
  const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'team', PropagateAtLaunch: true };
  const set = (Key: string, Value: string) =>
    region.autoScaling.CreateOrUpdateTags({ Tags: [{ ...tag, Key, Value }] });
  expect(await set('team', 'one')).toEqual({});
  await set('team', 'two');
  const find = () =>
    region.autoScaling.DescribeTags({ Filters: [{ Name: 'auto-scaling-group', Values: ['web'] }] });
  expect((await find()).Tags).toEqual([{ ...tag, Value: 'two' }]);
  await expect(set('aws:own', 'x')).rejects.toMatchObject({ code: 'ValidationError' });
  expect(await region.autoScaling.DeleteTags({ Tags: [tag] })).toEqual({});
  expect((await find()).Tags).toEqual([]);
});

test('A policy changes the capacity when it is executed, within the bounds of the group', async () => {
  await region.createGroup({ DesiredCapacity: 0, MaxSize: 2 });
  const PolicyName = 'more';
  const put = { AutoScalingGroupName, PolicyName, AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 3 };
  const { PolicyARN } = await region.autoScaling.PutScalingPolicy(put);
  expect(PolicyARN).toMatch(/:scalingPolicy:[-0-9a-f]+:autoScalingGroupName\/web:policyName\/more$/);
  const { ScalingPolicies } = await region.autoScaling.DescribePolicies({ AutoScalingGroupName });
  expect(ScalingPolicies).toMatchObject([{ ...put, PolicyType: 'SimpleScaling', Enabled: true }]);
  expect(await region.autoScaling.ExecutePolicy({ AutoScalingGroupName, PolicyName })).toEqual({});
  expect((await region.group())?.DesiredCapacity).toBe(2);
  const again = region.autoScaling.ExecutePolicy({ AutoScalingGroupName, PolicyName, HonorCooldown: true });
  await expect(again).rejects.toMatchObject({ code: 'ScalingActivityInProgress' });
  expect(await region.autoScaling.DeletePolicy({ AutoScalingGroupName, PolicyName })).toEqual({});
  expect((await region.autoScaling.DescribePolicies({})).ScalingPolicies).toEqual([]);
});

test('A step of a policy is chosen by how far the metric is off', async () => {
  await region.createGroup();
  const PolicyName = 'steps';
  await region.autoScaling.PutScalingPolicy({
    AutoScalingGroupName,
    PolicyName,
    PolicyType: 'StepScaling',
    AdjustmentType: 'ExactCapacity',
    StepAdjustments: [
      { MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
    ],
  });
  const execute = (MetricValue?: number) =>
    region.autoScaling.ExecutePolicy({
      AutoScalingGroupName,
      PolicyName,
      MetricValue,
      BreachThreshold: MetricValue && 50,
    });
  await execute(70);
  expect((await region.group())?.DesiredCapacity).toBe(3);
  await execute(55);
  expect((await region.group())?.DesiredCapacity).toBe(1);
  await expect(execute()).rejects.toThrow(/MetricValue and BreachThreshold are required/);
});

test('Scheduled actions are kept until they are deleted', async () => {
  await region.createGroup();
  const action = { AutoScalingGroupName, ScheduledActionName: 'night' };
  const put = (more: object) => region.autoScaling.PutScheduledUpdateGroupAction({ ...action, ...more });
  expect(await put({ Recurrence: '0 22 * * *', DesiredCapacity: 0 })).toEqual({});
  await expect(put({ Recurrence: '0 22 * * *' })).rejects.toMatchObject({ code: 'ValidationError' });
  const describe = () => region.autoScaling.DescribeScheduledActions({ AutoScalingGroupName });
  expect((await describe()).ScheduledUpdateGroupActions).toMatchObject([
    { ...action, Recurrence: '0 22 * * *', DesiredCapacity: 0 },
  ]);
  expect(await region.autoScaling.DeleteScheduledAction(action)).toEqual({});
  expect((await describe()).ScheduledUpdateGroupActions).toEqual([]);
});

test('Metrics are collected as asked', async () => {
  await region.createGroup();
  const { autoScaling } = region;
  const group = { AutoScalingGroupName };
  expect(await autoScaling.EnableMetricsCollection({ ...group, Granularity: '1Minute' })).toEqual({});
  const Metrics = ['GroupMinSize'];
  expect(await autoScaling.DisableMetricsCollection({ ...group, Metrics })).toEqual({});
  const enabled = (await region.group())?.EnabledMetrics?.map(({ Metric }) => Metric);
  const { Metrics: known = [] } = await autoScaling.DescribeMetricCollectionTypes({});
  expect(['GroupMinSize', ...(enabled ?? [])].sort()).toEqual(known.map(({ Metric }) => Metric).sort());
});

test('Processes that are suspended are shown with the reason', async () => {
  await region.createGroup();
  const ScalingProcesses = ['Launch'];
  await region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses });
  expect((await region.group())?.SuspendedProcesses).toEqual([
    { ProcessName: 'Launch', SuspensionReason: expect.stringMatching(/^User suspended at \S+Z$/) },
  ]);
  const unknown = { AutoScalingGroupName, ScalingProcesses: ['Sleep'] };
  await expect(region.autoScaling.ResumeProcesses(unknown)).rejects.toMatchObject({
    code: 'ValidationError',
  });
});

test('What there is can be looked up', async () => {
  await region.createGroup();
  const { autoScaling } = region;
  expect(await autoScaling.DescribeAccountLimits({})).toMatchObject({ NumberOfAutoScalingGroups: 1 });
  const { Processes } = await autoScaling.DescribeScalingProcessTypes({});
  expect(Processes).toContainEqual({ ProcessName: 'AZRebalance' });
  const { AdjustmentTypes } = await autoScaling.DescribeAdjustmentTypes({});
  expect(AdjustmentTypes).toContainEqual({ AdjustmentType: 'PercentChangeInCapacity' });
  const { LifecycleHookTypes } = await autoScaling.DescribeLifecycleHookTypes({});
  expect(LifecycleHookTypes).toHaveLength(2);
  const { TerminationPolicyTypes } = await autoScaling.DescribeTerminationPolicyTypes({});
  expect(TerminationPolicyTypes).toContain('OldestLaunchTemplate');
  const { AutoScalingNotificationTypes } = await autoScaling.DescribeAutoScalingNotificationTypes({});
  expect(AutoScalingNotificationTypes).toContain('autoscaling:EC2_INSTANCE_LAUNCH');
});

test('Of Classic Load Balancers, notifications and warm pools a group has none', async () => {
  await region.createGroup();
  const { autoScaling } = region;
  expect(await autoScaling.DescribeLoadBalancers({ AutoScalingGroupName })).toEqual({ LoadBalancers: [] });
  expect(await autoScaling.DescribeNotificationConfigurations({})).toEqual({
    NotificationConfigurations: [],
  });
  expect(await autoScaling.DescribeWarmPool({ AutoScalingGroupName })).toEqual({ Instances: [] });
});

test('Scheduled actions are put and deleted together, and those that cannot be are told apart', async () => {
  await region.createGroup({ AutoScalingGroupName });
  const { autoScaling } = region;
  const put = await autoScaling.BatchPutScheduledUpdateGroupAction({
    AutoScalingGroupName,
    ScheduledUpdateGroupActions: [
      { ScheduledActionName: 'night', Recurrence: '0 22 * * *', DesiredCapacity: 0 },
      { ScheduledActionName: 'never', Recurrence: 'never', DesiredCapacity: 0 },
    ],
  });
  expect(put.FailedScheduledUpdateGroupActions).toEqual([
    {
      ScheduledActionName: 'never',
      ErrorCode: 'ValidationError',
      ErrorMessage: expect.stringContaining('invalid'),
    },
  ]);
  const names = async () =>
    (await autoScaling.DescribeScheduledActions({ AutoScalingGroupName })).ScheduledUpdateGroupActions?.map(
      (action) => action.ScheduledActionName,
    );
  expect(await names()).toEqual(['night']);
  const ScheduledActionNames = ['never', 'night'];
  const deleted = await autoScaling.BatchDeleteScheduledAction({
    AutoScalingGroupName,
    ScheduledActionNames,
  });
  expect(deleted.FailedScheduledActions).toMatchObject([{ ScheduledActionName: 'never' }]);
  expect(await names()).toEqual([]);
});
