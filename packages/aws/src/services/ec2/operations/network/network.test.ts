import { bearEc2, codeOf, type NewbornEc2 } from '../../newborn-ec2';

let born: NewbornEc2;
beforeEach(() => {
  born = bearEc2({ scale: 1 });
});
afterEach(() => born.dispose());

function createVpc(CidrBlock = '10.0.0.0/16'): string {
  return born.operations.CreateVpc({ CidrBlock }, born.call).Vpc?.VpcId ?? '';
}

function createSubnet(VpcId: string, CidrBlock: string): string {
  return born.operations.CreateSubnet({ VpcId, CidrBlock }, born.call).Subnet?.SubnetId ?? '';
}

test('a newborn account has a default VPC with a public subnet in every zone', () => {
  const { operations, call } = born;
  const [vpc, ...others] = operations.DescribeVpcs({}, call).Vpcs ?? [];
  expect([vpc?.CidrBlock, vpc?.IsDefault, others.length]).toEqual(['172.31.0.0/16', true, 0]);
  const subnets = operations.DescribeSubnets({}, call).Subnets ?? [];
  const zones = operations.DescribeAvailabilityZones({}, call).AvailabilityZones ?? [];
  expect(subnets.map((one) => one.AvailabilityZone)).toEqual(zones.map((zone) => zone.ZoneName));
  expect(subnets.every((one) => born.ec2.state.hasInternetGateway(one.SubnetId ?? ''))).toBe(true);
  expect(subnets[0]?.AvailableIpAddressCount).toBe(4091);
});

test('a VPC with dependencies is not deleted; without them it takes its defaults along', async () => {
  const { operations, call } = born;
  const VpcId = createVpc();
  const SubnetId = createSubnet(VpcId, '10.0.1.0/24');
  const deleteVpc = () => operations.DeleteVpc({ VpcId }, call);
  expect(await codeOf(deleteVpc)).toBe('DependencyViolation');
  operations.DeleteSubnet({ SubnetId }, call);
  deleteVpc();
  const mine = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
  expect(operations.DescribeSecurityGroups(mine, call).SecurityGroups).toEqual([]);
  expect(operations.DescribeRouteTables(mine, call).RouteTables).toEqual([]);
});

test.each([
  ['that overlaps another', '10.0.1.128/25', 'InvalidSubnet.Conflict'],
  ['outside of its VPC', '10.1.0.0/24', 'InvalidSubnet.Range'],
  ['that is too small', '10.0.2.0/29', 'InvalidSubnet.Range'],
  ['that is no block', 'ten', 'InvalidParameterValue'],
])('a subnet %s is refused', async (_what, block, code) => {
  const vpc = createVpc();
  createSubnet(vpc, '10.0.1.0/24');
  expect(await codeOf(() => createSubnet(vpc, block))).toBe(code);
});

test('a subnet is public once its route table leads to an attached internet gateway', async () => {
  const { operations, call } = born;
  const VpcId = createVpc();
  const SubnetId = createSubnet(VpcId, '10.0.1.0/24');
  const gateway = operations.CreateInternetGateway({}, call).InternetGateway?.InternetGatewayId;
  const RouteTableId = operations.CreateRouteTable({ VpcId }, call).RouteTable?.RouteTableId;
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway };
  expect(await codeOf(() => operations.CreateRoute(route, call))).toBe('InvalidParameterValue');
  operations.AttachInternetGateway({ InternetGatewayId: gateway, VpcId }, call);
  operations.CreateRoute(route, call);
  expect(await codeOf(() => operations.CreateRoute(route, call))).toBe('RouteAlreadyExists');
  expect(born.ec2.state.hasInternetGateway(SubnetId)).toBe(false);
  const { AssociationId } = operations.AssociateRouteTable({ RouteTableId, SubnetId }, call);
  expect(born.ec2.state.hasInternetGateway(SubnetId)).toBe(true);
  expect(await codeOf(() => operations.DeleteRouteTable({ RouteTableId }, call))).toBe('DependencyViolation');
  operations.DisassociateRouteTable({ AssociationId }, call);
  operations.DeleteRouteTable({ RouteTableId }, call);
  expect(born.ec2.state.hasInternetGateway(SubnetId)).toBe(false);
});

describe('security groups', () => {
  function createGroup(GroupName: string, VpcId?: string): string {
    const { GroupId } = born.operations.CreateSecurityGroup(
      { GroupName, Description: 'test', VpcId },
      born.call,
    );
    return GroupId ?? '';
  }
  const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };

  test('a new one lets all out and nobody in', () => {
    const group = born.ec2.securityGroup(createGroup('web'));
    expect(group?.IpPermissions).toEqual([]);
    expect(group?.IpPermissionsEgress).toMatchObject([
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ]);
  });

  test('a rule is not added twice, and not removed when it is not there', async () => {
    const { operations, call } = born;
    const GroupId = createGroup('web');
    const IpPermissions = [{ ...http, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }];
    const authorize = () => operations.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, call);
    const [rule] = authorize().SecurityGroupRules;
    expect(rule?.SecurityGroupRuleId).toMatch(/^sgr-0[0-9a-f]{16}$/);
    expect(await codeOf(authorize)).toBe('InvalidPermission.Duplicate');
    operations.RevokeSecurityGroupIngress({ GroupId, IpPermissions }, call);
    const revoke = () => operations.RevokeSecurityGroupIngress({ GroupId, IpPermissions }, call);
    expect(await codeOf(revoke)).toBe('InvalidPermission.NotFound');
  });

  test('one that another names, or an interface wears, is not deleted', async () => {
    const { operations, call } = born;
    const web = createGroup('web');
    const balancer = createGroup('balancer');
    operations.AuthorizeSecurityGroupIngress(
      { GroupId: web, IpPermissions: [{ ...http, UserIdGroupPairs: [{ GroupId: balancer }] }] },
      call,
    );
    const remove = (GroupId: string) => codeOf(() => operations.DeleteSecurityGroup({ GroupId }, call));
    expect(await remove(balancer)).toBe('DependencyViolation');
    const subnet = operations.DescribeSubnets({}, call).Subnets?.[0]?.SubnetId ?? '';
    const nic = born.ec2.createInterface({ subnetId: subnet, groupIds: [web], description: 'ELB' });
    expect(await remove(web)).toBe('DependencyViolation');
    born.ec2.deleteInterface(nic.interfaceId);
    operations.DeleteSecurityGroup({ GroupId: web }, call);
    operations.DeleteSecurityGroup({ GroupId: balancer }, call);
    expect(await remove(balancer)).toBe('InvalidGroup.NotFound');
  });

  test('what was revoked is shown', () => {
    const { operations, call } = born;
    const GroupId = createGroup('web');
    const permission = { ...http, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }] };
    const { SecurityGroupRules } = operations.AuthorizeSecurityGroupIngress(
      { GroupId, IpPermissions: [permission] },
      call,
    );
    const SecurityGroupRuleIds = [SecurityGroupRules[0]?.SecurityGroupRuleId ?? ''];
    const answer = operations.RevokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds }, call);
    expect(answer.RevokedSecurityGroupRules).toMatchObject([
      {
        SecurityGroupRuleId: SecurityGroupRuleIds[0],
        GroupId,
        IsEgress: false,
        ...http,
        CidrIpv4: '10.0.0.0/8',
      },
    ]);
  });

  test.each(['d'.repeat(256), 'naïve'])('a rule with the description %s is refused', async (Description) => {
    const GroupId = createGroup('web');
    const IpPermissions = [{ ...http, IpRanges: [{ CidrIp: '0.0.0.0/0', Description }] }];
    const authorize = () =>
      born.operations.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, born.call);
    expect(await codeOf(authorize)).toBe('InvalidParameterValue');
  });

  test('a group of another VPC is not let in', async () => {
    const GroupId = createGroup('web');
    const stranger = createGroup('stranger', createVpc());
    const authorize = () =>
      born.operations.AuthorizeSecurityGroupIngress(
        { GroupId, IpPermissions: [{ ...http, UserIdGroupPairs: [{ GroupId: stranger }] }] },
        born.call,
      );
    expect(await codeOf(authorize)).toBe('InvalidGroup.NotFound');
  });

  test('names are unique in a VPC, and default is reserved', async () => {
    createGroup('web');
    createGroup('web', createVpc());
    expect(await codeOf(() => createGroup('web'))).toBe('InvalidGroup.Duplicate');
    expect(await codeOf(() => createGroup('default'))).toBe('InvalidParameterValue');
  });

  test.each([
    ['a port out of range', { IpProtocol: 'tcp', FromPort: 80, ToPort: 70000 }, 'InvalidParameterValue'],
    ['no ports', { IpProtocol: 'tcp' }, 'InvalidParameterValue'],
    ['an unknown protocol', { IpProtocol: 'http' }, 'InvalidPermission.Malformed'],
  ])('a rule with %s is refused', async (_what, range, code) => {
    const GroupId = createGroup('web');
    const IpPermissions = [{ ...range, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    const authorize = () =>
      born.operations.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, born.call);
    expect(await codeOf(authorize)).toBe(code);
  });
});

test('an Elastic IP moves with its association and is not released while it is used', async () => {
  const { operations, call } = born;
  const { AllocationId, PublicIp } = operations.AllocateAddress({ Domain: 'vpc' }, call);
  const SubnetId = operations.DescribeSubnets({}, call).Subnets?.[0]?.SubnetId;
  const nic = operations.CreateNetworkInterface({ SubnetId }, call).NetworkInterface;
  const { AssociationId } = operations.AssociateAddress(
    { AllocationId, NetworkInterfaceId: nic?.NetworkInterfaceId },
    call,
  );
  expect(born.network.interface(nic?.NetworkInterfaceId ?? '')?.publicIp).toBe(PublicIp);
  const release = () => operations.ReleaseAddress({ AllocationId }, call);
  expect(await codeOf(release)).toBe('InvalidIPAddress.InUse');
  operations.DisassociateAddress({ AssociationId }, call);
  release();
  expect(operations.DescribeAddresses({}, call).Addresses).toEqual([]);
});

test('an interface keeps its Elastic IP when the caller forbids to take it', async () => {
  const { operations, call } = born;
  const SubnetId = operations.DescribeSubnets({}, call).Subnets?.[0]?.SubnetId;
  const { NetworkInterface } = operations.CreateNetworkInterface({ SubnetId }, call);
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  const [first, second] = [operations.AllocateAddress({}, call), operations.AllocateAddress({}, call)];
  operations.AssociateAddress({ AllocationId: first.AllocationId, NetworkInterfaceId }, call);
  const associate = (AllowReassociation: boolean) =>
    operations.AssociateAddress(
      { AllocationId: second.AllocationId, NetworkInterfaceId, AllowReassociation },
      call,
    );
  expect(await codeOf(() => associate(false))).toBe('Resource.AlreadyAssociated');
  associate(true);
  expect(born.network.interface(NetworkInterfaceId)?.publicIp).toBe(second.PublicIp);
  operations.ReleaseAddress({ AllocationId: first.AllocationId }, call);
  expect(await codeOf(() => operations.DisassociateAddress({}, call))).toBe('MissingParameter');
  expect(await codeOf(() => operations.ReleaseAddress({}, call))).toBe('MissingParameter');
});

test('a call for certain resources gives no pages of them', async () => {
  const { operations, call } = born;
  const page = { MaxResults: 5 };
  const calls = [
    () => operations.DescribeInstances({ InstanceIds: ['i-0123456789abcdef0'], ...page }, call),
    () => operations.DescribeVolumes({ VolumeIds: ['vol-0123456789abcdef0'], ...page }, call),
    () => operations.DescribeSnapshots({ SnapshotIds: ['snap-0123456789abcdef0'], ...page }, call),
    () =>
      operations.DescribeNetworkInterfaces({ NetworkInterfaceIds: ['eni-0123456789abcdef0'], ...page }, call),
  ];
  for (const describe of calls) expect(await codeOf(describe)).toBe('InvalidParameterCombination');
});

test('a VPC has a tenancy that there is', async () => {
  const create = () =>
    born.operations.CreateVpc(
      { CidrBlock: '10.9.0.0/16', InstanceTenancy: 'shared' as 'default' },
      born.call,
    );
  expect(await codeOf(create)).toBe('InvalidParameterValue');
});

test('a public address has a name only while DNS hostnames are enabled in its VPC', () => {
  const { operations, call } = born;
  const VpcId = operations.CreateVpc({ CidrBlock: '10.0.0.0/16' }, call).Vpc?.VpcId;
  const SubnetId = operations.CreateSubnet({ VpcId, CidrBlock: '10.0.0.0/24' }, call).Subnet?.SubnetId;
  const { Instances } = operations.RunInstances(
    {
      ImageId: born.amazonImage,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }],
    },
    call,
  );
  const id = Instances?.[0]?.InstanceId ?? '';
  expect(born.ec2.instance(id)).toMatchObject({ PublicIpAddress: expect.any(String), PublicDnsName: '' });
  const enable = (Value: boolean) =>
    operations.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value } }, call);
  enable(true);
  expect(born.ec2.instance(id)?.PublicDnsName).toMatch(/^ec2-.*amazonaws\.com$/);
  enable(false);
  expect(born.ec2.instance(id)?.PublicDnsName).toBe('');
});

test('an interface has the primary address that a list names', async () => {
  const { operations, call } = born;
  const SubnetId = operations.DescribeSubnets({}, call).Subnets?.[0]?.SubnetId;
  const create = (more: object) =>
    operations.CreateNetworkInterface(
      { SubnetId, PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '172.31.0.40' }], ...more },
      call,
    ).NetworkInterface;
  expect(await codeOf(() => create({ PrivateIpAddress: '172.31.0.41' }))).toBe('InvalidParameterCombination');
  expect(create({})?.PrivateIpAddress).toBe('172.31.0.40');
  expect(await codeOf(() => create({}))).toBe('InvalidIPAddress.InUse');
});
