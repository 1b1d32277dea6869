import { until } from '../../../../testing/until';
import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

async function makeVpc() {
  const { ec2 } = region;
  const { Vpc: { VpcId = '' } = {} } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' });
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    (await ec2.CreateSubnet({ VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? '';
  const { RouteTable: { RouteTableId = '' } = {} } = await ec2.CreateRouteTable({ VpcId });
  const SubnetIds = [
    await subnet('10.0.0.0/24', 'us-east-1a'),
    await subnet('10.0.1.0/24', 'us-east-1b'),
  ] as const;
  await ec2.AssociateRouteTable({ RouteTableId, SubnetId: SubnetIds[0] });
  return { VpcId, SubnetIds, RouteTableId };
}

const show = async (id = '') =>
  (await region.ec2.DescribeVpcEndpoints({ VpcEndpointIds: [id] })).VpcEndpoints?.[0];
const S3 = 'com.amazonaws.us-east-1.s3';
const SSM = 'com.amazonaws.us-east-1.ssm';
const inInterface = (VpcId: string, SubnetIds: readonly string[], more = {}) =>
  region.ec2.CreateVpcEndpoint({
    VpcId,
    ServiceName: SSM,
    VpcEndpointType: 'Interface',
    SubnetIds: [...SubnetIds],
    ...more,
  });

test('a gateway is there at once, and routes to it are in the tables', async () => {
  const { ec2, state } = region;
  const { VpcId, RouteTableId, SubnetIds } = await makeVpc();
  const { interfaceId } = state.createInterface({ subnetId: SubnetIds[0], groupIds: [], description: 'a' });
  expect(state.reachesAws(interfaceId)).toBe(false);
  const { VpcEndpoint } = await ec2.CreateVpcEndpoint({
    VpcId,
    ServiceName: S3,
    RouteTableIds: [RouteTableId],
  });
  const VpcEndpointId = VpcEndpoint?.VpcEndpointId ?? '';
  expect(VpcEndpoint).toMatchObject({
    VpcEndpointType: 'Gateway',
    State: 'available',
    RouteTableIds: [RouteTableId],
  });
  const routes = async () =>
    (await ec2.DescribeRouteTables({ RouteTableIds: [RouteTableId] })).RouteTables?.[0]?.Routes;
  const route = {
    GatewayId: VpcEndpointId,
    DestinationPrefixListId: expect.stringMatching(/^pl-[0-9a-f]{8}$/),
  };
  expect(await routes()).toContainEqual(expect.objectContaining(route));
  expect(state.reachesAws(interfaceId)).toBe(true);
  expect(
    await codeOf(() => ec2.CreateVpcEndpoint({ VpcId, ServiceName: S3, RouteTableIds: [RouteTableId] })),
  ).toBe('RouteAlreadyExists');
  await ec2.ModifyVpcEndpoint({
    VpcEndpointId,
    RemoveRouteTableIds: [RouteTableId],
    PolicyDocument: '{"Statement":[]}',
  });
  expect(await routes()).not.toContainEqual(expect.objectContaining(route));
  expect(state.reachesAws(interfaceId)).toBe(false);
  expect(await show(VpcEndpointId)).toMatchObject({ RouteTableIds: [], PolicyDocument: '{"Statement":[]}' });
  await ec2.ModifyVpcEndpoint({ VpcEndpointId, ResetPolicy: true });
  expect((await show(VpcEndpointId))?.PolicyDocument).toContain('"Action":"*"');
  expect(await ec2.DeleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId] })).toEqual({ Unsuccessful: [] });
  expect(await codeOf(() => show(VpcEndpointId))).toBe('InvalidVpcEndpointId.NotFound');
  expect(await ec2.DeleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId] })).toMatchObject({
    Unsuccessful: [{ ResourceId: VpcEndpointId, Error: { Code: 'InvalidVpcEndpointId.NotFound' } }],
  });
});

test('an interface endpoint has interfaces and names, and lets in whom its security groups let in', async () => {
  const { ec2, state } = region;
  const { VpcId, SubnetIds } = await makeVpc();
  const group = async (GroupName: string) =>
    (await ec2.CreateSecurityGroup({ VpcId, GroupName, Description: 'a' })).GroupId ?? '';
  const [GroupId, other] = [await group('endpoint'), await group('other')];
  const { interfaceId } = state.createInterface({
    subnetId: SubnetIds[1],
    groupIds: [other],
    description: 'a',
  });
  const { VpcEndpoint } = await inInterface(VpcId, [SubnetIds[0]], { SecurityGroupIds: [GroupId] });
  const VpcEndpointId = VpcEndpoint?.VpcEndpointId ?? '';
  expect(VpcEndpoint).toMatchObject({ State: 'pending', PrivateDnsEnabled: true, Groups: [{ GroupId }] });
  await until(async () => (await show(VpcEndpointId))?.State === ('available' as never));
  expect((await show(VpcEndpointId))?.DnsEntries?.map(({ DnsName }) => DnsName)).toEqual([
    expect.stringMatching(
      new RegExp(`^${VpcEndpointId}-[a-z0-9]{8}\\.ssm\\.us-east-1\\.vpce\\.amazonaws\\.com$`),
    ),
    expect.stringMatching(new RegExp(`^${VpcEndpointId}-[a-z0-9]{8}-us-east-1a\\.ssm\\.`)),
    'ssm.us-east-1.amazonaws.com',
  ]);
  expect(state.reachesAws(interfaceId)).toBe(false);
  await ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    CidrIp: '10.0.0.0/16',
  });
  expect(state.reachesAws(interfaceId)).toBe(true);
  expect(await codeOf(() => inInterface(VpcId, [SubnetIds[1]]))).toBe('InvalidParameter');
  await ec2.ModifyVpcEndpoint({
    VpcEndpointId,
    AddSubnetIds: [SubnetIds[1]],
    AddSecurityGroupIds: [other],
    RemoveSecurityGroupIds: [GroupId],
  });
  expect(await show(VpcEndpointId)).toMatchObject({ SubnetIds, Groups: [{ GroupId: other }] });
  expect((await show(VpcEndpointId))?.NetworkInterfaceIds).toHaveLength(2);
  expect(state.reachesAws(interfaceId)).toBe(false);
  await ec2.ModifyVpcEndpoint({ VpcEndpointId, RemoveSubnetIds: [SubnetIds[0]], PrivateDnsEnabled: false });
  expect((await show(VpcEndpointId))?.NetworkInterfaceIds).toHaveLength(1);
  await ec2.DeleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId] });
  expect(await show(VpcEndpointId)).toMatchObject({ State: 'deleting' });
  await until(async () => (await ec2.DescribeVpcEndpoints({})).VpcEndpoints?.length === 0);
  const { NetworkInterfaces } = await ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  });
  expect(NetworkInterfaces).toHaveLength(1);
});

test('what an endpoint cannot be is said', async () => {
  const { ec2 } = region;
  const { VpcId, SubnetIds } = await makeVpc();
  const code = (input: object) => codeOf(() => ec2.CreateVpcEndpoint({ VpcId, ServiceName: S3, ...input }));
  expect(await code({ ServiceName: 'com.amazonaws.us-east-1.nothing' })).toBe('InvalidServiceName');
  expect(await code({ ServiceName: SSM })).toBe('InvalidParameter');
  expect(await code({ VpcEndpointType: 'GatewayLoadBalancer' })).toBe('UnsupportedOperation');
  const second = (await ec2.CreateSubnet({ VpcId, CidrBlock: '10.0.2.0/24', AvailabilityZone: 'us-east-1a' }))
    .Subnet;
  expect(await codeOf(() => inInterface(VpcId, [SubnetIds[0], second?.SubnetId ?? '']))).toBe(
    'DuplicateSubnetsInSameZone',
  );
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: false } });
  expect(await codeOf(() => inInterface(VpcId, [SubnetIds[0]]))).toBe('InvalidParameter');
  expect(await ec2.DescribeVpcEndpoints({})).toEqual({ VpcEndpoints: [] });
  expect(await codeOf(() => show('vpce-0123456789abcdef0'))).toBe('InvalidVpcEndpointId.NotFound');
});

test('the services with endpoints are described, once for each type of endpoint', async () => {
  const describe = async (input: object) =>
    (await region.ec2.DescribeVpcEndpointServices(input)).ServiceDetails?.map((service) => [
      service.ServiceName,
      service.ServiceType?.[0]?.ServiceType,
    ]);
  expect(await describe({ ServiceNames: [S3] })).toEqual([
    [S3, 'Gateway'],
    [S3, 'Interface'],
  ]);
  const Filters = [
    { Name: 'service-type', Values: ['Interface'] },
    { Name: 'service-name', Values: ['*.ssm', S3] },
  ];
  expect(await describe({ Filters })).toEqual([
    [S3, 'Interface'],
    [SSM, 'Interface'],
  ]);
  const unknown = () => region.ec2.DescribeVpcEndpointServices({ ServiceNames: [`${S3}x`] });
  expect(await codeOf(unknown)).toBe('InvalidServiceName');
});
