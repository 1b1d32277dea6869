import type { BlockDeviceMapping, EbsBlockDevice } from '@aws-sdk/client-ec2';
import { bearEc2, codeOf, type NewbornEc2 } from '../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2();
});
afterEach(() => born.dispose());

const ROOT = '/dev/xvda';

function launch(...BlockDeviceMappings: BlockDeviceMapping[]): string {
  const { Instances } = born.operations.RunInstances(
    { ImageId: born.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, BlockDeviceMappings },
    born.call,
  );
  return Instances?.[0]?.InstanceId ?? '';
}

async function running(id: string): Promise<string> {
  await born.until(() => born.ec2.instance(id)?.State?.Name === 'running');
  return id;
}

function volumesOf(id: string) {
  const Filters = [{ Name: 'attachment.instance-id', Values: [id] }];
  return born.operations.DescribeVolumes({ Filters }, born.call).Volumes ?? [];
}

function bake(InstanceId: string, ...BlockDeviceMappings: BlockDeviceMapping[]) {
  const { ImageId = '' } = born.operations.CreateImage(
    { InstanceId, Name: 'devices', NoReboot: true, BlockDeviceMappings },
    born.call,
  );
  return born.operations.DescribeImages({ ImageIds: [ImageId] }, born.call).Images?.[0];
}

test('a root volume of another type has the performance of that type, not of the image', () => {
  const gp2 = launch({ DeviceName: ROOT, Ebs: { VolumeType: 'gp2', VolumeSize: 20 } });
  expect(volumesOf(gp2)).toMatchObject([{ VolumeType: 'gp2', Size: 20, Iops: 100 }]);
  const io2 = launch({ DeviceName: ROOT, Ebs: { VolumeType: 'io2', Iops: 400 } });
  expect(volumesOf(io2)).toMatchObject([{ VolumeType: 'io2', Iops: 400 }]);
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
  const id = await running(launch({ DeviceName: ROOT, Ebs: { VolumeType: 'io1', Iops: 200 } }));
  const image = bake(id);
  expect(image?.BlockDeviceMappings).toMatchObject([{ Ebs: { VolumeType: 'io1', Iops: 200 } }]);
  await born.until(() => born.ec2.state.images.find(image?.ImageId)?.State === 'available');
  const { Instances } = born.operations.RunInstances(
    { ImageId: image?.ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    born.call,
  );
  expect(volumesOf(Instances?.[0]?.InstanceId ?? '')).toMatchObject([{ VolumeType: 'io1', Iops: 200 }]);
});

test('an image has the devices that its call adds, as complete as those of the instance', async () => {
  const id = await running(launch());
  const image = bake(
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
  const id = await running(launch());
  expect(await codeOf(() => bake(id, mapping))).toBe(code);
  expect(born.operations.DescribeSnapshots({ OwnerIds: ['self'] }, born.call).Snapshots).toEqual([]);
  expect(born.operations.DescribeImages({ Owners: ['self'] }, born.call).Images).toEqual([]);
});

function root(Ebs: EbsBlockDevice): BlockDeviceMapping {
  return { DeviceName: ROOT, Ebs };
}

function added(Ebs: EbsBlockDevice): BlockDeviceMapping {
  return { DeviceName: '/dev/sdf', Ebs };
}

test('a device that is named twice and an encrypted snapshot that says so are refused', async () => {
  const { operations, call } = born;
  const id = await running(launch());
  expect(await codeOf(() => bake(id, added({ VolumeSize: 1 }), added({ VolumeSize: 2 })))).toBe(
    'InvalidBlockDeviceMapping',
  );
  const [volume] = volumesOf(id);
  const { SnapshotId } = operations.CreateSnapshot({ VolumeId: volume?.VolumeId }, call);
  const register = () =>
    operations.RegisterImage(
      {
        Name: 'registered',
        RootDeviceName: ROOT,
        BlockDeviceMappings: [root({ SnapshotId, Encrypted: true })],
      },
      call,
    );
  expect(await codeOf(register)).toBe('InvalidBlockDeviceMapping');
});
