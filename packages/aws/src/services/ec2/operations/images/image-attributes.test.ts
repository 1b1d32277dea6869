import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let ImageId: string;
beforeAll(async () => {
  region = await newEc2Region({ timeScale: 1 });
  const { VolumeId } = await region.ec2.CreateVolume({ AvailabilityZone: 'us-east-1a', Size: 1 });
  const { SnapshotId } = await region.ec2.CreateSnapshot({ VolumeId });
  const made = await region.ec2.RegisterImage({
    Name: 'registered',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
  });
  ImageId = made.ImageId ?? '';
});
afterAll(() => region.stop());

test('the permissions of an image are reset to nobody but its owner', async () => {
  const permissions = () => region.ec2.DescribeImageAttribute({ ImageId, Attribute: 'launchPermission' });
  await region.ec2.DisableImageBlockPublicAccess({});
  await region.ec2.ModifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } });
  expect(await permissions()).toEqual({ ImageId, LaunchPermissions: [{ Group: 'all' }] });
  await region.ec2.ResetImageAttribute({ ImageId, Attribute: 'launchPermission' });
  expect(await permissions()).toEqual({ ImageId, LaunchPermissions: [] });
  const reset = () => region.ec2.ResetImageAttribute({ ImageId, Attribute: 'description' as never });
  expect(await codeOf(reset)).toBe('InvalidParameterValue');
});

test('the description of an image changes, in the older form too', async () => {
  const shown = async () =>
    (await region.ec2.DescribeImageAttribute({ ImageId, Attribute: 'description' })).Description?.Value;
  await region.ec2.ModifyImageAttribute({ ImageId, Description: { Value: 'one' } });
  expect(await shown()).toBe('one');
  await region.ec2.ModifyImageAttribute({ ImageId, Attribute: 'description', Value: 'two' });
  expect(await shown()).toBe('two');
});
