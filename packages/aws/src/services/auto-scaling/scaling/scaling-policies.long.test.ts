import type { TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Api } from '../../../core/client';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';

let region: AutoScaledRegion;
let cloudwatch: Api<typeof import('@aws-sdk/client-cloudwatch')>;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
  cloudwatch = region.region.api('cloudwatch');
  await region.createGroup({ DesiredCapacity: 1, MaxSize: 4, MinSize: 1, DefaultInstanceWarmup: 30 });
  await until(() => region.healthyCount() === 1);
});
afterEach(() => region.stop());

const alarms = async () => (await cloudwatch.DescribeAlarms({})).MetricAlarms ?? [];
const desired = async () => (await region.group())?.DesiredCapacity;
const sleep = (seconds: number) => region.region.aws.clock.sleep(seconds);
const OWN = { Namespace: 'app', MetricName: 'Load', Statistic: 'Average' as const };
const track = (TargetTrackingConfiguration: TargetTrackingConfiguration, PolicyName = 'steady') =>
  region.autoScaling.PutScalingPolicy({
    ...{ AutoScalingGroupName, PolicyName, TargetTrackingConfiguration },
    PolicyType: 'TargetTrackingScaling',
  });
const trackOwn = (more: Partial<TargetTrackingConfiguration> = {}, PolicyName?: string) =>
  track({ TargetValue: 50, CustomizedMetricSpecification: OWN, ...more }, PolicyName);
const put = (Value: number, MetricName = OWN.MetricName) =>
  cloudwatch.PutMetricData({ Namespace: OWN.Namespace, MetricData: [{ MetricName, Value }] });
/** A metric that has a value until the group has another capacity. Returns that. */
const loadUntilScaled = async (value: number) => {
  const before = await desired();
  for (let minute = 0; minute < 10 && (await desired()) === before; minute += 1) await load(value, 1);
  return desired();
};
/** A metric that has a value for so many minutes. */
const load = async (value: number, minutes: number) => {
  for (let minute = 0; minute < minutes; minute += 1) {
    await put(value);
    await sleep(60);
  }
};

test('The alarms of a target tracking policy are those that AWS makes, and go with it', async () => {
  const { Alarms, PolicyARN } = await trackOwn();
  const [high, low] = (await alarms()) as [MetricAlarm, MetricAlarm];
  expect(Alarms?.map(({ AlarmName }) => AlarmName)).toEqual([high.AlarmName, low.AlarmName]);
  expect(high).toMatchObject({
    ...OWN,
    AlarmName: expect.stringMatching(/^TargetTracking-web-AlarmHigh-[0-9a-f-]{36}$/),
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${PolicyARN}.`,
    AlarmActions: [PolicyARN],
    ...{ EvaluationPeriods: 3, Period: 60, ComparisonOperator: 'GreaterThanThreshold', Threshold: 50 },
  });
  expect(low).toMatchObject({
    AlarmName: expect.stringMatching(/^TargetTracking-web-AlarmLow-/),
    ...{ EvaluationPeriods: 15, ComparisonOperator: 'LessThanThreshold', Threshold: 45 },
  });
  await trackOwn({ DisableScaleIn: true });
  expect((await alarms()).map(({ AlarmName }) => AlarmName)).toEqual([high.AlarmName]);
  await region.autoScaling.DeletePolicy({ AutoScalingGroupName, PolicyName: 'steady' });
  expect(await alarms()).toEqual([]);
  await trackOwn();
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
  expect(await alarms()).toEqual([]);
});

test('A group grows in proportion to a metric of its own, and shrinks when that is low for a quarter of an hour', async () => {
  await trackOwn();
  expect(await loadUntilScaled(120)).toBe(3);
  const { Activities } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities?.[0]?.Cause).toMatch(
    /a monitor alarm TargetTracking-web-AlarmHigh-\S+ in state ALARM triggered policy steady changing the desired capacity from 1 to 3\./,
  );
  await load(50, 5);
  await until(() => region.healthyCount() === 3);
  await load(10, 12);
  expect(await desired()).toBe(3);
  await load(10, 8);
  expect(await desired()).toBe(1);
});

test('What is too new to count adds nothing twice', async () => {
  await region.autoScaling.UpdateAutoScalingGroup({ AutoScalingGroupName, DefaultInstanceWarmup: 900 });
  await sleep(900);
  await trackOwn();
  await load(75, 12);
  expect(await desired()).toBe(2);
});

test.each([
  [
    'the process AlarmNotification is suspended',
    () =>
      region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['AlarmNotification'] }),
  ],
  [
    'the policy is disabled',
    () =>
      region.autoScaling.PutScalingPolicy({
        AutoScalingGroupName,
        PolicyName: 'steady',
        PolicyType: 'TargetTrackingScaling',
        Enabled: false,
        TargetTrackingConfiguration: { TargetValue: 50, CustomizedMetricSpecification: OWN },
      }),
  ],
])('Nothing scales while %s', async (_when, prevent) => {
  await trackOwn();
  await prevent();
  await load(200, 6);
  expect(await desired()).toBe(1);
});

test('Alarms that ring still are acted on when the process is resumed', async () => {
  await region.autoScaling.SuspendProcesses({ AutoScalingGroupName });
  await trackOwn();
  await load(200, 6);
  await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
  await load(200, 2);
  expect(await desired()).toBe(4);
});

test('A group shrinks only when all of its policies are ready to', async () => {
  await region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
  await until(() => region.healthyCount() === 2);
  await trackOwn();
  await trackOwn({ CustomizedMetricSpecification: { ...OWN, MetricName: 'Queue' } }, 'other');
  for (let minute = 0; minute < 20; minute += 1) {
    await put(50, 'Queue');
    await load(1, 1);
  }
  expect(await desired()).toBe(2);
});

test('The requests that a load balancer passes on scale a group, and their end does', async () => {
  const ResourceLabel = `${(await region.region.api('elastic-load-balancing-v2').DescribeLoadBalancers({})).LoadBalancers?.[0]?.LoadBalancerArn?.split(':loadbalancer/')[1]}/${region.targetGroupArn.split(':').at(-1)}`;
  await track({
    TargetValue: 5,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
  });
  expect((await alarms())[0]).toMatchObject({
    ...{ Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCountPerTarget', Statistic: 'Sum' },
    Dimensions: [{ Name: 'TargetGroup', Value: region.targetGroupArn.split(':').at(-1) }],
  });
  const [{ loopbackPort } = { loopbackPort: 0 }] = await region.region.aws.loadBalancers();
  // Requests take real time: those of one round may fall into two minutes, of which neither then has enough.
  for (let minute = 0; minute < 15 && (await desired()) === 1; minute += 1) {
    for (let i = 0; i < 10; i += 1) await (await fetch(`http://127.0.0.1:${loopbackPort}/`)).text();
    await sleep(60);
  }
  expect(await desired()).toBe(2);
  await sleep(20 * 60);
  expect(await desired()).toBe(1);
});

test('Step and simple policies act when their alarms ring', async () => {
  const alarm = (PolicyARN: string | undefined, AlarmName: string, MetricName: string) =>
    cloudwatch.PutMetricAlarm({
      ...{ AlarmName, Namespace: OWN.Namespace, MetricName, Statistic: 'Average', Period: 60 },
      ...{ EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold', Threshold: 10 },
      AlarmActions: [PolicyARN ?? ''],
    });
  const AdjustmentType = 'ChangeInCapacity';
  const step = await region.autoScaling.PutScalingPolicy({
    ...{ AutoScalingGroupName, PolicyName: 'steps', PolicyType: 'StepScaling', AdjustmentType },
    StepAdjustments: [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
    ],
  });
  await alarm(step.PolicyARN, 'steps', 'Load');
  const { ScalingPolicies: [shown] = [] } = await region.autoScaling.DescribePolicies({
    AutoScalingGroupName,
  });
  expect(shown?.Alarms).toEqual([
    { AlarmName: 'steps', AlarmARN: expect.stringMatching(/^arn:aws:cloudwatch:.*:alarm:steps$/) },
  ]);
  expect(await loadUntilScaled(25)).toBe(3);
  const simple = await region.autoScaling.PutScalingPolicy({
    ...{ AutoScalingGroupName, PolicyName: 'simple', AdjustmentType, ScalingAdjustment: -1, Cooldown: 600 },
  });
  await alarm(simple.PolicyARN, 'simple', 'Calm');
  await sleep(600);
  for (let minute = 0; minute < 5; minute += 1) {
    await put(20, 'Calm');
    await sleep(60);
  }
  expect(await desired()).toBe(2);
});

test('What cannot be tracked is refused', async () => {
  const refused = (more: Partial<TargetTrackingConfiguration>, message: RegExp) =>
    expect(track({ TargetValue: 1, ...more })).rejects.toThrow(message);
  await refused({}, /Exactly one of/);
  await refused({ CustomizedMetricSpecification: { Metrics: [] } }, /metric math/);
  await refused(
    { PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' } },
    /ResourceLabel must be/,
  );
  expect((await region.autoScaling.DescribePolicies({ AutoScalingGroupName })).ScalingPolicies).toEqual([]);
});
