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

test('a subnet is public once its route table leads to an attached internet gateway', async () => {
  const VpcId = await createVpc();
  const SubnetId = await createSubnet(VpcId, '10.0.1.0/24');
  const gateway = (await region.ec2.CreateInternetGateway({})).InternetGateway?.InternetGatewayId;
  const RouteTableId = (await region.ec2.CreateRouteTable({ VpcId })).RouteTable?.RouteTableId;
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway };
  expect(await codeOf(() => region.ec2.CreateRoute(route))).toBe('InvalidParameterValue');
  await region.ec2.AttachInternetGateway({ InternetGatewayId: gateway, VpcId });
  await region.ec2.CreateRoute(route);
  expect(await codeOf(() => region.ec2.CreateRoute(route))).toBe('RouteAlreadyExists');
  expect(region.state.hasInternetGateway(SubnetId)).toBe(false);
  const { AssociationId } = await region.ec2.AssociateRouteTable({ RouteTableId, SubnetId });
  expect(region.state.hasInternetGateway(SubnetId)).toBe(true);
  expect(await codeOf(() => region.ec2.DeleteRouteTable({ RouteTableId }))).toBe('DependencyViolation');
  await region.ec2.DisassociateRouteTable({ AssociationId });
  await region.ec2.DeleteRouteTable({ RouteTableId });
  expect(region.state.hasInternetGateway(SubnetId)).toBe(false);
});

test('a route leads elsewhere once it is replaced, and nowhere once it is deleted', async () => {
  const { ec2 } = region;
  const [vpc] = (await ec2.DescribeVpcs({})).Vpcs ?? [];
  const [gateway] = (await ec2.DescribeInternetGateways({})).InternetGateways ?? [];
  const [subnet] = (await ec2.DescribeSubnets({})).Subnets ?? [];
  const { RouteTable } = await ec2.CreateRouteTable({ VpcId: vpc?.VpcId });
  const RouteTableId = RouteTable?.RouteTableId ?? '';
  const DestinationCidrBlock = '192.168.0.0/16';
  const GatewayId = gateway?.InternetGatewayId;
  await ec2.CreateRoute({ RouteTableId, DestinationCidrBlock, GatewayId });
  const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: subnet?.SubnetId });
  const { NetworkInterfaceId } = NetworkInterface ?? {};
  await ec2.ReplaceRoute({ RouteTableId, DestinationCidrBlock, NetworkInterfaceId });
  const routes = async () =>
    (await ec2.DescribeRouteTables({ RouteTableIds: [RouteTableId] })).RouteTables?.[0]?.Routes;
  expect(await routes()).toMatchObject([
    { DestinationCidrBlock, NetworkInterfaceId, State: 'active' },
    { GatewayId: 'local' },
  ]);
  await ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock });
  expect(await routes()).toMatchObject([{ GatewayId: 'local' }]);
  const removeLocal = () => ec2.DeleteRoute({ RouteTableId, DestinationCidrBlock: vpc?.CidrBlock });
  expect(await codeOf(removeLocal)).toBe('InvalidParameterValue');
});

test('the main route table of a VPC is another one once its association is replaced', async () => {
  const { ec2 } = region;
  const VpcId = (await ec2.DescribeVpcs({})).Vpcs?.[0]?.VpcId;
  const main = async () =>
    (await ec2.DescribeRouteTables({ Filters: [{ Name: 'association.main', Values: ['true'] }] }))
      .RouteTables?.[0];
  const AssociationId = (await main())?.Associations?.[0]?.RouteTableAssociationId;
  const { RouteTable } = await ec2.CreateRouteTable({ VpcId });
  const { RouteTableId } = RouteTable ?? {};
  const answer = await ec2.ReplaceRouteTableAssociation({ AssociationId, RouteTableId });
  expect(await main()).toMatchObject({
    RouteTableId,
    Associations: [{ Main: true, RouteTableAssociationId: answer.NewAssociationId }],
  });
});
