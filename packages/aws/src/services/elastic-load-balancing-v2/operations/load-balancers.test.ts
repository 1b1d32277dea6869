import { LoadBalancedRegion } from '../../../testing/load-balancing';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

async function create(input = {}) {
  const { LoadBalancers } = await region.elb.CreateLoadBalancer({
    Name: 'front',
    Subnets: region.subnets.slice(0, 2),
    SecurityGroups: [region.groups.balancer],
    ...input,
  });
  return LoadBalancers?.[0] ?? {};
}

test('a load balancer is described as AWS describes it, provisioning at first', async () => {
  const balancer = await create({ Tags: [{ Key: 'team', Value: 'web' }] });
  expect(balancer).toMatchObject({
    LoadBalancerArn: expect.stringMatching(
      /^arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer\/app\/front\/[0-9a-f]{16}$/,
    ),
    DNSName: expect.stringMatching(/^front-\d{9,10}\.us-east-1\.elb\.amazonaws\.com$/),
    CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
    Scheme: 'internet-facing',
    Type: 'application',
    State: { Code: 'provisioning' },
    VpcId: region.vpcId,
    SecurityGroups: [region.groups.balancer],
    IpAddressType: 'ipv4',
  });
  expect(balancer.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toEqual(['us-east-1a', 'us-east-1b']);
  const arn = balancer.LoadBalancerArn ?? '';
  const { TagDescriptions } = await region.elb.DescribeTags({ ResourceArns: [arn] });
  expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
});

test('creating a load balancer again gives the same one, with other settings it is refused', async () => {
  const first = await create();
  expect((await create()).LoadBalancerArn).toBe(first.LoadBalancerArn);
  await expect(create({ Scheme: 'internal' })).rejects.toMatchObject({
    code: 'DuplicateLoadBalancerName',
    message: "A load balancer with the same name 'front' exists, but with different settings",
  });
});

/** Subnets by name: a second one in the zone a, and one in another VPC, which has no internet gateway. */
async function moreSubnets(): Promise<Record<string, string>> {
  const [a, b] = region.subnets;
  const { Vpc } = await region.ec2.CreateVpc({ CidrBlock: '10.1.0.0/16' });
  const make = async (VpcId: string | undefined, CidrBlock: string) => {
    const { Subnet } = await region.ec2.CreateSubnet({ VpcId, CidrBlock, AvailabilityZone: 'us-east-1a' });
    return Subnet?.SubnetId ?? '';
  };
  return {
    a,
    b,
    a2: await make(region.vpcId, '172.31.240.0/24'),
    other: await make(Vpc?.VpcId, '10.1.0.0/24'),
  };
}

test.each<[object, string[], string, RegExp]>([
  [{ Name: 'a'.repeat(33) }, ['a', 'b'], 'ValidationError', /cannot be longer than '32' characters/],
  [
    { Name: 'under_score' },
    ['a', 'b'],
    'ValidationError',
    /can only contain characters that are alphanumeric/,
  ],
  [{ Name: '-front' }, ['a', 'b'], 'ValidationError', /cannot begin or end with a hyphen/],
  [{ Name: 'internal-front' }, ['a', 'b'], 'ValidationError', /cannot begin with 'internal-'/],
  [{}, ['a'], 'ValidationError', /At least two subnets in two different Availability Zones/],
  [{}, ['a', 'a2'], 'InvalidConfigurationRequest', /same Availability Zone/],
  [{}, ['a', 'subnet-none'], 'SubnetNotFound', /'subnet-none' does not exist/],
  [{}, ['b', 'other'], 'InvalidSubnet', /same VPC/],
  [{ Type: 'network' }, ['other'], 'InvalidSubnet', /VPC vpc-\w+ has no internet gateway/],
  [{ SecurityGroups: ['sg-none'] }, ['a', 'b'], 'InvalidSecurityGroup', /sg-none/],
  [{ Tags: [{ Key: 'a' }, { Key: 'a' }] }, ['a', 'b'], 'DuplicateTagKeys', /more than once/],
])('CreateLoadBalancer refuses %j in the subnets %j', async (input, names, code, message) => {
  const subnets = await moreSubnets();
  const Subnets = names.map((name) => subnets[name] ?? name);
  await expect(create({ Subnets, ...input })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('an Application Load Balancer without security groups gets the default one of its VPC', async () => {
  expect(await create({ SecurityGroups: [] })).toMatchObject({ SecurityGroups: [region.groups.default] });
  const calls = await region.region.aws.calls();
  const asked = calls.find(({ operation, caller }) => {
    return operation === 'DescribeSecurityGroups' && caller.includes('/elasticloadbalancing.amazonaws.com');
  });
  expect(asked).toMatchObject({ service: 'ec2', status: 200 });
});

test('a load balancer under deletion protection stays; deleting one that is gone succeeds', async () => {
  const { LoadBalancerArn } = await create();
  const protect = (Value: string) =>
    region.elb.ModifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value }],
    });
  await protect('true');
  await expect(region.elb.DeleteLoadBalancer({ LoadBalancerArn })).rejects.toMatchObject({
    code: 'OperationNotPermitted',
  });
  await protect('false');
  await region.elb.DeleteLoadBalancer({ LoadBalancerArn });
  expect(await region.elb.DeleteLoadBalancer({ LoadBalancerArn })).toEqual({});
  await expect(region.elb.DescribeLoadBalancers({ Names: ['front'] })).rejects.toMatchObject({
    code: 'LoadBalancerNotFound',
    message: "Load balancers '[front]' not found",
  });
});

test('attributes are those of the kind of load balancer', async () => {
  const application = await create();
  const network = await create({ Name: 'network', Type: 'network' });
  const modify = (LoadBalancerArn: string | undefined, Key: string, Value: string) =>
    region.elb.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key, Value }] });
  const secondary = 'secondary_ips.auto_assigned.per_subnet';
  const { Attributes } = await modify(network.LoadBalancerArn, secondary, '7');
  expect(Attributes).toContainEqual({ Key: secondary, Value: '7' });
  await expect(modify(network.LoadBalancerArn, secondary, '8')).rejects.toMatchObject({
    code: 'ValidationError',
  });
  for (const key of [secondary, 'constructor', '__proto__'])
    await expect(modify(application.LoadBalancerArn, key, '1')).rejects.toMatchObject({
      code: 'ValidationError',
      message: `Load balancer attribute key '${key}' is not recognized`,
    });
  const { Attributes: present } = await region.elb.DescribeLoadBalancerAttributes({
    LoadBalancerArn: application.LoadBalancerArn,
  });
  expect(present).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' });
});

test('a load balancer moves to other subnets and security groups', async () => {
  const [a, b, c] = region.subnets;
  const { LoadBalancerArn } = await create({ Subnets: [a, b] });
  const moved = await region.elb.SetSubnets({ LoadBalancerArn, Subnets: [b, c] });
  expect(moved.AvailabilityZones?.map(({ SubnetId }) => SubnetId)).toEqual([b, c]);
  const set = await region.elb.SetSecurityGroups({ LoadBalancerArn, SecurityGroups: [region.groups.web] });
  expect(set).toEqual({ SecurityGroupIds: [region.groups.web] });
  expect((await region.elb.DescribeLoadBalancers({})).LoadBalancers).toMatchObject([
    { SecurityGroups: [region.groups.web], AvailabilityZones: [{ SubnetId: b }, { SubnetId: c }] },
  ]);
  const { NetworkInterfaces } = await region.ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: 'group-id', Values: [region.groups.web] }],
  });
  expect(NetworkInterfaces?.map(({ SubnetId }) => SubnetId).sort()).toEqual([b, c].sort());
});

test("the interfaces of a load balancer are its owner's, and no client detaches them", async () => {
  await create();
  await create({ Name: 'n', Type: 'network', SecurityGroups: undefined });
  const { NetworkInterfaces = [] } = await region.ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: 'attachment.instance-owner-id', Values: ['amazon-elb'] }],
  });
  const shown = NetworkInterfaces.map(({ InterfaceType, Association }) => [
    InterfaceType,
    Association?.IpOwnerId,
  ]);
  expect(shown.sort()).toEqual([
    ['interface', 'amazon-elb'],
    ['interface', 'amazon-elb'],
    ['network_load_balancer', 'amazon-elb'],
    ['network_load_balancer', 'amazon-elb'],
  ]);
  for (const { InterfaceType, Attachment, RequesterId, RequesterManaged } of NetworkInterfaces) {
    expect({ RequesterId, RequesterManaged }).toEqual({ RequesterId: 'amazon-elb', RequesterManaged: true });
    expect(Attachment).toMatchObject({ DeviceIndex: 1, Status: 'attached', DeleteOnTermination: false });
    const { AttachmentId } = Attachment ?? {};
    await expect(region.ec2.DetachNetworkInterface({ AttachmentId })).rejects.toMatchObject(
      InterfaceType === 'interface'
        ? { code: 'AuthFailure' }
        : {
            code: 'OperationNotPermitted',
            message: "You are not allowed to manage 'ela-attach' attachments.",
          },
    );
  }
});

test('addresses are IPv4, and nothing else', async () => {
  const { LoadBalancerArn } = await create();
  const set = (IpAddressType: 'ipv4' | 'dualstack') =>
    region.elb.SetIpAddressType({ LoadBalancerArn, IpAddressType });
  expect(await set('ipv4')).toEqual({ IpAddressType: 'ipv4' });
  await expect(set('dualstack')).rejects.toMatchObject({ code: 'InvalidConfigurationRequest' });
});

test('tags are added, replaced and removed', async () => {
  const { LoadBalancerArn = '' } = await create({ Tags: [{ Key: 'team', Value: 'web' }] });
  const ResourceArns = [LoadBalancerArn];
  await region.elb.AddTags({
    ResourceArns,
    Tags: [
      { Key: 'team', Value: 'ops' },
      { Key: 'stage', Value: 'x' },
    ],
  });
  await region.elb.RemoveTags({ ResourceArns, TagKeys: ['stage'] });
  expect((await region.elb.DescribeTags({ ResourceArns })).TagDescriptions).toEqual([
    { ResourceArn: LoadBalancerArn, Tags: [{ Key: 'team', Value: 'ops' }] },
  ]);
  await expect(region.elb.DescribeTags({ ResourceArns: ['x'] })).rejects.toMatchObject({
    message: "'x' is not a valid ARN",
  });
});

test('limits and security policies can be looked up', async () => {
  const { Limits } = await region.elb.DescribeAccountLimits({ PageSize: 1 });
  expect(Limits).toEqual([{ Name: 'application-load-balancers', Max: '50' }]);
  const { SslPolicies } = await region.elb.DescribeSSLPolicies({
    Names: ['ELBSecurityPolicy-TLS13-1-3-2021-06'],
  });
  expect(SslPolicies).toMatchObject([{ SslProtocols: ['TLSv1.3'] }]);
  await expect(region.elb.DescribeSSLPolicies({ Names: ['none'] })).rejects.toMatchObject({
    code: 'SSLPolicyNotFound',
  });
});
