import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeAll(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterAll(() => region.stop());

const everybody = { Add: [{ Group: 'all' as const }] };

test('a new account shares images with accounts, and with everybody only once it no longer blocks that', async () => {
  const { ec2 } = region;
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
  const { ImageId } = await ec2.RegisterImage({
    Name: 'registered',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  const publish = () => ec2.ModifyImageAttribute({ ImageId, LaunchPermission: everybody });
  const state = async () => (await ec2.GetImageBlockPublicAccessState({})).ImageBlockPublicAccessState;

  expect(await ec2.GetImageBlockPublicAccessState({})).toEqual({
    ImageBlockPublicAccessState: 'block-new-sharing',
    ManagedBy: 'account',
  });
  await ec2.ModifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ UserId: '111111111111' }] } });
  await expect(publish()).rejects.toMatchObject({
    code: 'OperationNotPermitted',
    message: expect.stringContaining('you must call the DisableImageBlockPublicAccess API'),
  });
  expect(await ec2.DisableImageBlockPublicAccess({})).toEqual({ ImageBlockPublicAccessState: 'unblocked' });
  await publish();
  const enabled = await ec2.EnableImageBlockPublicAccess({
    ImageBlockPublicAccessState: 'block-new-sharing',
  });
  expect(enabled).toEqual({ ImageBlockPublicAccessState: 'block-new-sharing' });
  expect(await state()).toBe('block-new-sharing');
  // What is public stays so.
  expect((await ec2.DescribeImages({ ImageIds: [ImageId ?? ''] })).Images?.[0]?.Public).toBe(true);
});

test('snapshots are shared with everybody until the account blocks that', async () => {
  const { ec2 } = region;
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
  const publish = () => ec2.ModifySnapshotAttribute({ SnapshotId, CreateVolumePermission: everybody });
  await publish();
  for (const State of ['block-new-sharing', 'block-all-sharing'] as const) {
    expect(await ec2.EnableSnapshotBlockPublicAccess({ State })).toEqual({ State });
    expect(await ec2.GetSnapshotBlockPublicAccessState({})).toEqual({ State, ManagedBy: 'account' });
    expect(await codeOf(publish)).toBe('OperationNotPermitted');
  }
  expect(await ec2.DisableSnapshotBlockPublicAccess({})).toEqual({ State: 'unblocked' });
  await publish();
});
