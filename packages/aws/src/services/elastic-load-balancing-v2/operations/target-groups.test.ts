import { LoadBalancedRegion } from '../../../testing/load-balancing';

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

test.each([
  [{ Name: 'x'.repeat(40) }, /cannot be longer/],
  [{ Name: 'Na--me' }, /Value 'Na--me' at 'targetGroup\.targetGroupArn\.targetGroupName' failed to satisfy/],
  [{ Protocol: undefined }, /A protocol must be specified/],
  [{ VpcId: undefined }, /A VPC ID must be specified/],
  [{ HealthCheckIntervalSeconds: 4 }, /greater than or equal to 5/],
  [{ HealthCheckTimeoutSeconds: 31 }, /timeout '31' must be smaller than or equal to the interval '30'/],
  [{ HealthyThresholdCount: 11 }, /less than or equal to 10/],
  [{ HealthCheckPath: 'index.html' }, /must begin with '\/'/],
  [{ HealthCheckPort: '0' }, /must be a valid port number/],
  [{ Matcher: { HttpCode: '200-600' } }, /must be within '200-499'/],
  [{ HealthCheckProtocol: 'TCP' as const }, /must be one of 'HTTPS, HTTP'/],
])('CreateTargetGroup refuses %j: %s', async (input, message) => {
  const call = region.elb.CreateTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: region.vpcId,
    ...input,
  });
  await expect(call).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringMatching(message),
  });
});

test('a target group has the health check and attributes that AWS gives it', async () => {
  const { TargetGroups } = await region.elb.CreateTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: region.vpcId,
  });
  expect(TargetGroups?.[0]).toMatchObject({
    TargetGroupArn: expect.stringMatching(/:targetgroup\/web\/[0-9a-f]{16}$/),
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckPath: '/',
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: [],
    TargetType: 'instance',
  });
  const { Attributes } = await region.elb.DescribeTargetGroupAttributes({
    TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn,
  });
  expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
  expect(Attributes).toContainEqual({ Key: 'load_balancing.algorithm.type', Value: 'round_robin' });
});

test('a protocol version that is empty is the one that AWS chooses', async () => {
  const { TargetGroups } = await region.elb.CreateTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    ProtocolVersion: '',
    Port: 80,
    VpcId: region.vpcId,
  });
  expect(TargetGroups?.[0]).toMatchObject({ ProtocolVersion: 'HTTP1' });
});

test('the health check of a target group can be changed', async () => {
  const TargetGroupArn = await region.createTargetGroup('web');
  const { TargetGroups } = await region.elb.ModifyTargetGroup({ TargetGroupArn, HealthCheckPath: '/health' });
  expect(TargetGroups).toMatchObject([{ HealthCheckPath: '/health', HealthCheckIntervalSeconds: 5 }]);
});

const modify = (TargetGroupArn: string, ...pairs: [string, string][]) =>
  region.elb.ModifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: pairs.map(([Key, Value]) => ({ Key, Value })),
  });

test('attributes are all set or, when one is not known or not valid, none', async () => {
  const TargetGroupArn = await region.createTargetGroup('web');
  const delay = 'deregistration_delay.timeout_seconds';
  await expect(modify(TargetGroupArn, [delay, '10'], ['nonsense', '1'])).rejects.toMatchObject({
    code: 'ValidationError',
    message: "Target group attribute key 'nonsense' is not recognized",
  });
  await expect(modify(TargetGroupArn, [delay, '3601'])).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining("'3601'"),
  });
  const { Attributes } = await region.elb.DescribeTargetGroupAttributes({ TargetGroupArn });
  expect(Attributes).toContainEqual({ Key: delay, Value: '300' });
});

test.each([
  [
    'HTTP',
    'source_ip',
    "Stickiness type 'source_ip' is not supported for target groups with the HTTP protocol",
  ],
  [
    'TCP',
    'lb_cookie',
    "Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol",
  ],
  ['HTTP', 'app_cookie', "You must set an application cookie name to enable stickiness of type 'app_cookie'"],
] as const)('sessions over %s by %s are refused', async (protocol, type, message) => {
  const TargetGroupArn = await region.createTargetGroup('web', protocol);
  await expect(modify(TargetGroupArn, ['stickiness.type', type])).rejects.toMatchObject({
    code: 'InvalidConfigurationRequest',
    message,
  });
});

test.each(['least_outstanding_requests', 'weighted_random'])(
  'new targets are not spared where requests go by %s',
  async (algorithm) => {
    const TargetGroupArn = await region.createTargetGroup('web');
    const spare = ['slow_start.duration_seconds', '60'] as const;
    const choose = ['load_balancing.algorithm.type', algorithm] as const;
    const refusal = { code: 'InvalidConfigurationRequest', message: expect.stringContaining('slow_start') };
    await expect(modify(TargetGroupArn, [...spare], [...choose])).rejects.toMatchObject(refusal);
    await modify(TargetGroupArn, [...spare]);
    await expect(modify(TargetGroupArn, [...choose])).rejects.toMatchObject(refusal);
    await modify(TargetGroupArn, ['slow_start.duration_seconds', '0'], [...choose]);
  },
);

test('what a listener uses cannot be deleted, and a group serves one load balancer', async () => {
  const { targetGroupArn } = await region.balance();
  await expect(region.elb.DeleteTargetGroup({ TargetGroupArn: targetGroupArn })).rejects.toMatchObject({
    code: 'ResourceInUse',
    message: `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
  });
  const { LoadBalancers } = await region.elb.CreateLoadBalancer({
    Name: 'second',
    Subnets: region.subnets.slice(0, 2),
  });
  const listen = region.elb.CreateListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  });
  await expect(listen).rejects.toMatchObject({ code: 'TargetGroupAssociationLimit' });
  const idle = await region.createTargetGroup('idle');
  expect(await region.elb.DeleteTargetGroup({ TargetGroupArn: idle })).toEqual({});
  await expect(region.elb.DescribeTargetGroups({ TargetGroupArns: [idle] })).rejects.toMatchObject({
    code: 'TargetGroupNotFound',
  });
});

test('only running instances of the VPC can be registered', async () => {
  const TargetGroupArn = await region.createTargetGroup('web');
  const id = await region.runInstance('i-1', (_request, response) => response.end());
  await region.ec2.StopInstances({ InstanceIds: [id] });
  await region.untilInstance('i-1', 'stopped');
  await expect(region.register(TargetGroupArn, 'i-1')).rejects.toMatchObject({
    code: 'InvalidTarget',
    message: `The following targets are not in a running state and cannot be registered: '${id}'`,
  });
  await expect(region.register(TargetGroupArn, 'i-none')).rejects.toMatchObject({ code: 'InvalidTarget' });
});

test('what was never registered can be deregistered, and says that it is not registered', async () => {
  const TargetGroupArn = await region.createTargetGroup('web');
  const Id = await region.runInstance('i-1', (_request, response) => response.end());
  expect(await region.elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id }] })).toEqual({});
  expect(await region.health(TargetGroupArn, 'i-1')).toMatchObject({ Reason: 'Target.NotRegistered' });
});

test('an address of a further block of the VPC is within it', async () => {
  await region.ec2.AssociateVpcCidrBlock({ VpcId: region.vpcId, CidrBlock: '10.9.0.0/16' });
  const { TargetGroups } = await region.elb.CreateTargetGroup({
    Name: 'addresses',
    TargetType: 'ip',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: region.vpcId,
  });
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
  const Targets = [{ Id: '10.9.8.7' }];
  expect(await region.elb.RegisterTargets({ TargetGroupArn, Targets })).toEqual({});
});

test.each([
  ['172.31.0.300', undefined, 'ValidationError'],
  ['10.9.8.7', undefined, 'ValidationError'],
  ['8.8.8.8', 'all', 'InvalidTarget'],
])('the address %s in the zone %s cannot be registered', async (Id, AvailabilityZone, code) => {
  const { TargetGroups } = await region.elb.CreateTargetGroup({
    Name: 'addresses',
    TargetType: 'ip',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: region.vpcId,
  });
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
  const register = (target: object) =>
    region.elb.RegisterTargets({ TargetGroupArn, Targets: [target as never] });
  await expect(register({ Id, AvailabilityZone })).rejects.toMatchObject({ code });
  expect(await register({ Id: '10.9.8.7', AvailabilityZone: 'all' })).toEqual({});
});

test('long lists come in pages, and what is deleted meanwhile hides nothing', async () => {
  for (const name of ['one', 'two', 'three']) await region.createTargetGroup(name);
  const first = await region.elb.DescribeTargetGroups({ PageSize: 2 });
  await region.elb.DeleteTargetGroup({ TargetGroupArn: first.TargetGroups?.[0]?.TargetGroupArn });
  const second = await region.elb.DescribeTargetGroups({ PageSize: 2, Marker: first.NextMarker });
  const names = [first, second].map(({ TargetGroups }) =>
    TargetGroups?.map(({ TargetGroupName }) => TargetGroupName),
  );
  expect(names).toEqual([['one', 'two'], ['three']]);
  expect(second.NextMarker).toBeUndefined();
  await expect(region.elb.DescribeTargetGroups({ Marker: 'nonsense' })).rejects.toMatchObject({
    code: 'ValidationError',
  });
});

test('an instance that is not there any more is not registered, and is asked for at the port of its checks', async () => {
  const TargetGroupArn = await region.createTargetGroup('web');
  const asked = { TargetGroupArn, Targets: [{ Id: 'i-12345678901234567' }] };
  const { TargetHealthDescriptions } = await region.elb.DescribeTargetHealth(asked);
  expect(TargetHealthDescriptions).toEqual([
    {
      Target: { Id: 'i-12345678901234567', Port: 80 },
      HealthCheckPort: '80',
      TargetHealth: {
        State: 'unused',
        Reason: 'Target.NotRegistered',
        Description: 'Target is not registered to the target group',
      },
    },
  ]);
});
