import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
let InstanceId: string;

beforeEach(async () => {
  born = bearEc2();
  const { Instances } = born.operations.RunInstances(
    { ImageId: born.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    born.call,
  );
  InstanceId = Instances?.[0]?.InstanceId ?? '';
  await born.until(() => stateOf() === 'running');
});
afterEach(() => born.dispose());

const stateOf = () => born.ec2.instance(InstanceId)?.State?.Name;

/** An interface in the zone of the instance, or in another. */
function makeInterface(elsewhere = false): string {
  const { operations, call } = born;
  const zone = born.ec2.instance(InstanceId)?.Placement?.AvailabilityZone;
  const subnet = operations
    .DescribeSubnets({}, call)
    .Subnets?.find((one) => (one.AvailabilityZone === zone) !== elsewhere);
  const { NetworkInterface } = operations.CreateNetworkInterface({ SubnetId: subnet?.SubnetId }, call);
  return NetworkInterface?.NetworkInterfaceId ?? '';
}

const attach = (NetworkInterfaceId: string, DeviceIndex = 1) =>
  born.operations.AttachNetworkInterface({ InstanceId, NetworkInterfaceId, DeviceIndex }, born.call);

const interfaceOf = (id: string) =>
  born.operations.DescribeNetworkInterfaces({ NetworkInterfaceIds: [id] }, born.call).NetworkInterfaces?.[0];

test('an interface is attached, shown by the instance, and detached', async () => {
  const id = makeInterface();
  const { AttachmentId } = attach(id);
  expect(interfaceOf(id)).toMatchObject({
    Status: 'in-use',
    Attachment: { AttachmentId, InstanceId, DeviceIndex: 1, DeleteOnTermination: false, Status: 'attached' },
  });
  const shown = born.ec2.instance(InstanceId)?.NetworkInterfaces?.map((nic) => nic.Attachment?.DeviceIndex);
  expect(shown).toEqual([0, 1]);
  const remove = () => born.operations.DeleteNetworkInterface({ NetworkInterfaceId: id }, born.call);
  expect(await codeOf(remove)).toBe('InvalidNetworkInterface.InUse');
  const detach = () => born.operations.DetachNetworkInterface({ AttachmentId }, born.call);
  detach();
  expect(interfaceOf(id)).toMatchObject({ Status: 'available', Attachment: undefined });
  expect(await codeOf(detach)).toBe('InvalidAttachmentID.NotFound');
  remove();
});

test('an attached interface outlives its instance', async () => {
  const id = makeInterface();
  attach(id);
  born.operations.TerminateInstances({ InstanceIds: [InstanceId] }, born.call);
  await born.until(() => stateOf() === 'terminated');
  expect(interfaceOf(id)).toMatchObject({ Status: 'available', Attachment: undefined });
});

test('an interface in use, a taken index, another zone and one too many are refused', async () => {
  const id = makeInterface();
  expect(await codeOf(() => attach(id, 0))).toBe('InvalidParameterValue');
  expect(await codeOf(() => attach(makeInterface(true)))).toBe('InvalidParameterCombination');
  attach(id);
  expect(await codeOf(() => attach(id, 2))).toBe('InvalidNetworkInterface.InUse');
  expect(await codeOf(() => attach(makeInterface(), 2))).toBe('AttachmentLimitExceeded');
});

test('the primary interface is not detached', async () => {
  const primary = born.ec2.instance(InstanceId)?.NetworkInterfaces?.[0]?.Attachment;
  const detach = () =>
    born.operations.DetachNetworkInterface({ AttachmentId: primary?.AttachmentId }, born.call);
  expect(await codeOf(detach)).toBe('OperationNotPermitted');
});
