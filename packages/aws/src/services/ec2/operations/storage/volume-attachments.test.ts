import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

test('a volume is attached to an instance of its zone, detached and deleted', async () => {
  const { ec2 } = region;
  const { Instances } = await ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: 'us-east-1a' },
  });
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  await until(() => region.state.instance(InstanceId)?.State?.Name === 'running');
  const make = async (AvailabilityZone: string) => {
    const { VolumeId = '' } = await ec2.CreateVolume({ AvailabilityZone, Size: 1 });
    await until(() => region.state.volumes.find(VolumeId)?.State === 'available');
    return VolumeId;
  };
  const VolumeId = await make('us-east-1a');
  const attach = (volume: string) => ec2.AttachVolume({ VolumeId: volume, InstanceId, Device: '/dev/sdf' });
  expect(await attach(VolumeId)).toMatchObject({ VolumeId, InstanceId, State: 'attaching' });
  expect(await codeOf(() => attach(VolumeId))).toBe('VolumeInUse');
  const elsewhere = await make('us-east-1b');
  expect(await codeOf(() => attach(elsewhere))).toBe('InvalidVolume.ZoneMismatch');
  const remove = () => ec2.DeleteVolume({ VolumeId });
  expect(await codeOf(remove)).toBe('VolumeInUse');
  expect(await ec2.DetachVolume({ VolumeId })).toMatchObject({ VolumeId, State: 'detaching' });
  await remove();
  expect(await codeOf(remove)).toBe('InvalidVolume.NotFound');
});
