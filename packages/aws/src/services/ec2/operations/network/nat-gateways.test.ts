import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

/** A VPC with a public subnet and a private one. */
async function makeVpc() {
  const { ec2 } = region;
  const { Vpc: { VpcId } = {} } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' });
  const subnet = async (CidrBlock: string) =>
    (await ec2.CreateSubnet({ VpcId, CidrBlock })).Subnet?.SubnetId ?? '';
  const table = async (SubnetId: string) => {
    const { RouteTable: { RouteTableId } = {} } = await ec2.CreateRouteTable({ VpcId });
    await ec2.AssociateRouteTable({ RouteTableId, SubnetId });
    return RouteTableId;
  };
  const { InternetGateway: { InternetGatewayId } = {} } = await ec2.CreateInternetGateway({});
  await ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
  const [publicSubnet, privateSubnet] = [await subnet('10.0.0.0/24'), await subnet('10.0.1.0/24')];
  await ec2.CreateRoute({
    RouteTableId: await table(publicSubnet),
    ...EVERYWHERE,
    GatewayId: InternetGatewayId,
  });
  return { VpcId, InternetGatewayId, publicSubnet, privateSubnet, privateTable: await table(privateSubnet) };
}

const EVERYWHERE = { DestinationCidrBlock: '0.0.0.0/0' };

async function show(NatGatewayId = '') {
  return (await region.ec2.DescribeNatGateways({ NatGatewayIds: [NatGatewayId] })).NatGateways?.[0];
}

async function make(SubnetId: string) {
  const { AllocationId, PublicIp = '' } = await region.ec2.AllocateAddress({});
  const { NatGateway: { NatGatewayId = '' } = {} } = await region.ec2.CreateNatGateway({
    SubnetId,
    AllocationId,
  });
  return { AllocationId, PublicIp, NatGatewayId };
}

const become = (id: string, state: string) => until(async () => (await show(id))?.State === state);

/** A web server with a public address, that answers with whom it sees. */
async function startSite(subnetId: string): Promise<{ server: Server; url: string }> {
  const { state, network, ec2 } = region;
  const server = createServer((_request, response) => response.end('Welcome')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { GroupId = '' } = await ec2.CreateSecurityGroup({
    GroupName: 'site',
    Description: 'a',
    VpcId: state.subnet(subnetId)?.VpcId,
  });
  await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 80,
    ToPort: 80,
    CidrIp: '0.0.0.0/0',
  });
  const nic = state.createInterface({
    subnetId,
    groupIds: [GroupId],
    description: 'site',
    publicAddress: true,
  });
  network.open(nic.interfaceId, 80, (server.address() as AddressInfo).port);
  return { server, url: `http://${nic.publicIp}/` };
}

test('a gateway becomes available, and lets a private subnet out, with its own address', async () => {
  const { ec2, state, network, context } = region;
  const { publicSubnet, privateSubnet, privateTable, VpcId } = await makeVpc();
  const began = context.clock.millis();
  const { AllocationId, PublicIp, NatGatewayId } = await make(publicSubnet);
  expect(await show(NatGatewayId)).toMatchObject({ State: 'pending', VpcId, SubnetId: publicSubnet });
  await become(NatGatewayId, 'available');
  expect((context.clock.millis() - began) / 1000).toBeCloseTo(105, -1);
  expect(await show(NatGatewayId)).toMatchObject({
    ConnectivityType: 'public',
    NatGatewayAddresses: [{ AllocationId, PublicIp, IsPrimary: true, Status: 'succeeded' }],
  });
  const { Addresses } = await ec2.DescribeAddresses({});
  expect(Addresses).toMatchObject([{ AllocationId, AssociationId: expect.any(String) }]);

  const { interfaceId } = state.createInterface({ subnetId: privateSubnet, groupIds: [], description: 'a' });
  const other = await makeVpc();
  const { server, url } = await startSite(other.publicSubnet);
  const { hostname } = new URL(url);
  expect(network.reaches({ interfaceId }, hostname, 80)).toBe(false);
  await ec2.CreateRoute({ RouteTableId: privateTable, ...EVERYWHERE, NatGatewayId });
  expect(await (await network.fetch({ interfaceId }, url)).text()).toBe('Welcome');
  // It is a way out, not a way in.
  expect(network.reaches('internet', PublicIp, 80)).toBe(false);
  server.close();

  await ec2.DeleteNatGateway({ NatGatewayId });
  expect(network.reaches({ interfaceId }, hostname, 80)).toBe(false);
  const { RouteTables = [] } = await ec2.DescribeRouteTables({ RouteTableIds: [privateTable ?? ''] });
  expect(RouteTables[0]?.Routes).toContainEqual(
    expect.objectContaining({ NatGatewayId, State: 'blackhole' }),
  );
  expect(await codeOf(() => ec2.ReleaseAddress({ AllocationId }))).toBe('InvalidIPAddress.InUse');
  await become(NatGatewayId, 'deleted');
  await ec2.ReleaseAddress({ AllocationId });
  await region.aws.clock.sleep('61m');
  expect(await codeOf(() => show(NatGatewayId))).toBe('NatGatewayNotFound');
});

test('the same token makes one gateway', async () => {
  const { publicSubnet: SubnetId } = await makeVpc();
  const { AllocationId } = await region.ec2.AllocateAddress({});
  const input = { SubnetId, AllocationId, ClientToken: 'once' };
  const { NatGateway } = await region.ec2.CreateNatGateway(input);
  expect((await region.ec2.CreateNatGateway(input)).NatGateway?.NatGatewayId).toBe(NatGateway?.NatGatewayId);
  const found = await region.ec2.DescribeNatGateways({ Filter: [{ Name: 'state', Values: ['pending'] }] });
  expect(found.NatGateways).toHaveLength(1);
});

test('a gateway fails without an internet gateway, and with an address that another has', async () => {
  const { ec2 } = region;
  const { publicSubnet, VpcId, InternetGatewayId } = await makeVpc();
  const { AllocationId } = await make(publicSubnet);
  const { NatGateway: second } = await ec2.CreateNatGateway({ SubnetId: publicSubnet, AllocationId });
  await become(second?.NatGatewayId ?? '', 'failed');
  expect(await show(second?.NatGatewayId)).toMatchObject({
    FailureCode: 'Resource.AlreadyAssociated',
    FailureMessage: `Elastic IP address [${AllocationId}] is already associated`,
  });
  expect(await codeOf(() => ec2.DetachInternetGateway({ InternetGatewayId, VpcId }))).toBe(
    'DependencyViolation',
  );
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.1.0.0/16' });
  const { Subnet } = await ec2.CreateSubnet({ VpcId: Vpc?.VpcId, CidrBlock: '10.1.0.0/24' });
  const { NatGatewayId } = await make(Subnet?.SubnetId ?? '');
  await become(NatGatewayId, 'failed');
  expect(await show(NatGatewayId)).toMatchObject({ FailureCode: 'Gateway.NotAttached' });
});

test('what a gateway needs is asked for, and what is not there is named', async () => {
  const { ec2 } = region;
  const { publicSubnet: SubnetId } = await makeVpc();
  const code = (input: object) => codeOf(() => ec2.CreateNatGateway(input as never));
  expect(await code({ SubnetId })).toBe('MissingParameter');
  expect(await code({ SubnetId, AllocationId: 'eipalloc-0123456789abcdef0' })).toBe(
    'InvalidAllocationID.NotFound',
  );
  expect(await code({ SubnetId, ConnectivityType: 'private', SecondaryPrivateIpAddressCount: 1 })).toBe(
    'UnsupportedOperation',
  );
  const { NatGateway } = await ec2.CreateNatGateway({ SubnetId, ConnectivityType: 'private' });
  await become(NatGateway?.NatGatewayId ?? '', 'available');
  expect(await codeOf(() => show('nat-0123456789abcdef0'))).toBe('NatGatewayNotFound');
});
