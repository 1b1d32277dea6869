import { bearEc2, codeOf, type NewbornEc2 } from '../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2();
});
afterEach(() => born.dispose());

const FRIEND = '111111111111';

/** A snapshot of an empty volume, and an image of it. */
function makeImage(): { ImageId: string; SnapshotId: string } {
  const { operations, call } = born;
  const { VolumeId } = operations.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 }, call);
  const { SnapshotId = '' } = operations.CreateSnapshot({ VolumeId }, call);
  const { ImageId = '' } = operations.RegisterImage(
    {
      Name: 'registered',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    },
    call,
  );
  return { ImageId, SnapshotId };
}

function permissionsOf({ ImageId, SnapshotId }: { ImageId: string; SnapshotId: string }) {
  const { operations, call } = born;
  const launch = operations.DescribeImageAttribute({ ImageId, Attribute: 'launchPermission' }, call);
  const volume = operations.DescribeSnapshotAttribute(
    { SnapshotId, Attribute: 'createVolumePermission' },
    call,
  );
  return [launch.LaunchPermissions, volume.CreateVolumePermissions];
}

test('permissions that are given as a list and as a structure, as Packer does, are those of the structure', () => {
  const { operations, call } = born;
  const made = makeImage();
  const { ImageId, SnapshotId } = made;
  const group = [{ Group: 'all' as const }];
  operations.ModifyImageAttribute({ ImageId, UserGroups: ['all'], LaunchPermission: { Add: group } }, call);
  operations.ModifySnapshotAttribute(
    { SnapshotId, GroupNames: ['all'], CreateVolumePermission: { Add: group } },
    call,
  );
  expect(permissionsOf(made)).toEqual([group, group]);
});

test('permissions in the older form are added and removed', () => {
  const { operations, call } = born;
  const made = makeImage();
  const { ImageId, SnapshotId } = made;
  const change = (OperationType: 'add' | 'remove') => {
    operations.ModifyImageAttribute({ ImageId, OperationType, UserIds: [FRIEND] }, call);
    operations.ModifySnapshotAttribute(
      {
        SnapshotId,
        Attribute: 'createVolumePermission',
        OperationType,
        UserIds: [FRIEND],
        GroupNames: ['all'],
      },
      call,
    );
  };
  change('add');
  expect(permissionsOf(made)).toEqual([[{ UserId: FRIEND }], [{ UserId: FRIEND }, { Group: 'all' }]]);
  change('remove');
  expect(permissionsOf(made)).toEqual([[], []]);
});

test('a list that is neither added nor removed, nothing at all and what is no account are refused', async () => {
  const { SnapshotId } = makeImage();
  const modify = (change: object) =>
    codeOf(() => born.operations.ModifySnapshotAttribute({ SnapshotId, ...change }, born.call));
  expect(await modify({ UserIds: [FRIEND] })).toBe('InvalidParameterCombination');
  expect(await modify({ UserIds: [FRIEND], OperationType: 'lend' })).toBe('InvalidParameterCombination');
  expect(await modify({})).toBe('InvalidParameterCombination');
  expect(await modify({ CreateVolumePermission: { Add: [{ UserId: 'me' }] } })).toBe('InvalidParameterValue');
  expect(await modify({ Attribute: 'size' })).toBe('InvalidParameterValue');
});

test('the permissions of a snapshot can be reset, but not those of another account', async () => {
  const { operations, call } = born;
  const made = makeImage();
  const { SnapshotId } = made;
  operations.ModifySnapshotAttribute({ SnapshotId, OperationType: 'add', UserIds: [FRIEND] }, call);
  operations.ResetSnapshotAttribute({ SnapshotId, Attribute: 'createVolumePermission' }, call);
  expect(permissionsOf(made)[1]).toEqual([]);
  const { Snapshots = [] } = operations.DescribeSnapshots({ OwnerIds: ['amazon'] }, call);
  const foreign = { SnapshotId: Snapshots[0]?.SnapshotId, OperationType: 'add' as const, UserIds: [FRIEND] };
  expect(await codeOf(() => operations.ModifySnapshotAttribute(foreign, call))).toBe('AuthFailure');
});

test('who is neither an account nor a known word owns and shares no images and snapshots', async () => {
  const { operations, call } = born;
  const describes = [
    () => operations.DescribeImages({ Owners: ['me'] }, call),
    () => operations.DescribeImages({ ExecutableUsers: ['me'] }, call),
    () => operations.DescribeSnapshots({ OwnerIds: ['me'] }, call),
    () => operations.DescribeSnapshots({ RestorableByUserIds: ['me'] }, call),
  ];
  for (const describe of describes) expect(await codeOf(describe)).toBe('InvalidUserID.Malformed');
});

test('all images that are not there are named at once', () => {
  const ids = ['ami-00000000000000001', 'ami-00000000000000002'];
  expect(() => born.operations.DescribeImages({ ImageIds: ids }, born.call)).toThrow(
    `The image ids '[${ids.join(', ')}]' do not exist`,
  );
});
