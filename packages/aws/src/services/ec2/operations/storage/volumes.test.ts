import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2();
});
afterEach(() => born.dispose());

function makeVolume(more: object = {}): string {
  const input = { AvailabilityZone: 'us-east-1a', Size: 10, VolumeType: 'gp3' as const, ...more };
  return born.operations.CreateVolume(input, born.call).VolumeId ?? '';
}

async function makeSnapshot(more: object = {}): Promise<string> {
  const { SnapshotId = '' } = born.operations.CreateSnapshot({ VolumeId: makeVolume(more) }, born.call);
  await born.until(() => born.ec2.state.snapshots.find(SnapshotId)?.State === 'completed');
  return SnapshotId;
}

test('a volume that grows keeps its performance, and the modification is described', async () => {
  const { operations, call } = born;
  const VolumeId = makeVolume({ Iops: 4000, Throughput: 500 });
  const describe = () => operations.DescribeVolumesModifications({ VolumeIds: [VolumeId] }, call);
  expect(await codeOf(describe)).toBe('InvalidVolumeModification.NotFound');
  operations.ModifyVolume({ VolumeId, Size: 20 }, call);
  expect(operations.DescribeVolumes({ VolumeIds: [VolumeId] }, call).Volumes).toMatchObject([
    { Size: 20, Iops: 4000, Throughput: 500 },
  ]);
  expect(describe().VolumesModifications).toMatchObject([
    { VolumeId, OriginalSize: 10, TargetSize: 20, ModificationState: 'completed', Progress: 100 },
  ]);
  operations.ModifyVolume({ VolumeId, VolumeType: 'gp2' }, call);
  expect(operations.DescribeVolumes({ VolumeIds: [VolumeId] }, call).Volumes).toMatchObject([
    { VolumeType: 'gp2', Iops: 100, Throughput: undefined },
  ]);
});

test('a snapshot is copied from another region, encrypted, with what it holds', async () => {
  const SourceSnapshotId = await makeSnapshot();
  const source = born;
  const other = bearEc2({ region: 'eu-north-1', regionOf: () => source.ec2 });
  try {
    const { SnapshotId = '', Tags } = other.operations.CopySnapshot(
      {
        SourceRegion: 'us-east-1',
        SourceSnapshotId,
        Encrypted: true,
        KmsKeyId: 'alias/images',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'a', Value: 'b' }] }],
      },
      other.call,
    );
    expect(Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    const shown = () =>
      other.operations.DescribeSnapshots({ SnapshotIds: [SnapshotId] }, other.call).Snapshots?.[0];
    expect(shown()).toMatchObject({
      State: 'pending',
      VolumeSize: 10,
      Encrypted: true,
      KmsKeyId: expect.stringContaining(':eu-north-1:000000000000:alias/images'),
    });
    await other.until(() => shown()?.State === 'completed');
    expect(other.events.map((event) => event.detail)).toMatchObject([
      { event: 'copySnapshot', result: 'succeeded' },
    ]);
  } finally {
    await other.dispose();
  }
});

test("a snapshot that is pending, nobody's or in no region is not copied", async () => {
  const { operations, call } = born;
  const { SnapshotId } = operations.CreateSnapshot({ VolumeId: makeVolume() }, call);
  const copy = (SourceSnapshotId: string | undefined, SourceRegion = 'us-east-1', more: object = {}) =>
    codeOf(() => operations.CopySnapshot({ SourceRegion, SourceSnapshotId, ...more }, call));
  expect(await copy(SnapshotId)).toBe('IncorrectState');
  expect(await copy('snap-00000000000000000')).toBe('InvalidSnapshot.NotFound');
  expect(await copy(SnapshotId, 'mars-north-1')).toBe('InvalidRegion');
  const complete = await makeSnapshot();
  expect(await copy(complete, 'us-east-1', { KmsKeyId: 'alias/images' })).toBe('InvalidParameterDependency');
});
