import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

/** An image of a snapshot of an empty volume. */
async function registerImage(Name = 'registered'): Promise<string> {
  const { ec2 } = region;
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
  const { ImageId = '' } = await ec2.RegisterImage({
    Name,
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  return ImageId;
}

async function imageOf(ImageId: string, more: object = {}) {
  return (await region.ec2.DescribeImages({ ImageIds: [ImageId], ...more })).Images?.[0];
}

test('a disabled image is listed for those who ask for such, shared with nobody, and enabled again', async () => {
  const ImageId = await registerImage();
  await region.ec2.DisableImageBlockPublicAccess({});
  await region.ec2.ModifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } });
  expect(await region.ec2.DisableImage({ ImageId })).toEqual({ Return: true });
  expect(await imageOf(ImageId)).toBeUndefined();
  expect(await imageOf(ImageId, { IncludeDisabled: true })).toMatchObject({
    State: 'disabled',
    Public: false,
  });
  expect(await region.ec2.EnableImage({ ImageId })).toEqual({ Return: true });
  expect(await imageOf(ImageId)).toMatchObject({ State: 'available', Public: false });
});

test('a deprecation is taken back', async () => {
  const ImageId = await registerImage();
  const DeprecateAt = new Date(region.context.clock.millis() + 86_400_000);
  await region.ec2.EnableImageDeprecation({ ImageId, DeprecateAt });
  expect((await imageOf(ImageId))?.DeprecationTime).toBeDefined();
  expect(await region.ec2.DisableImageDeprecation({ ImageId })).toEqual({ Return: true });
  expect((await imageOf(ImageId))?.DeprecationTime).toBeUndefined();
});

test('an image that was deregistered is in no list at first, and an error to ask for later', async () => {
  const ImageId = await registerImage();
  await region.ec2.DeregisterImage({ ImageId });
  expect(await region.ec2.DescribeImages({ ImageIds: [ImageId] })).toMatchObject({ Images: [] });
  const record = region.state.images.require(ImageId);
  record.deregistered = new Date(region.context.clock.millis() - 3_600_001);
  expect(await codeOf(() => imageOf(ImageId))).toBe('InvalidAMIID.NotFound');
});

test('the name of an image is free again once it is deregistered', async () => {
  const ImageId = await registerImage('web');
  await region.ec2.DeregisterImage({ ImageId });
  expect(await registerImage('web')).not.toBe(ImageId);
});
