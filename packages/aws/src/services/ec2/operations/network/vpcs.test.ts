import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

async function createVpc(CidrBlock = '10.0.0.0/16'): Promise<string> {
  return (await region.ec2.CreateVpc({ CidrBlock })).Vpc?.VpcId ?? '';
}

async function createSubnet(VpcId: string, CidrBlock: string): Promise<string> {
  return (await region.ec2.CreateSubnet({ VpcId, CidrBlock })).Subnet?.SubnetId ?? '';
}

test('a newborn account has a default VPC with a public subnet in every zone', async () => {
  const [vpc, ...others] = (await region.ec2.DescribeVpcs({})).Vpcs ?? [];
  expect([vpc?.CidrBlock, vpc?.IsDefault, others.length]).toEqual(['172.31.0.0/16', true, 0]);
  const subnets = (await region.ec2.DescribeSubnets({})).Subnets ?? [];
  const zones = (await region.ec2.DescribeAvailabilityZones({})).AvailabilityZones ?? [];
  expect(subnets.map((one) => one.AvailabilityZone)).toEqual(zones.map((zone) => zone.ZoneName));
  expect(subnets.every((one) => region.state.hasInternetGateway(one.SubnetId ?? ''))).toBe(true);
  expect(subnets[0]?.AvailableIpAddressCount).toBe(4091);
});

test('a VPC with dependencies is not deleted; without them it takes its defaults along', async () => {
  const VpcId = await createVpc();
  const SubnetId = await createSubnet(VpcId, '10.0.1.0/24');
  const deleteVpc = () => region.ec2.DeleteVpc({ VpcId });
  expect(await codeOf(deleteVpc)).toBe('DependencyViolation');
  await region.ec2.DeleteSubnet({ SubnetId });
  await deleteVpc();
  const mine = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  expect((await region.ec2.DescribeSecurityGroups(mine)).SecurityGroups).toEqual([]);
  expect((await region.ec2.DescribeRouteTables(mine)).RouteTables).toEqual([]);
});

test.each(['shared', 'host'])('a VPC has no tenancy %s', async (tenancy) => {
  const create = () =>
    region.ec2.CreateVpc({ CidrBlock: '10.9.0.0/16', InstanceTenancy: tenancy as 'default' });
  expect(await codeOf(create)).toBe('InvalidParameterValue');
});

test('a public address has a name only while DNS hostnames are enabled in its VPC', async () => {
  const VpcId = (await region.ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId;
  const SubnetId = (await region.ec2.CreateSubnet({ VpcId, CidrBlock: '10.0.0.0/24' })).Subnet?.SubnetId;
  const { Instances } = await region.ec2.RunInstances({
    ImageId: region.amazonImage,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }],
  });
  const id = Instances?.[0]?.InstanceId ?? '';
  expect(region.state.instance(id)).toMatchObject({ PublicIpAddress: expect.any(String), PublicDnsName: '' });
  const enable = (Value: boolean) => region.ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value } });
  await enable(true);
  expect(region.state.instance(id)?.PublicDnsName).toMatch(/^ec2-.*amazonaws\.com$/);
  await enable(false);
  expect(region.state.instance(id)?.PublicDnsName).toBe('');
});

test('what a VPC is made with is described: its DNS, its DHCP options, its network ACL', async () => {
  const { ec2 } = region;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' });
  const VpcId = Vpc?.VpcId ?? '';
  expect(await ec2.DescribeVpcAttribute({ VpcId, Attribute: 'enableDnsSupport' })).toEqual({
    VpcId,
    EnableDnsSupport: { Value: true },
  });
  expect(await ec2.DescribeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' })).toEqual({
    VpcId,
    EnableDnsHostnames: { Value: false },
  });
  const { DhcpOptions } = await ec2.DescribeDhcpOptions({ DhcpOptionsIds: [Vpc?.DhcpOptionsId ?? ''] });
  expect(DhcpOptions).toMatchObject([
    {
      DhcpConfigurations: [
        { Key: 'domain-name', Values: [{ Value: 'ec2.internal' }] },
        { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
      ],
    },
  ]);
  const { NetworkAcls } = await ec2.DescribeNetworkAcls({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] });
  expect(NetworkAcls).toMatchObject([{ VpcId, IsDefault: true, Tags: [] }]);
  expect(NetworkAcls?.[0]?.Entries).toHaveLength(4);
});

test('a VPC takes more blocks, for subnets and for the routes within it, and gives them up when they are empty', async () => {
  const VpcId = await createVpc();
  const { CidrBlockAssociation } = await region.ec2.AssociateVpcCidrBlock({
    VpcId,
    CidrBlock: '10.1.0.0/16',
  });
  expect(CidrBlockAssociation).toMatchObject({
    AssociationId: expect.stringMatching(/^vpc-cidr-assoc-/),
    ...{ CidrBlock: '10.1.0.0/16', CidrBlockState: { State: 'associating' } },
  });
  const { AssociationId } = CidrBlockAssociation ?? {};
  const shown = async () => (await region.ec2.DescribeVpcs({ VpcIds: [VpcId] })).Vpcs?.[0];
  const blocks = async () =>
    (await shown())?.CidrBlockAssociationSet?.map((one) => [one.CidrBlock, one.CidrBlockState?.State]);
  expect(await blocks()).toEqual([
    ['10.0.0.0/16', 'associated'],
    ['10.1.0.0/16', 'associated'],
  ]);
  expect((await shown())?.CidrBlock).toBe('10.0.0.0/16');
  const { RouteTable } = await region.ec2.CreateRouteTable({ VpcId });
  const mine = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  const routes = async () =>
    (await region.ec2.DescribeRouteTables(mine)).RouteTables?.map(({ Routes }) =>
      Routes?.map(({ DestinationCidrBlock, GatewayId }) => [DestinationCidrBlock, GatewayId]),
    );
  const both = [
    ['10.0.0.0/16', 'local'],
    ['10.1.0.0/16', 'local'],
  ];
  expect(await routes()).toEqual([both, both]);

  const SubnetId = await createSubnet(VpcId, '10.1.2.0/24');
  const give = () => region.ec2.DisassociateVpcCidrBlock({ AssociationId });
  expect(await codeOf(give)).toBe('DependencyViolation');
  await region.ec2.DeleteSubnet({ SubnetId });
  expect(await give()).toMatchObject({
    ...{ VpcId, CidrBlockAssociation: { AssociationId, CidrBlockState: { State: 'disassociating' } } },
  });
  expect(await blocks()).toEqual([['10.0.0.0/16', 'associated']]);
  expect(await routes()).toEqual([both.slice(0, 1), both.slice(0, 1)]);
  expect(await codeOf(() => createSubnet(VpcId, '10.1.2.0/24'))).toBe('InvalidSubnet.Range');
  expect(await codeOf(give)).toBe('InvalidVpcCidrBlockAssociationID.NotFound');
  await region.ec2.DeleteRouteTable({ RouteTableId: RouteTable?.RouteTableId });
  await region.ec2.DeleteVpc({ VpcId });
});

test('a VPC keeps the block that it was made with, and has five at most, which do not overlap', async () => {
  const VpcId = await createVpc();
  const associate = (CidrBlock?: string, AmazonProvidedIpv6CidrBlock?: boolean) => () =>
    region.ec2.AssociateVpcCidrBlock({ VpcId, CidrBlock, AmazonProvidedIpv6CidrBlock });
  const { Vpcs } = await region.ec2.DescribeVpcs({ VpcIds: [VpcId] });
  const [{ AssociationId } = {}] = Vpcs?.[0]?.CidrBlockAssociationSet ?? [];
  expect(await codeOf(() => region.ec2.DisassociateVpcCidrBlock({ AssociationId }))).toBe(
    'OperationNotPermitted',
  );
  expect(await codeOf(associate('10.0.128.0/20'))).toBe('InvalidVpc.Range');
  expect(await codeOf(associate('10.2.0.0/15'))).toBe('InvalidVpc.Range');
  expect(await codeOf(associate('x'))).toBe('InvalidParameterValue');
  expect(await codeOf(associate(undefined, true))).toBe('InvalidParameterValue');
  expect(await codeOf(associate())).toBe('MissingParameter');
  for (const at of [1, 2, 3, 4]) await associate(`10.${at}.0.0/16`)();
  expect(await codeOf(associate('10.5.0.0/16'))).toBe('CidrLimitExceeded');
});
