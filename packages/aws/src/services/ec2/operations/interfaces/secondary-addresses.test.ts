import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let SubnetId: string;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
  const { Vpc } = await region.ec2.CreateVpc({ CidrBlock: '10.9.0.0/16' });
  const made = await region.ec2.CreateSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.1.0/24' });
  SubnetId = made.Subnet?.SubnetId ?? '';
});
afterEach(() => region.stop());

const makeInterface = async () => {
  const { NetworkInterface } = await region.ec2.CreateNetworkInterface({ SubnetId });
  return NetworkInterface?.NetworkInterfaceId ?? '';
};
const addressesOf = async (NetworkInterfaceId: string) => {
  const { NetworkInterfaces } = await region.ec2.DescribeNetworkInterfaces({
    NetworkInterfaceIds: [NetworkInterfaceId],
  });
  return NetworkInterfaces?.[0]?.PrivateIpAddresses ?? [];
};
const assign = (NetworkInterfaceId: string, input: object) =>
  region.ec2.AssignPrivateIpAddresses({ NetworkInterfaceId, ...input });

test('an interface gets further addresses, which reach it, and gives them back', async () => {
  const [id, peer] = [await makeInterface(), await makeInterface()];
  const named = await assign(id, { PrivateIpAddresses: ['10.9.1.50'] });
  expect(named).toEqual({
    NetworkInterfaceId: id,
    AssignedPrivateIpAddresses: [{ PrivateIpAddress: '10.9.1.50' }],
  });
  const { AssignedPrivateIpAddresses } = await assign(id, { SecondaryPrivateIpAddressCount: 2 });
  expect(AssignedPrivateIpAddresses).toHaveLength(2);
  expect((await addressesOf(id)).map(({ Primary }) => Primary)).toEqual([true, false, false, false]);
  region.network.setUp(peer, true);
  region.network.setUp(id, true);
  region.network.open(id, 80, 1);
  expect(region.network.reaches({ interfaceId: peer }, '10.9.1.50', 80)).toBe(true);
  const { NetworkInterfaces } = await region.ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: 'addresses.private-ip-address', Values: ['10.9.1.50'] }],
  });
  expect(NetworkInterfaces).toHaveLength(1);
  await region.ec2.UnassignPrivateIpAddresses({ NetworkInterfaceId: id, PrivateIpAddresses: ['10.9.1.50'] });
  expect(await addressesOf(id)).toHaveLength(3);
  expect(region.network.reaches({ interfaceId: peer }, '10.9.1.50', 80)).toBe(false);
});

test("an address is one interface's, until it may be taken away", async () => {
  const [id, other] = [await makeInterface(), await makeInterface()];
  const wanted = { PrivateIpAddresses: ['10.9.1.50'] };
  await assign(id, wanted);
  expect(await codeOf(() => assign(other, wanted))).toBe('InvalidIPAddress.InUse');
  await assign(other, { ...wanted, AllowReassignment: true });
  expect([(await addressesOf(id)).length, (await addressesOf(other)).length]).toEqual([1, 2]);
});

test('what is outside, too much, not its own or nothing at all is refused, and changes nothing', async () => {
  const id = await makeInterface();
  const refusal = (input: object) => codeOf(() => assign(id, input));
  expect(await refusal({ PrivateIpAddresses: ['10.9.1.60', '10.8.0.1'] })).toBe('InvalidParameterValue');
  expect(await addressesOf(id)).toHaveLength(1);
  expect(await refusal({ PrivateIpAddresses: ['10.9.1.60'], SecondaryPrivateIpAddressCount: 1 })).toBe(
    'InvalidParameterCombination',
  );
  expect(await refusal({})).toBe('MissingParameter');
  const primary = (await addressesOf(id))[0]?.PrivateIpAddress ?? '';
  const unassign = () =>
    region.ec2.UnassignPrivateIpAddresses({ NetworkInterfaceId: id, PrivateIpAddresses: [primary] });
  expect(await codeOf(unassign)).toBe('InvalidParameterValue');
});

test('the type of its instance says how many addresses an interface takes', async () => {
  const { Instances } = await region.ec2.RunInstances({
    ...{ ImageId: region.amazonImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId },
  });
  const id = Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
  await assign(id, { SecondaryPrivateIpAddressCount: 1 });
  expect(await codeOf(() => assign(id, { SecondaryPrivateIpAddressCount: 1 }))).toBe(
    'PrivateIpAddressLimitExceeded',
  );
});
