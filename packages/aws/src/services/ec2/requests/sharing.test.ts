import { codeOf, type Ec2Region, newEc2Region } from '../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

const FRIEND = '111111111111';

/** A snapshot of an empty volume, and an image of it. */
async function makeImage(): Promise<{ ImageId: string; SnapshotId: string }> {
  const { VolumeId } = await region.ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId = '' } = await region.ec2.CreateSnapshot({ VolumeId });
  const { ImageId = '' } = await region.ec2.RegisterImage({
    Name: 'registered',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  return { ImageId, SnapshotId };
}

async function permissionsOf({ ImageId, SnapshotId }: { ImageId: string; SnapshotId: string }) {
  const launch = await region.ec2.DescribeImageAttribute({ ImageId, Attribute: 'launchPermission' });
  const volume = await region.ec2.DescribeSnapshotAttribute({
    SnapshotId,
    Attribute: 'createVolumePermission',
  });
  return [launch.LaunchPermissions, volume.CreateVolumePermissions];
}

test('permissions that are given as a list and as a structure, as Packer does, are those of the structure', async () => {
  const made = await makeImage();
  const { ImageId, SnapshotId } = made;
  const group = [{ Group: 'all' as const }];
  await region.ec2.DisableImageBlockPublicAccess({});
  await region.ec2.ModifyImageAttribute({ ImageId, UserGroups: ['all'], LaunchPermission: { Add: group } });
  await region.ec2.ModifySnapshotAttribute({
    SnapshotId,
    GroupNames: ['all'],
    CreateVolumePermission: { Add: group },
  });
  expect(await permissionsOf(made)).toEqual([group, group]);
});

test('permissions in the older form are added and removed', async () => {
  const made = await makeImage();
  const { ImageId, SnapshotId } = made;
  const change = async (OperationType: 'add' | 'remove') => {
    await region.ec2.ModifyImageAttribute({ ImageId, OperationType, UserIds: [FRIEND] });
    await region.ec2.ModifySnapshotAttribute({
      SnapshotId,
      Attribute: 'createVolumePermission',
      OperationType,
      UserIds: [FRIEND],
      GroupNames: ['all'],
    });
  };
  await change('add');
  expect(await permissionsOf(made)).toEqual([[{ UserId: FRIEND }], [{ UserId: FRIEND }, { Group: 'all' }]]);
  await change('remove');
  expect(await permissionsOf(made)).toEqual([[], []]);
});

test('a list that is neither added nor removed, nothing at all and what is no account are refused', async () => {
  const { SnapshotId } = await makeImage();
  const modify = (change: object) =>
    codeOf(() => region.ec2.ModifySnapshotAttribute({ SnapshotId, ...change }));
  expect(await modify({ UserIds: [FRIEND] })).toBe('InvalidParameterCombination');
  expect(await modify({ UserIds: [FRIEND], OperationType: 'lend' })).toBe('InvalidParameterValue');
  expect(await modify({})).toBe('InvalidParameterCombination');
  expect(await modify({ CreateVolumePermission: { Add: [{ UserId: 'me' }] } })).toBe('InvalidParameterValue');
  expect(await modify({ Attribute: 'size' })).toBe('InvalidParameterValue');
});

test('the permissions of a snapshot can be reset, but not those of another account', async () => {
  const made = await makeImage();
  const { SnapshotId } = made;
  await region.ec2.ModifySnapshotAttribute({ SnapshotId, OperationType: 'add', UserIds: [FRIEND] });
  await region.ec2.ResetSnapshotAttribute({ SnapshotId, Attribute: 'createVolumePermission' });
  expect((await permissionsOf(made))[1]).toEqual([]);
  const { Snapshots = [] } = await region.ec2.DescribeSnapshots({ OwnerIds: ['amazon'] });
  const foreign = { SnapshotId: Snapshots[0]?.SnapshotId, OperationType: 'add' as const, UserIds: [FRIEND] };
  expect(await codeOf(() => region.ec2.ModifySnapshotAttribute(foreign))).toBe('AuthFailure');
});

test('who is neither an account nor a known word owns and shares no images and snapshots', async () => {
  const describes = [
    () => region.ec2.DescribeImages({ Owners: ['me'] }),
    () => region.ec2.DescribeImages({ ExecutableUsers: ['me'] }),
    () => region.ec2.DescribeSnapshots({ OwnerIds: ['me'] }),
    () => region.ec2.DescribeSnapshots({ RestorableByUserIds: ['me'] }),
  ];
  for (const describe of describes) expect(await codeOf(describe)).toBe('InvalidUserID.Malformed');
});

test('all images that are not there are named at once', async () => {
  const ids = ['ami-00000000000000001', 'ami-00000000000000002'];
  await expect(region.ec2.DescribeImages({ ImageIds: ids })).rejects.toThrow(
    `The image ids '[${ids.join(', ')}]' do not exist`,
  );
});
