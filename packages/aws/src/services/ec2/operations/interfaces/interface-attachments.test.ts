import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let InstanceId: string;

beforeEach(async () => {
  region = await newEc2Region();
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
  });
  InstanceId = Instances?.[0]?.InstanceId ?? '';
  await until(() => stateOf() === 'running');
});
afterEach(() => region.stop());

const stateOf = () => region.state.instance(InstanceId)?.State?.Name;

/** An interface in the zone of the instance, or in another. */
async function makeInterface(elsewhere = false): Promise<string> {
  const zone = region.state.instance(InstanceId)?.Placement?.AvailabilityZone;
  const subnet = (await region.ec2.DescribeSubnets({})).Subnets?.find(
    (one) => (one.AvailabilityZone === zone) !== elsewhere,
  );
  const { NetworkInterface } = await region.ec2.CreateNetworkInterface({ SubnetId: subnet?.SubnetId });
  return NetworkInterface?.NetworkInterfaceId ?? '';
}

const attach = (NetworkInterfaceId: string, DeviceIndex = 1) =>
  region.ec2.AttachNetworkInterface({ InstanceId, NetworkInterfaceId, DeviceIndex });

const interfaceOf = async (id: string) =>
  (await region.ec2.DescribeNetworkInterfaces({ NetworkInterfaceIds: [id] })).NetworkInterfaces?.[0];

test('an interface is attached, shown by the instance, and detached', async () => {
  const id = await makeInterface();
  const { AttachmentId } = await attach(id);
  expect(await interfaceOf(id)).toMatchObject({
    Status: 'in-use',
    Attachment: { AttachmentId, InstanceId, DeviceIndex: 1, DeleteOnTermination: false, Status: 'attached' },
  });
  const shown = region.state
    .instance(InstanceId)
    ?.NetworkInterfaces?.map((nic) => nic.Attachment?.DeviceIndex);
  expect(shown).toEqual([0, 1]);
  const remove = () => region.ec2.DeleteNetworkInterface({ NetworkInterfaceId: id });
  expect(await codeOf(remove)).toBe('InvalidNetworkInterface.InUse');
  const detach = () => region.ec2.DetachNetworkInterface({ AttachmentId });
  await detach();
  expect(await interfaceOf(id)).toMatchObject({ Status: 'available', Attachment: undefined });
  expect(await codeOf(detach)).toBe('InvalidAttachmentID.NotFound');
  await remove();
});

test('an attached interface outlives its instance', async () => {
  const id = await makeInterface();
  await attach(id);
  await region.ec2.TerminateInstances({ InstanceIds: [InstanceId] });
  await until(() => stateOf() === 'terminated');
  expect(await interfaceOf(id)).toMatchObject({ Status: 'available', Attachment: undefined });
});

test('an interface in use, a taken index, another zone and one too many are refused', async () => {
  const id = await makeInterface();
  expect(await codeOf(() => attach(id, 0))).toBe('InvalidParameterValue');
  expect(await codeOf(async () => attach(await makeInterface(true)))).toBe('InvalidParameterCombination');
  await attach(id);
  expect(await codeOf(() => attach(id, 2))).toBe('InvalidNetworkInterface.InUse');
  expect(await codeOf(async () => attach(await makeInterface(), 2))).toBe('AttachmentLimitExceeded');
});

test('the primary interface is not detached', async () => {
  const primary = region.state.instance(InstanceId)?.NetworkInterfaces?.[0]?.Attachment;
  const detach = () => region.ec2.DetachNetworkInterface({ AttachmentId: primary?.AttachmentId });
  expect(await codeOf(detach)).toBe('OperationNotPermitted');
});
