import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

async function vpcId(): Promise<string> {
  return (await region.ec2.DescribeVpcs({})).Vpcs?.[0]?.VpcId ?? '';
}

test('tags are added, described by filters and removed by key or by key and value', async () => {
  const Resources = [await vpcId()];
  const tags = async () =>
    (await region.ec2.DescribeTags({ Filters: [{ Name: 'resource-id', Values: Resources }] })).Tags?.map(
      (tag) => `${tag.ResourceType} ${tag.Key}=${tag.Value}`,
    );
  await region.ec2.CreateTags({
    Resources,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  await region.ec2.DeleteTags({ Resources, Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }] });
  expect(await tags()).toEqual(['vpc b=2']);
});

test.each([
  ['a reserved key', [{ Key: 'AWS:thing', Value: '' }], 'InvalidParameterValue'],
  ['a key that is there twice', [{ Key: 'a' }, { Key: 'a' }], 'InvalidParameterValue'],
  ['a value that is too long', [{ Key: 'a', Value: 'x'.repeat(257) }], 'InvalidParameterValue'],
  [
    'more than fifty keys',
    Array.from({ length: 51 }, (_, i) => ({ Key: `key${i}`, Value: '' })),
    'TagLimitExceeded',
  ],
])('tags with %s are refused', async (_what, Tags, code) => {
  const create = async () => region.ec2.CreateTags({ Resources: [await vpcId()], Tags });
  expect(await codeOf(create)).toBe(code);
});

test('tags go to all resources of a call or to none', async () => {
  const full = (await region.ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId ?? '';
  const fifty = Array.from({ length: 50 }, (_, i) => ({ Key: `key${i}`, Value: '' }));
  await region.ec2.CreateTags({ Resources: [full], Tags: fifty });
  const create = async () =>
    region.ec2.CreateTags({ Resources: [await vpcId(), full], Tags: [{ Key: 'one more' }] });
  expect(await codeOf(create)).toBe('TagLimitExceeded');
  expect(region.state.vpc(await vpcId())?.Tags).toBeUndefined();
});

test('an image that was deregistered has no tags any more', async () => {
  const { VolumeId } = await region.ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId } = await region.ec2.CreateSnapshot({ VolumeId });
  const { ImageId = '' } = await region.ec2.RegisterImage({
    Name: 'short-lived',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  await region.ec2.DeregisterImage({ ImageId });
  const create = () => region.ec2.CreateTags({ Resources: [ImageId], Tags: [{ Key: 'a' }] });
  expect(await codeOf(create)).toBe('InvalidAMIID.Unavailable');
});

test('a copy of an image that would have too many tags is not made', async () => {
  const fifty = Array.from({ length: 50 }, (_, i) => ({ Key: `key${i}`, Value: '' }));
  const copy = (Name: string, more: object) =>
    region.ec2.CopyImage({ Name, SourceRegion: 'us-east-1', SourceImageId: region.amazonImage, ...more });
  const tags = (Tags: object[]) => [{ ResourceType: 'image' as const, Tags }];
  const { ImageId = '' } = await copy('tagged', { TagSpecifications: tags(fifty) });
  const image = region.state.images.require(ImageId);
  image.State = 'available';
  const more = {
    SourceImageId: ImageId,
    CopyImageTags: true,
    TagSpecifications: tags([{ Key: 'one more' }]),
  };
  expect(await codeOf(() => copy('too-many', more))).toBe('TagLimitExceeded');
  const images = (await region.ec2.DescribeImages({ Owners: ['self'] })).Images;
  expect(images?.map((one) => one.Name)).toEqual(['tagged']);
});

test('only AWS services set tags that begin with aws:', async () => {
  const Resources = [await vpcId()];
  const Tags = [{ Key: 'aws:autoscaling:groupName', Value: 'web' }];
  await region.ec2AsService.CreateTags({ Resources, Tags });
  expect(region.state.vpc(await vpcId())?.Tags).toEqual(Tags);
});

test('a tag for what does not exist is refused with the code of its kind', async () => {
  const create = (id: string) =>
    codeOf(() => region.ec2.CreateTags({ Resources: [id], Tags: [{ Key: 'a' }] }));
  expect(await create('i-00000000000000000')).toBe('InvalidInstanceID.NotFound');
  expect(await create('snap-00000000000000000')).toBe('InvalidSnapshot.NotFound');
  expect(await create('thing')).toBe('InvalidID');
});

test('what has no tags shows none', async () => {
  const { ec2 } = region;
  const AvailabilityZone = 'us-east-1a';
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 1 });
  await ec2.CreateSnapshot({ VolumeId });
  await ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
  });
  const shown = [
    (await ec2.DescribeVpcs({})).Vpcs,
    (await ec2.DescribeSubnets({})).Subnets,
    (await ec2.DescribeSecurityGroups({})).SecurityGroups,
    (await ec2.DescribeVolumes({})).Volumes,
    (await ec2.DescribeSnapshots({})).Snapshots,
    (await ec2.DescribeImages({})).Images,
    (await ec2.DescribeInstances({})).Reservations?.flatMap(({ Instances = [] }) => Instances),
  ];
  for (const [first] of shown as object[][]) {
    expect(first).toBeDefined();
    expect(first).not.toHaveProperty('Tags');
  }
});

test('a specification of tags has at least one', async () => {
  const create = (Tags: object[]) =>
    region.ec2.CreateVolume({
      AvailabilityZone: 'us-east-1a',
      Size: 1,
      TagSpecifications: [{ ResourceType: 'volume', Tags }],
    });
  await expect(create([])).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: 'Tag specification must have at least one tag',
  });
  expect((await create([{ Key: 'a', Value: 'b' }])).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
});
