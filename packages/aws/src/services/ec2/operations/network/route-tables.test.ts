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
