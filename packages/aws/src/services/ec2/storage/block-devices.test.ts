import type { BlockDeviceMapping, EbsBlockDevice } from '@aws-sdk/client-ec2';
import { until } from '../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

const ROOT = '/dev/xvda';

async function launch(...BlockDeviceMappings: BlockDeviceMapping[]): Promise<string> {
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings,
  });
  return Instances?.[0]?.InstanceId ?? '';
}

async function running(id: string): Promise<string> {
  await until(() => region.state.instance(id)?.State?.Name === 'running');
  return id;
}

async function volumesOf(id: string) {
  const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
  return (await region.ec2.DescribeVolumes({ Filters })).Volumes ?? [];
}

async function bake(InstanceId: string, ...BlockDeviceMappings: BlockDeviceMapping[]) {
  const { ImageId = '' } = await region.ec2.CreateImage({
    InstanceId,
    Name: 'devices',
    NoReboot: true,
    BlockDeviceMappings,
  });
  return (await region.ec2.DescribeImages({ ImageIds: [ImageId] })).Images?.[0];
}

test('a root volume of another type has the performance of that type, not of the image', async () => {
  const gp2 = await launch({ DeviceName: ROOT, Ebs: { VolumeType: 'gp2', VolumeSize: 20 } });
  expect(await volumesOf(gp2)).toMatchObject([{ VolumeType: 'gp2', Size: 20, Iops: 100 }]);
  const io2 = await launch({ DeviceName: ROOT, Ebs: { VolumeType: 'io2', Iops: 400 } });
  expect(await volumesOf(io2)).toMatchObject([{ VolumeType: 'io2', Iops: 400 }]);
});

test.each<[string, EbsBlockDevice]>([
  ['fewer IOPS than gp3 has by itself', { VolumeType: 'gp3', VolumeSize: 20, Iops: 100 }],
  ['more IOPS than the size allows', { VolumeType: 'io1', VolumeSize: 10, Iops: 5000 }],
  ['more IOPS than the type has', { VolumeType: 'io1', VolumeSize: 5000, Iops: 70000 }],
  ['too little throughput', { VolumeType: 'gp3', VolumeSize: 20, Throughput: 5 }],
  ['more throughput than the IOPS carry', { VolumeType: 'gp3', VolumeSize: 20, Throughput: 1000 }],
])('a volume with %s is refused', async (_what, Ebs) => {
  expect(await codeOf(() => launch({ DeviceName: '/dev/sdf', Ebs }))).toBe('InvalidParameterValue');
});

test('an image of an instance with provisioned IOPS can be launched', async () => {
  const id = await running(await launch({ DeviceName: ROOT, Ebs: { VolumeType: 'io1', Iops: 200 } }));
  const image = await bake(id);
  expect(image?.BlockDeviceMappings).toMatchObject([{ Ebs: { VolumeType: 'io1', Iops: 200 } }]);
  await until(() => region.state.images.find(image?.ImageId)?.State === 'available');
  const { Instances } = await region.ec2.RunInstances({
    ImageId: image?.ImageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
  });
  expect(await volumesOf(Instances?.[0]?.InstanceId ?? '')).toMatchObject([{ VolumeType: 'io1', Iops: 200 }]);
});

test('an image has the devices that its call adds, as complete as those of the instance', async () => {
  const id = await running(await launch());
  const image = await bake(
    id,
    { DeviceName: ROOT, Ebs: { DeleteOnTermination: false } },
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3 } },
    { DeviceName: '/dev/sdg', VirtualName: 'ephemeral0' },
  );
  expect(image?.BlockDeviceMappings).toMatchObject([
    { DeviceName: ROOT, Ebs: { VolumeType: 'gp3', VolumeSize: 8, DeleteOnTermination: false } },
    { DeviceName: '/dev/sdf', Ebs: { VolumeType: 'gp2', VolumeSize: 3, Encrypted: false } },
    { DeviceName: '/dev/sdg', VirtualName: 'ephemeral0' },
  ]);
});

test.each<[string, string, BlockDeviceMapping]>([
  ['a snapshot for a volume that is there', 'InvalidBlockDeviceMapping', root({ SnapshotId: 'snap-0123' })],
  ['a root volume that becomes encrypted', 'InvalidBlockDeviceMapping', root({ Encrypted: true })],
  ['a root volume that shrinks', 'InvalidBlockDeviceMapping', root({ VolumeSize: 1 })],
  ['a volume type that is none', 'InvalidParameterValue', root({ VolumeType: 'floppy' as 'gp2' })],
  [
    "a snapshot that is nobody's",
    'InvalidSnapshot.NotFound',
    added({ SnapshotId: 'snap-0123456789abcdef0' }),
  ],
  ['a new device of no size', 'MissingParameter', added({ VolumeType: 'gp3' })],
])('an image with %s is not made, and nothing is left of it', async (_what, code, mapping) => {
  const id = await running(await launch());
  expect(await codeOf(() => bake(id, mapping))).toBe(code);
  expect((await region.ec2.DescribeSnapshots({ OwnerIds: ['self'] })).Snapshots).toEqual([]);
  expect((await region.ec2.DescribeImages({ Owners: ['self'] })).Images).toEqual([]);
});

function root(Ebs: EbsBlockDevice): BlockDeviceMapping {
  return { DeviceName: ROOT, Ebs };
}

function added(Ebs: EbsBlockDevice): BlockDeviceMapping {
  return { DeviceName: '/dev/sdf', Ebs };
}

test('a device that is named twice and an encrypted snapshot that says so are refused', async () => {
  const id = await running(await launch());
  expect(await codeOf(() => bake(id, added({ VolumeSize: 1 }), added({ VolumeSize: 2 })))).toBe(
    'InvalidBlockDeviceMapping',
  );
  const [volume] = await volumesOf(id);
  const { SnapshotId } = await region.ec2.CreateSnapshot({ VolumeId: volume?.VolumeId });
  const register = () =>
    region.ec2.RegisterImage({
      Name: 'registered',
      RootDeviceName: ROOT,
      BlockDeviceMappings: [root({ SnapshotId, Encrypted: true })],
    });
  expect(await codeOf(register)).toBe('InvalidBlockDeviceMapping');
});
