import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test('an Elastic IP moves with its association and is not released while it is used', async () => {
  const { AllocationId, PublicIp } = await region.ec2.AllocateAddress({ Domain: 'vpc' });
  const SubnetId = (await region.ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId;
  const nic = (await region.ec2.CreateNetworkInterface({ SubnetId })).NetworkInterface;
  const { AssociationId } = await region.ec2.AssociateAddress({
    AllocationId,
    NetworkInterfaceId: nic?.NetworkInterfaceId,
  });
  expect(region.network.interface(nic?.NetworkInterfaceId ?? '')?.publicIp).toBe(PublicIp);
  const release = () => region.ec2.ReleaseAddress({ AllocationId });
  expect(await codeOf(release)).toBe('InvalidIPAddress.InUse');
  await region.ec2.DisassociateAddress({ AssociationId });
  await release();
  expect((await region.ec2.DescribeAddresses({})).Addresses).toEqual([]);
});

test('an interface keeps its Elastic IP when the caller forbids to take it', async () => {
  const SubnetId = (await region.ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId;
  const { NetworkInterface } = await region.ec2.CreateNetworkInterface({ SubnetId });
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  const [first, second] = await Promise.all([region.ec2.AllocateAddress({}), region.ec2.AllocateAddress({})]);
  await region.ec2.AssociateAddress({ AllocationId: first.AllocationId, NetworkInterfaceId });
  const associate = (AllowReassociation: boolean) =>
    region.ec2.AssociateAddress({
      AllocationId: second.AllocationId,
      NetworkInterfaceId,
      AllowReassociation,
    });
  expect(await codeOf(() => associate(false))).toBe('Resource.AlreadyAssociated');
  await associate(true);
  expect(region.network.interface(NetworkInterfaceId)?.publicIp).toBe(second.PublicIp);
  await region.ec2.ReleaseAddress({ AllocationId: first.AllocationId });
  expect(await codeOf(() => region.ec2.DisassociateAddress({}))).toBe('MissingParameter');
  expect(await codeOf(() => region.ec2.ReleaseAddress({}))).toBe('MissingParameter');
});

test('no address has a name of its own', async () => {
  const { AllocationId = '' } = await region.ec2.AllocateAddress({});
  const describe = (AllocationIds: string[]) =>
    region.ec2.DescribeAddressesAttribute({ AllocationIds, Attribute: 'domain-name' });
  expect(await describe([AllocationId])).toMatchObject({ Addresses: [] });
  expect(await codeOf(() => describe(['eipalloc-0123456789abcdef0']))).toBe('InvalidAllocationID.NotFound');
});
