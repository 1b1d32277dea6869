import { createPrivateKey, createPublicKey } from 'node:crypto';
import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2({ scale: 1 });
});
afterEach(() => born.dispose());

function vpcId(): string {
  return born.operations.DescribeVpcs({}, born.call).Vpcs?.[0]?.VpcId ?? '';
}

test('tags are added, described by filters and removed by key or by key and value', () => {
  const { operations, call } = born;
  const Resources = [vpcId()];
  const tags = () =>
    operations
      .DescribeTags({ Filters: [{ Name: 'resource-id', Values: Resources }] }, call)
      .Tags?.map((tag) => `${tag.ResourceType} ${tag.Key}=${tag.Value}`);
  operations.CreateTags(
    {
      Resources,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    },
    call,
  );
  operations.DeleteTags({ Resources, Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }] }, call);
  expect(tags()).toEqual(['vpc b=2']);
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
  const create = () => born.operations.CreateTags({ Resources: [vpcId()], Tags }, born.call);
  expect(await codeOf(create)).toBe(code);
});

test('tags go to all resources of a call or to none', async () => {
  const { operations, call } = born;
  const full = operations.DescribeSubnets({}, call).Subnets?.[0]?.SubnetId ?? '';
  const fifty = Array.from({ length: 50 }, (_, i) => ({ Key: `key${i}`, Value: '' }));
  operations.CreateTags({ Resources: [full], Tags: fifty }, call);
  const create = () =>
    operations.CreateTags({ Resources: [vpcId(), full], Tags: [{ Key: 'one more' }] }, call);
  expect(await codeOf(create)).toBe('TagLimitExceeded');
  expect(born.ec2.vpc(vpcId())?.Tags).toEqual([]);
});

test('an image that was deregistered has no tags any more', async () => {
  const { operations, call } = born;
  const { VolumeId } = operations.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 }, call);
  const { SnapshotId } = operations.CreateSnapshot({ VolumeId }, call);
  const { ImageId = '' } = operations.RegisterImage(
    {
      Name: 'short-lived',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    },
    call,
  );
  operations.DeregisterImage({ ImageId }, call);
  const create = () => operations.CreateTags({ Resources: [ImageId], Tags: [{ Key: 'a' }] }, call);
  expect(await codeOf(create)).toBe('InvalidAMIID.Unavailable');
});

test('a copy of an image that would have too many tags is not made', async () => {
  const { operations, call } = born;
  const fifty = Array.from({ length: 50 }, (_, i) => ({ Key: `key${i}`, Value: '' }));
  const copy = (Name: string, more: object) =>
    operations.CopyImage({ Name, SourceRegion: 'us-east-1', SourceImageId: born.amazonImage, ...more }, call);
  const tags = (Tags: object[]) => [{ ResourceType: 'image' as const, Tags }];
  const { ImageId = '' } = copy('tagged', { TagSpecifications: tags(fifty) });
  const image = born.ec2.state.images.require(ImageId);
  image.State = 'available';
  const more = {
    SourceImageId: ImageId,
    CopyImageTags: true,
    TagSpecifications: tags([{ Key: 'one more' }]),
  };
  expect(await codeOf(() => copy('too-many', more))).toBe('TagLimitExceeded');
  const images = operations.DescribeImages({ Owners: ['self'] }, call).Images;
  expect(images?.map((one) => one.Name)).toEqual(['tagged']);
});

test('only AWS services set tags that begin with aws:', () => {
  const Resources = [vpcId()];
  const Tags = [{ Key: 'aws:autoscaling:groupName', Value: 'web' }];
  born.operations.CreateTags({ Resources, Tags }, born.serviceCall);
  expect(born.ec2.vpc(vpcId())?.Tags).toEqual(Tags);
});

test('a tag for what does not exist is refused with the code of its kind', async () => {
  const create = (id: string) =>
    codeOf(() => born.operations.CreateTags({ Resources: [id], Tags: [{ Key: 'a' }] }, born.call));
  expect(await create('i-00000000000000000')).toBe('InvalidInstanceID.NotFound');
  expect(await create('snap-00000000000000000')).toBe('InvalidSnapshot.NotFound');
  expect(await create('thing')).toBe('InvalidID');
});

test.each(['rsa', 'ed25519'] as const)(
  'a made %s key is a private key that can be imported as public',
  (KeyType) => {
    const { operations, call } = born;
    const made = operations.CreateKeyPair({ KeyName: 'mine', KeyType }, call);
    const described = operations.DescribeKeyPairs({ KeyNames: ['mine'], IncludePublicKey: true }, call);
    const PublicKey = described.KeyPairs?.[0]?.PublicKey ?? '';
    if (KeyType === 'rsa') {
      const modulus = createPublicKey(createPrivateKey(made.KeyMaterial ?? '')).export({ format: 'jwk' }).n;
      const blob = Buffer.from(PublicKey.split(' ')[1] ?? '', 'base64');
      expect(blob.includes(Buffer.from(modulus ?? '', 'base64url'))).toBe(true);
    }
    const imported = operations.ImportKeyPair(
      { KeyName: 'copy', PublicKeyMaterial: Buffer.from(PublicKey) },
      call,
    );
    expect(imported.KeyFingerprint).toBeTruthy();
  },
);

test('a key name is taken once, an unknown key is not found, and what is no key is refused', async () => {
  const { operations, call } = born;
  operations.CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' }, call);
  const create = () => operations.CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' }, call);
  expect(await codeOf(create)).toBe('InvalidKeyPair.Duplicate');
  const describe = () => operations.DescribeKeyPairs({ KeyNames: ['yours'] }, call);
  expect(await codeOf(describe)).toBe('InvalidKeyPair.NotFound');
  const PublicKeyMaterial = Buffer.from('ssh-rsa nonsense');
  const importKey = () => operations.ImportKeyPair({ KeyName: 'bad', PublicKeyMaterial }, call);
  expect(await codeOf(importKey)).toBe('InvalidKey.Format');
  operations.DeleteKeyPair({ KeyName: 'mine' }, call);
  expect(await codeOf(() => operations.DescribeKeyPairs({ KeyNames: ['mine'] }, call))).toBe(
    'InvalidKeyPair.NotFound',
  );
});

test('a key of a type or format that is none is not made', async () => {
  const create = (input: object) =>
    codeOf(() => born.operations.CreateKeyPair({ KeyName: 'mine', ...input }, born.call));
  expect(await create({ KeyType: 'dsa' })).toBe('InvalidParameterValue');
  expect(await create({ KeyFormat: 'jwk' })).toBe('InvalidParameterValue');
});

test.each([
  ['m7i.large', 'x86_64', 8192, 2],
  ['c7a.xlarge', 'x86_64', 8192, 1],
  ['r7g.2xlarge', 'arm64', 65536, 1],
] as const)('%s is of %s, with %i MiB and %i threads a core', (name, architecture, memory, threads) => {
  const { InstanceTypes } = born.operations.DescribeInstanceTypes({ InstanceTypes: [name] }, born.call);
  expect(InstanceTypes?.[0]).toMatchObject({
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    MemoryInfo: { SizeInMiB: memory },
    VCpuInfo: { DefaultThreadsPerCore: threads },
  });
});

test('instance types are known by architecture and offered in every zone', () => {
  const { operations, call } = born;
  const arm = operations.DescribeInstanceTypes(
    { Filters: [{ Name: 'processor-info.supported-architecture', Values: ['arm64'] }] },
    call,
  );
  const names = arm.InstanceTypes?.map((type) => type.InstanceType);
  expect(names).toContain('t4g.micro');
  expect(names).not.toContain('t3.micro');
  const offered = operations.DescribeInstanceTypeOfferings(
    { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }] },
    call,
  );
  expect(offered.InstanceTypeOfferings).toHaveLength(6);
});
