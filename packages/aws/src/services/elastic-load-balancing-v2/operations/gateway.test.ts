import type { CreateTargetGroupInput, SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { LoadBalancedRegion } from '../../../testing/load-balancing';
import { until } from '../../../testing/until';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'taken',
    ({ code }) => code,
  );
const createGateway = async (more = {}) => {
  const Subnets = region.subnets.slice(0, 1);
  const { LoadBalancers } = await region.elb.CreateLoadBalancer({
    ...{ Name: 'inspection', Type: 'gateway', Subnets },
    ...more,
  });
  return LoadBalancers?.[0];
};
const createTargets = async (more: Partial<CreateTargetGroupInput> = {}) => {
  const input = { Name: 'appliances', Protocol: 'GENEVE' as const, Port: 6081, VpcId: region.vpcId };
  return (await region.elb.CreateTargetGroup({ ...input, ...more })).TargetGroups?.[0];
};
const forwardTo = (TargetGroupArn: string | undefined) => [{ Type: 'forward' as const, TargetGroupArn }];

test('a Gateway Load Balancer has no name and no scheme, and one listener without port and protocol', async () => {
  const made = await createGateway();
  expect(made).toEqual({
    LoadBalancerArn: expect.stringMatching(/:loadbalancer\/gwy\/inspection\/[0-9a-f]{16}$/),
    CreatedTime: expect.any(Date),
    LoadBalancerName: 'inspection',
    VpcId: region.vpcId,
    State: { Code: 'provisioning' },
    Type: 'gateway',
    AvailabilityZones: [{ ZoneName: 'us-east-1a', SubnetId: region.subnets[0], LoadBalancerAddresses: [] }],
    IpAddressType: 'ipv4',
  });
  const group = await createTargets();
  const { LoadBalancerArn } = made ?? {};
  const DefaultActions = forwardTo(group?.TargetGroupArn);
  const { Listeners } = await region.elb.CreateListener({ LoadBalancerArn, DefaultActions });
  expect(Listeners).toEqual([
    {
      ListenerArn: expect.stringContaining(':listener/gwy/inspection/'),
      LoadBalancerArn,
      DefaultActions: [expect.objectContaining({ Type: 'forward' })],
    },
  ]);
  expect(await codeOf(region.elb.CreateListener({ LoadBalancerArn, DefaultActions }))).toBe(
    'DuplicateListener',
  );
  const ported = { LoadBalancerArn, DefaultActions, Port: 80, Protocol: 'TCP' as const };
  expect(await codeOf(region.elb.CreateListener(ported))).toBe('ValidationError');
  expect(region.ports()).toEqual([]);
  const { Attributes } = await region.elb.DescribeLoadBalancerAttributes({ LoadBalancerArn });
  expect(Attributes).toEqual([
    { Key: 'deletion_protection.enabled', Value: 'false' },
    { Key: 'load_balancing.cross_zone.enabled', Value: 'false' },
  ]);
});

test('appliances are checked on a port of their own, by HTTP or TCP', async () => {
  const { LoadBalancerArn } = (await createGateway()) ?? {};
  const group = await createTargets({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/up' });
  expect(group).toMatchObject({
    ...{ Protocol: 'GENEVE', Port: 6081, HealthCheckProtocol: 'HTTP', HealthCheckPort: '80' },
    ...{ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5, Matcher: { HttpCode: '200-399' } },
  });
  const { TargetGroupArn = '' } = group ?? {};
  await region.elb.CreateListener({ LoadBalancerArn, DefaultActions: forwardTo(TargetGroupArn) });
  let status = 200;
  await region.runInstance('one', (_request, response) => response.writeHead(status).end());
  // The load balancer's interfaces have no security group of their own: the rule names the VPC.
  await region.ec2.AuthorizeSecurityGroupIngress({
    GroupId: region.groups.web,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '172.31.0.0/16' }] }],
  });
  await region.register(TargetGroupArn, 'one');
  await region.untilTarget(TargetGroupArn, 'one', 'healthy');
  const { TargetHealthDescriptions } = await region.elb.DescribeTargetHealth({ TargetGroupArn });
  expect(TargetHealthDescriptions).toMatchObject([
    { Target: { Id: region.idOf('one'), Port: 6081 }, HealthCheckPort: '80' },
  ]);
  status = 500;
  await region.untilTarget(TargetGroupArn, 'one', 'unhealthy');
});

test('what does not go together with a Gateway Load Balancer is refused', async () => {
  expect(await codeOf(createGateway({ Scheme: 'internal' }))).toBe('InvalidConfigurationRequest');
  expect(await codeOf(createGateway({ SecurityGroups: [region.groups.web] }))).toBe(
    'InvalidConfigurationRequest',
  );
  expect(await codeOf(createTargets({ Port: 80 }))).toBe('ValidationError');
  const { LoadBalancerArn } = (await createGateway()) ?? {};
  const web = await region.createTargetGroup('web');
  const wrong = { LoadBalancerArn, DefaultActions: forwardTo(web) };
  expect(await codeOf(region.elb.CreateListener(wrong))).toBe('IncompatibleProtocols');
  const { TargetGroupArn } = (await createTargets()) ?? {};
  const stickiness = (Value: string) =>
    region.elb.ModifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: 'stickiness.type', Value }],
    });
  expect(await codeOf(stickiness('source_ip'))).toBe('InvalidConfigurationRequest');
  expect(await codeOf(stickiness('source_ip_dest_ip'))).toBe('taken');
});

describe('addresses of Network Load Balancers', () => {
  const create = async (SubnetMappings: SubnetMapping[], Scheme = 'internet-facing', Type = 'network') => {
    const input = { Name: 'front', Type: Type as 'network', Scheme: Scheme as 'internal', SubnetMappings };
    return (await region.elb.CreateLoadBalancer(input)).LoadBalancers?.[0];
  };
  const allocate = async () => {
    const { AllocationId = '', PublicIp } = await region.ec2.AllocateAddress({});
    return { AllocationId, PublicIp };
  };

  test('Elastic IPs are its own, one a zone, and free again when it is gone', async () => {
    const [one, two] = [await allocate(), await allocate()];
    const [SubnetId, second] = region.subnets;
    const made = await create([
      { SubnetId, AllocationId: one.AllocationId },
      { SubnetId: second, AllocationId: two.AllocationId },
    ]);
    expect(made?.AvailabilityZones?.map(({ LoadBalancerAddresses }) => LoadBalancerAddresses)).toEqual([
      [{ IpAddress: one.PublicIp, AllocationId: one.AllocationId }],
      [{ IpAddress: two.PublicIp, AllocationId: two.AllocationId }],
    ]);
    const addresses = async () => (await region.ec2.DescribeAddresses({})).Addresses ?? [];
    expect((await addresses()).map(({ AssociationId }) => AssociationId)).toEqual([
      expect.stringMatching(/^eipassoc-/),
      expect.stringMatching(/^eipassoc-/),
    ]);
    await until(async () => {
      const { LoadBalancers } = await region.elb.DescribeLoadBalancers({ Names: ['front'] });
      return LoadBalancers?.[0]?.State?.Code === 'active';
    });
    expect([one.PublicIp, two.PublicIp]).toContain(region.network.resolve('internet', made?.DNSName ?? ''));
    const again = region.elb.CreateLoadBalancer({
      Name: 'other',
      Type: 'network',
      SubnetMappings: [{ SubnetId, AllocationId: one.AllocationId }],
    });
    expect(await codeOf(again)).toBe('ResourceInUse');
    await region.elb.DeleteLoadBalancer({ LoadBalancerArn: made?.LoadBalancerArn });
    expect((await addresses()).map(({ AssociationId }) => AssociationId)).toEqual([undefined, undefined]);
  });

  test('an internal one has the private addresses that were chosen', async () => {
    const [SubnetId] = region.subnets;
    const address = '172.31.0.77';
    const made = await create([{ SubnetId, PrivateIPv4Address: address }], 'internal');
    expect(made?.AvailabilityZones?.[0]?.LoadBalancerAddresses).toEqual([{ PrivateIPv4Address: address }]);
    const { NetworkInterfaces } = await region.ec2.DescribeNetworkInterfaces({});
    expect(NetworkInterfaces?.map(({ PrivateIpAddress }) => PrivateIpAddress)).toEqual([address]);
  });

  test('what AWS refuses is refused', async () => {
    const [SubnetId, second] = region.subnets;
    const { AllocationId } = await allocate();
    const unknown = 'eipalloc-0123456789abcdef0';
    expect(await codeOf(create([{ SubnetId, AllocationId: unknown }]))).toBe('AllocationIdNotFound');
    expect(await codeOf(create([{ SubnetId, AllocationId }], 'internal'))).toBe(
      'InvalidConfigurationRequest',
    );
    const both = [{ SubnetId, AllocationId }, { SubnetId: second }];
    expect(await codeOf(create(both, 'internet-facing', 'application'))).toBe('InvalidConfigurationRequest');
    expect(await codeOf(create(both))).toBe('ValidationError');
    const addressed = (PrivateIPv4Address: string, scheme = 'internal') =>
      codeOf(create([{ SubnetId, PrivateIPv4Address }], scheme));
    expect(await addressed('172.31.0.77', 'internet-facing')).toBe('InvalidConfigurationRequest');
    expect(await addressed('10.0.0.1')).toBe('ValidationError');
    await region.runInstance('one', (_request, response) => response.end());
    const { Reservations } = await region.ec2.DescribeInstances({});
    const taken = Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress ?? '';
    expect(await addressed(taken)).toBe('ResourceInUse');
  });
});
