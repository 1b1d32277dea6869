import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

const create = (GroupName: string, input: object = { Strategy: 'spread' }) =>
  region.ec2.CreatePlacementGroup({ GroupName, ...input });

const launch = (Placement: object, count = 1, input: object = {}) =>
  region.ec2.RunInstances({
    ...{ ImageId: region.amazonImage, InstanceType: 't3.micro', MinCount: count, MaxCount: count },
    ...{ Placement: { AvailabilityZone: 'us-east-1a', ...Placement }, ...input },
  });

test('a placement group is made, found by name, filter and id, and deleted', async () => {
  const { PlacementGroup } = await create('racks', {
    Strategy: 'spread',
    TagSpecifications: [{ ResourceType: 'placement-group', Tags: [{ Key: 'team', Value: 'web' }] }],
  });
  expect(PlacementGroup).toEqual({
    GroupId: expect.stringMatching(/^pg-[0-9a-f]{17}$/),
    GroupName: 'racks',
    GroupArn: 'arn:aws:ec2:us-east-1:000000000000:placement-group/racks',
    ...{ Strategy: 'spread', SpreadLevel: 'rack', State: 'available' },
    Tags: [{ Key: 'team', Value: 'web' }],
  });
  await create('others', { Strategy: 'partition' });
  const found = async (input: object) =>
    (await region.ec2.DescribePlacementGroups(input)).PlacementGroups?.map(({ GroupName }) => GroupName);
  expect(await found({})).toEqual(['racks', 'others']);
  expect(await found({ GroupNames: ['racks'] })).toEqual(['racks']);
  expect(await found({ GroupIds: [PlacementGroup?.GroupId] })).toEqual(['racks']);
  expect(await found({ Filters: [{ Name: 'strategy', Values: ['partition'] }] })).toEqual(['others']);
  expect(await found({ Filters: [{ Name: 'tag:team', Values: ['web'] }] })).toEqual(['racks']);
  await region.ec2.DeletePlacementGroup({ GroupName: 'racks' });
  expect(await codeOf(() => found({ GroupNames: ['racks'] }))).toBe('InvalidPlacementGroup.Unknown');
});

test('a name is taken once, and what does not go together is refused', async () => {
  await create('racks');
  expect(await codeOf(() => create('racks'))).toBe('InvalidPlacementGroup.Duplicate');
  expect(await codeOf(() => create('many', { Strategy: 'partition', PartitionCount: 8 }))).toBe(
    'InvalidParameterValue',
  );
  expect(await codeOf(() => create('none', { Strategy: 'spread', PartitionCount: 2 }))).toBe(
    'InvalidParameterCombination',
  );
  expect(await codeOf(() => region.ec2.DeletePlacementGroup({ GroupName: 'gone' }))).toBe(
    'InvalidPlacementGroup.Unknown',
  );
});

test('instances are spread over partitions, and a group that has instances is not deleted', async () => {
  await create('parts', { Strategy: 'partition', PartitionCount: 3 });
  await launch({ GroupName: 'parts', PartitionNumber: 2 });
  const { Instances = [] } = await launch({ GroupName: 'parts' }, 3);
  expect(Instances.map(({ Placement }) => [Placement?.GroupName, Placement?.PartitionNumber])).toEqual([
    ['parts', 1],
    ['parts', 3],
    ['parts', 1],
  ]);
  const { Reservations } = await region.ec2.DescribeInstances({
    Filters: [
      { Name: 'placement-group-name', Values: ['parts'] },
      { Name: 'placement-partition-number', Values: ['2'] },
    ],
  });
  expect(Reservations).toHaveLength(1);
  expect(await codeOf(() => launch({ GroupName: 'parts', PartitionNumber: 4 }))).toBe(
    'InvalidParameterValue',
  );
  expect(await codeOf(() => region.ec2.DeletePlacementGroup({ GroupName: 'parts' }))).toBe(
    'InvalidPlacementGroup.InUse',
  );
});

test('a launch template names the group, which takes seven instances in a zone where it spreads', async () => {
  const { PlacementGroup } = await create('racks');
  const { LaunchTemplate } = await region.ec2.CreateLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ...{ ImageId: region.amazonImage, InstanceType: 't3.micro' },
      Placement: { GroupName: 'racks', AvailabilityZone: 'us-east-1a' },
    },
  });
  const { LaunchTemplateId } = LaunchTemplate ?? {};
  const { Instances = [] } = await region.ec2.RunInstances({
    ...{ LaunchTemplate: { LaunchTemplateId }, MinCount: 7, MaxCount: 7 },
  });
  expect(Instances[6]?.Placement).toMatchObject({ GroupName: 'racks', GroupId: PlacementGroup?.GroupId });
  expect(await codeOf(() => launch({ GroupName: 'racks' }))).toBe('InsufficientInstanceCapacity');
  const elsewhere = await launch({ GroupName: 'racks', AvailabilityZone: 'us-east-1b' });
  expect(elsewhere.Instances).toHaveLength(1);
});

test('a group that is not there, or of a strategy that the type is not for, is refused', async () => {
  expect(await codeOf(() => launch({ GroupName: 'gone' }))).toBe('InvalidPlacementGroup.Unknown');
  await create('near', { Strategy: 'cluster' });
  expect(await codeOf(() => launch({ GroupName: 'near' }))).toBe('InvalidParameterCombination');
});
