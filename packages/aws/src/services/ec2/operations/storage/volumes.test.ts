import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

async function makeVolume(more: object = {}): Promise<string> {
  const input = { AvailabilityZone: 'us-east-1a', Size: 10, VolumeType: 'gp3' as const, ...more };
  return (await region.ec2.CreateVolume(input)).VolumeId ?? '';
}

async function makeSnapshot(more: object = {}): Promise<string> {
  const { SnapshotId = '' } = await region.ec2.CreateSnapshot({ VolumeId: await makeVolume(more) });
  await until(() => region.state.snapshots.find(SnapshotId)?.State === 'completed');
  return SnapshotId;
}

test('a volume that grows keeps its performance, and the modification is described', async () => {
  const VolumeId = await makeVolume({ Iops: 4000, Throughput: 500 });
  const describe = () => region.ec2.DescribeVolumesModifications({ VolumeIds: [VolumeId] });
  expect(await codeOf(describe)).toBe('InvalidVolumeModification.NotFound');
  await region.ec2.ModifyVolume({ VolumeId, Size: 20 });
  expect((await region.ec2.DescribeVolumes({ VolumeIds: [VolumeId] })).Volumes).toMatchObject([
    { Size: 20, Iops: 4000, Throughput: 500 },
  ]);
  expect((await describe()).VolumesModifications).toMatchObject([
    { VolumeId, OriginalSize: 10, TargetSize: 20, ModificationState: 'completed', Progress: 100 },
  ]);
  await region.ec2.ModifyVolume({ VolumeId, VolumeType: 'gp2' });
  expect((await region.ec2.DescribeVolumes({ VolumeIds: [VolumeId] })).Volumes).toMatchObject([
    { VolumeType: 'gp2', Iops: 100, Throughput: undefined },
  ]);
});

test('a snapshot is copied from another region, encrypted, with what it holds', async () => {
  const SourceSnapshotId = await makeSnapshot();
  const other = region.at('eu-north-1');
  const { SnapshotId = '', Tags } = await other.ec2.CopySnapshot({
    SourceRegion: 'us-east-1',
    SourceSnapshotId,
    Encrypted: true,
    KmsKeyId: 'alias/images',
    TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'a', Value: 'b' }] }],
  });
  expect(Tags).toEqual([{ Key: 'a', Value: 'b' }]);
  const shown = async () => (await other.ec2.DescribeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots?.[0];
  expect(await shown()).toMatchObject({
    State: 'pending',
    VolumeSize: 10,
    Encrypted: true,
    KmsKeyId: expect.stringContaining(':eu-north-1:000000000000:alias/images'),
  });
  await until(async () => (await shown())?.State === 'completed');
  expect(other.events.map((event) => event.detail)).toMatchObject([
    { event: 'copySnapshot', result: 'succeeded' },
  ]);
});

test("a snapshot that is pending, nobody's or in no region is not copied", async () => {
  const { SnapshotId } = await region.ec2.CreateSnapshot({ VolumeId: await makeVolume() });
  const copy = (SourceSnapshotId: string | undefined, SourceRegion = 'us-east-1', more: object = {}) =>
    codeOf(() => region.ec2.CopySnapshot({ SourceRegion, SourceSnapshotId, ...more }));
  expect(await copy(SnapshotId)).toBe('IncorrectState');
  expect(await copy('snap-00000000000000000')).toBe('InvalidSnapshot.NotFound');
  expect(await copy(SnapshotId, 'mars-north-1')).toBe('InvalidRegion');
  const complete = await makeSnapshot();
  expect(await copy(complete, 'us-east-1', { KmsKeyId: 'alias/images' })).toBe('InvalidParameterDependency');
});

test.each([
  ['gp3', {}, 'InvalidParameterCombination'],
  ['io1', { Iops: 100 }, 'UnsupportedOperation'],
] as const)('a volume %s for several instances is refused', async (VolumeType, more, code) => {
  const asked = { AvailabilityZone: 'us-east-1a', Size: 4, VolumeType, MultiAttachEnabled: true, ...more };
  await expect(region.ec2.CreateVolume(asked)).rejects.toMatchObject({ code });
});

test('volumes are well, as far as they are asked about', async () => {
  const [first, second] = [await makeVolume(), await makeVolume({ AvailabilityZone: 'us-east-1b' })];
  const describe = async (input: object) =>
    (await region.ec2.DescribeVolumeStatus(input)).VolumeStatuses?.map(({ VolumeId }) => VolumeId);
  expect(await describe({})).toEqual([first, second]);
  const Filters = [
    { Name: 'volume-status.status', Values: ['ok'] },
    { Name: 'availability-zone', Values: ['us-east-1b'] },
  ];
  expect(await describe({ Filters })).toEqual([second]);
  expect(await describe({ Filters: [{ Name: 'volume-status.status', Values: ['impaired'] }] })).toEqual([]);
  expect(await codeOf(() => describe({ VolumeIds: ['vol-0123456789abcdef0'] }))).toBe(
    'InvalidVolume.NotFound',
  );
});
