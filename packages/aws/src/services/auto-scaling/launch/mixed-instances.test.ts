import type {
  InstancesDistribution,
  LaunchTemplateOverrides,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start({ timeScale: 1000 });
});
afterEach(() => region.stop());

const ec2 = () => region.region.api('ec2');

/** A further template with three versions, of t3.small. */
async function addTemplate(LaunchTemplateName = 'spare', more: object = {}) {
  const LaunchTemplateData = { ImageId: region.balanced.imageId, InstanceType: 't3.small' as const, ...more };
  const { LaunchTemplate } = await ec2().CreateLaunchTemplate({ LaunchTemplateName, LaunchTemplateData });
  for (const _version of [2, 3])
    await ec2().CreateLaunchTemplateVersion({ LaunchTemplateName, LaunchTemplateData });
  return { LaunchTemplateName, LaunchTemplateId: LaunchTemplate?.LaunchTemplateId ?? '' };
}

function policyOf(
  Overrides: LaunchTemplateOverrides[] = [],
  InstancesDistribution: InstancesDistribution = {},
  Version = '1',
): MixedInstancesPolicy {
  const LaunchTemplateSpecification = { LaunchTemplateId: region.template.LaunchTemplateId, Version };
  return { LaunchTemplate: { LaunchTemplateSpecification, Overrides }, InstancesDistribution };
}

const create = (MixedInstancesPolicy: MixedInstancesPolicy, more: object = {}) =>
  region.createGroup({
    ...{ LaunchTemplate: undefined, TargetGroupARNs: [], HealthCheckType: 'EC2', DefaultInstanceWarmup: 0 },
    ...{ MixedInstancesPolicy, ...more },
  });

const refresh = (MixedInstancesPolicy: MixedInstancesPolicy, Preferences: object = {}) =>
  region.autoScaling.StartInstanceRefresh({
    ...{ AutoScalingGroupName, DesiredConfiguration: { MixedInstancesPolicy }, Preferences },
  });

/** What runs, as `type market`, with how often. */
async function running(): Promise<Record<string, number>> {
  const { Reservations = [] } = await ec2().DescribeInstances({
    Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }],
  });
  const all = Reservations.flatMap(({ Instances = [] }) => Instances);
  const names = all.map(
    ({ InstanceType, InstanceLifecycle = 'on-demand' }) => `${InstanceType} ${InstanceLifecycle}`,
  );
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]),
  );
}

const MICRO = { InstanceType: 't3.micro' };
const SMALL = { InstanceType: 't3.small' };
const MEDIUM = { InstanceType: 't3.medium' };

test('A policy is shown with all defaults, and with id and name of each template', async () => {
  const spare = await addTemplate();
  const own = { LaunchTemplateName: 'spare', Version: '2' };
  await create(policyOf([MICRO, { ...SMALL, LaunchTemplateSpecification: own }]));
  expect((await region.group())?.MixedInstancesPolicy).toEqual({
    LaunchTemplate: {
      LaunchTemplateSpecification: { ...region.template, Version: '1' },
      Overrides: [MICRO, { ...SMALL, LaunchTemplateSpecification: { ...spare, Version: '2' } }],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: 'lowest-price',
      SpotInstancePools: 2,
    },
  });
});

test('An update leaves what it does not name, and takes away a price that it empties', async () => {
  await create(policyOf([MICRO], { OnDemandBaseCapacity: 2, SpotMaxPrice: '0.01' }));
  await region.autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName,
    MixedInstancesPolicy: {
      InstancesDistribution: { SpotAllocationStrategy: 'price-capacity-optimized', SpotMaxPrice: '' },
    },
  });
  expect((await region.group())?.MixedInstancesPolicy).toEqual({
    LaunchTemplate: {
      LaunchTemplateSpecification: { ...region.template, Version: '1' },
      Overrides: [MICRO],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 2,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: 'price-capacity-optimized',
    },
  });
});

test.each<[string, LaunchTemplateOverrides[], InstancesDistribution, string]>([
  [
    'pools of another strategy',
    [],
    { SpotAllocationStrategy: 'capacity-optimized', SpotInstancePools: 2 },
    'SpotInstancePools option is only available with the lowest-price allocation strategy.',
  ],
  ['a strategy that is none', [], { SpotAllocationStrategy: 'best' }, 'Invalid SpotAllocationStrategy: best'],
  ['more than all', [], { OnDemandPercentageAboveBaseCapacity: 101 }, 'less than or equal to 100'],
  ['a price below the least', [], { SpotMaxPrice: '0.0001' }, 'The minimum value is 0.001'],
  [
    'weights for some',
    [{ ...MICRO, WeightedCapacity: '1' }, SMALL],
    {},
    'must specify a value for WeightedCapacity for all of them',
  ],
  ['a weight of nothing', [{ ...MICRO, WeightedCapacity: '0' }], {}, 'range of 1-999'],
  [
    'requirements',
    [{ InstanceRequirements: { VCpuCount: { Min: 1 }, MemoryMiB: { Min: 1 } } }],
    {},
    'InstanceRequirements are not supported here',
  ],
  [
    'a template that is not there',
    [{ ...MICRO, LaunchTemplateSpecification: { LaunchTemplateName: 'gone' } }],
    {},
    'You must use a valid fully-formed launch template.',
  ],
])('%s is refused', async (_what, overrides, distribution, message) => {
  await expect(create(policyOf(overrides, distribution))).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining(message),
  });
});

test('A template that asks for Spot Instances is none for a mixed group', async () => {
  const { LaunchTemplateId } = await addTemplate('spot', { InstanceMarketOptions: { MarketType: 'spot' } });
  const own = { LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' } };
  await expect(create(policyOf([{ ...MICRO, ...own }]))).rejects.toThrow('set to request Spot Instances');
});

test('The base and the share above it are On-Demand by priority, the rest is Spot and cheap', async () => {
  const distribution = {
    OnDemandBaseCapacity: 1,
    OnDemandPercentageAboveBaseCapacity: 50,
    SpotInstancePools: 1,
  };
  await create(policyOf([SMALL, MICRO], distribution), { DesiredCapacity: 5 });
  await until(() => region.isSettled(5));
  expect(await running()).toEqual({ 't3.small on-demand': 3, 't3.micro spot': 2 });
  await region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
  await until(() => region.isSettled(2));
  expect(await running()).toEqual({ 't3.small on-demand': 2 });
});

test.each([
  ['lowest-price', { 't3.micro spot': 2, 't3.small spot': 2 }],
  ['price-capacity-optimized', { 't3.micro spot': 4 }],
  ['capacity-optimized-prioritized', { 't3.medium spot': 4 }],
])('Spot Instances are spread as %s has it', async (SpotAllocationStrategy, expected) => {
  const distribution = { OnDemandPercentageAboveBaseCapacity: 0, SpotAllocationStrategy };
  await create(policyOf([MEDIUM, SMALL, MICRO], distribution), { DesiredCapacity: 4 });
  await until(() => region.isSettled(4));
  expect(await running()).toEqual(expected);
});

test('Weights count for the capacity, which may be exceeded, and stand with each instance', async () => {
  const overrides = [
    { ...SMALL, WeightedCapacity: '2' },
    { ...MICRO, WeightedCapacity: '1' },
  ];
  await create(policyOf(overrides), { DesiredCapacity: 3 });
  await until(() => region.isSettled(2));
  expect(await running()).toEqual({ 't3.small on-demand': 2 });
  const instances = (await region.group())?.Instances ?? [];
  expect(instances.map(({ WeightedCapacity, InstanceType }) => [WeightedCapacity, InstanceType])).toEqual([
    ['2', 't3.small'],
    ['2', 't3.small'],
  ]);
  const { AutoScalingInstances = [] } = await region.autoScaling.DescribeAutoScalingInstances({});
  expect(AutoScalingInstances[0]).toMatchObject({ WeightedCapacity: '2', InstanceType: 't3.small' });
  await region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
  await until(() => region.isSettled(1));
});

test('Where a pool has no capacity the next is tried, and where none has the activity names the market', async () => {
  const fault = { kind: 'refuse' as const, service: 'ec2', operation: 'RunInstances' };
  const code = 'InsufficientInstanceCapacity';
  await create(policyOf([SMALL, MICRO]), { MaxSize: 2 });
  region.region.context.faults.add({ ...fault, code, message: 'None left.', times: 1 });
  await region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  expect(await running()).toEqual({ 't3.micro on-demand': 1 });
  region.region.context.faults.add({ ...fault, code, message: 'None left.', times: 2 });
  await region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
  const failed = await until(async () => {
    const { Activities = [] } = await region.autoScaling.DescribeScalingActivities({});
    return Activities.find(({ StatusCode }) => StatusCode === 'Failed');
  });
  expect(failed?.StatusMessage).toBe(
    `Could not launch On-Demand Instances. ${code} - None left. Launching EC2 instance failed.`,
  );
});

test('A Spot Instance is shown as one, counts for no On-Demand quota and cannot be stopped', async () => {
  region.region.state('service-quotas').apply('L-1216C47A', 2);
  await create(policyOf([MICRO], { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 0 }), {
    DesiredCapacity: 3,
  });
  await until(() => region.isSettled(3));
  const { Reservations = [] } = await ec2().DescribeInstances({
    Filters: [{ Name: 'instance-lifecycle', Values: ['spot'] }],
  });
  const spot = Reservations.flatMap(({ Instances = [] }) => Instances);
  expect(spot).toHaveLength(2);
  expect(spot[0]).toMatchObject({ SpotInstanceRequestId: expect.stringMatching(/^sir-/) });
  await expect(ec2().StopInstances({ InstanceIds: [spot[0]?.InstanceId ?? ''] })).rejects.toMatchObject({
    code: 'UnsupportedOperation',
  });
});

describe('An instance refresh of a mixed group', () => {
  const distribution = {
    OnDemandBaseCapacity: 1,
    OnDemandPercentageAboveBaseCapacity: 50,
    SpotInstancePools: 1,
  };
  const overridesAt = (version: string, template: string) => [
    SMALL,
    { ...MICRO, LaunchTemplateSpecification: { LaunchTemplateId: template, Version: version } },
  ];
  const versions = async () =>
    (await region.group())?.Instances?.map(
      ({ LaunchTemplate }) => `${LaunchTemplate?.LaunchTemplateName} ${LaunchTemplate?.Version}`,
    ).sort();
  const ended = async () => (await region.refresh())?.EndTime !== undefined;

  test('replaces all by the desired policy, which becomes that of the group', async () => {
    const { LaunchTemplateId } = await addTemplate();
    await create(policyOf(overridesAt('1', LaunchTemplateId), distribution), { DesiredCapacity: 4 });
    await until(() => region.isSettled(4));
    expect(await running()).toEqual({ 't3.small on-demand': 3, 't3.micro spot': 1 });
    const before = (await region.group())?.MixedInstancesPolicy;
    await refresh(policyOf(overridesAt('2', LaunchTemplateId), distribution, '2'), {
      MaxHealthyPercentage: 200,
      MinHealthyPercentage: 100,
      AutoRollback: true,
      SkipMatching: true,
    });
    expect((await region.group())?.MixedInstancesPolicy).toEqual(before);
    await until(ended);
    expect((await region.refresh())?.Status).toBe('Successful');
    expect(await versions()).toEqual(['spare 2', 'web 2', 'web 2', 'web 2']);
    expect(await running()).toEqual({ 't3.small on-demand': 3, 't3.micro spot': 1 });
    expect(JSON.stringify((await region.group())?.MixedInstancesPolicy)).toBe(
      JSON.stringify(before).replaceAll('"Version":"1"', '"Version":"2"'),
    );
  });

  test('skips what runs a version and a type of the desired policy', async () => {
    const { LaunchTemplateId } = await addTemplate();
    await create(policyOf(overridesAt('1', LaunchTemplateId), distribution), { DesiredCapacity: 4 });
    await until(() => region.isSettled(4));
    const before = (await region.group())?.Instances ?? [];
    await refresh(policyOf(overridesAt('2', LaunchTemplateId), distribution), { SkipMatching: true });
    await until(ended);
    const after = (await region.group())?.Instances?.map(({ InstanceId }) => InstanceId) ?? [];
    const gone = before.filter(({ InstanceId }) => !after.includes(InstanceId));
    expect(gone.map(({ InstanceType }) => InstanceType)).toEqual(['t3.micro']);
    expect(await versions()).toEqual(['spare 2', 'web 1', 'web 1', 'web 1']);
  });

  test('goes back to the policy that the group had', async () => {
    const { LaunchTemplateId } = await addTemplate();
    await create(policyOf(overridesAt('1', LaunchTemplateId), distribution), { DesiredCapacity: 4 });
    await until(() => region.isSettled(4));
    const before = (await region.group())?.MixedInstancesPolicy;
    await refresh(policyOf(overridesAt('2', LaunchTemplateId), distribution, '2'), { InstanceWarmup: 600 });
    await until(async () => (await versions())?.includes('web 2'));
    await region.autoScaling.RollbackInstanceRefresh({ AutoScalingGroupName });
    await until(ended);
    expect(await region.refresh()).toMatchObject({
      Status: 'RollbackSuccessful',
      RollbackDetails: { RollbackReason: 'Rollback requested by user.' },
    });
    expect((await region.group())?.MixedInstancesPolicy).toEqual(before);
    expect(await versions()).toEqual(['spare 1', 'web 1', 'web 1', 'web 1']);
    expect(await running()).toEqual({ 't3.small on-demand': 3, 't3.micro spot': 1 });
  });

  test('cannot be rolled back while any template of the group is not numbered', async () => {
    const { LaunchTemplateId } = await addTemplate();
    await create(policyOf(overridesAt('$Latest', LaunchTemplateId)), { DesiredCapacity: 1 });
    await expect(
      refresh(policyOf(overridesAt('2', LaunchTemplateId)), { AutoRollback: true }),
    ).rejects.toThrow("uses the launch template's $Latest version, so it can't be rolled back");
  });

  test('brings weights to their capacity, and never below it where all must stay healthy', async () => {
    const weighted = (weights: [string, string]) => [
      { ...SMALL, WeightedCapacity: weights[0] },
      { ...MICRO, WeightedCapacity: weights[1] },
    ];
    await create(policyOf(weighted(['2', '1'])), { DesiredCapacity: 5 });
    await until(() => region.isSettled(3));
    let least = Number.POSITIVE_INFINITY;
    await refresh(policyOf(weighted(['2', '1']), {}, '2'), {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 110,
    });
    await until(async () => {
      const there =
        (await region.group())?.Instances?.filter((one) => one.LifecycleState === 'InService') ?? [];
      least = Math.min(
        least,
        there.reduce((sum, one) => sum + Number(one.WeightedCapacity), 0),
      );
      return ended();
    });
    expect((await region.refresh())?.Status).toBe('Successful');
    expect(await versions()).toEqual(['web 2', 'web 2', 'web 2']);
    expect(least).toBeGreaterThanOrEqual(5);
  });
});
