import { Stage } from '../stage';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

const PUBLIC = { Name: 'front', Subnets: ['subnet-a', 'subnet-b'], SecurityGroups: ['sg-lb'] };

/** The code and message of the error that the call ends with. */
async function refusal(call: () => unknown): Promise<[string, string]> {
  try {
    await call();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return [code, message];
  }
  throw new Error('the call was not refused');
}

async function create(input = {}) {
  const answer = await stage.elbv2.operations.CreateLoadBalancer({ ...PUBLIC, ...input }, stage.call);
  return answer.LoadBalancers?.[0] ?? {};
}

function fixed(StatusCode = '200') {
  return [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode } }];
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
    VpcId: 'vpc-1',
    SecurityGroups: ['sg-lb'],
    IpAddressType: 'ipv4',
  });
  expect(balancer.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toEqual(['us-east-1a', 'us-east-1b']);
  const arn = balancer.LoadBalancerArn ?? '';
  const { TagDescriptions } = stage.elbv2.operations.DescribeTags({ ResourceArns: [arn] }, stage.call);
  expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
});

test('creating a load balancer again gives the same one, with other settings it is refused', async () => {
  const first = await create();
  expect((await create()).LoadBalancerArn).toBe(first.LoadBalancerArn);
  expect(await refusal(() => create({ Scheme: 'internal' }))).toEqual([
    'DuplicateLoadBalancerName',
    "A load balancer with the same name 'front' exists, but with different settings",
  ]);
});

test.each([
  [{ Name: 'a'.repeat(33) }, 'ValidationError', /cannot be longer than '32' characters/],
  [{ Name: 'under_score' }, 'ValidationError', /can only contain characters that are alphanumeric/],
  [{ Name: '-front' }, 'ValidationError', /cannot begin or end with a hyphen/],
  [{ Name: 'internal-front' }, 'ValidationError', /cannot begin with 'internal-'/],
  [{ Subnets: ['subnet-a'] }, 'ValidationError', /At least two subnets in two different Availability Zones/],
  [{ Subnets: ['subnet-a', 'subnet-a2'] }, 'InvalidConfigurationRequest', /same Availability Zone/],
  [{ Subnets: ['subnet-a', 'subnet-none'] }, 'SubnetNotFound', /'subnet-none' does not exist/],
  [{ Subnets: ['subnet-b', 'subnet-other'] }, 'InvalidSubnet', /same VPC/],
  [{ Subnets: ['subnet-other'], Type: 'network' }, 'InvalidSubnet', /VPC vpc-2 has no internet gateway/],
  [{ SecurityGroups: ['sg-none'] }, 'InvalidSecurityGroup', /sg-none/],
  [{ Tags: [{ Key: 'a' }, { Key: 'a' }] }, 'DuplicateTagKeys', /more than once/],
])('CreateLoadBalancer refuses %j', async (input, code, message) => {
  expect(await refusal(() => create(input))).toEqual([code, expect.stringMatching(message)]);
});

test('an Application Load Balancer without security groups gets the default one of its VPC', async () => {
  expect(await create({ SecurityGroups: [] })).toMatchObject({ SecurityGroups: ['sg-default'] });
});

test.each([
  [{ Name: 'x'.repeat(40) }, /cannot be longer/],
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
  const call = () =>
    stage.elbv2.operations.CreateTargetGroup(
      { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', ...input },
      stage.call,
    );
  expect(await refusal(call)).toEqual(['ValidationError', expect.stringMatching(message)]);
});

test('a target group has the health check and attributes that AWS gives it', () => {
  const { operations } = stage.elbv2;
  const { TargetGroups } = operations.CreateTargetGroup(
    { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1' },
    stage.call,
  );
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
  const { Attributes } = operations.DescribeTargetGroupAttributes(
    { TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn },
    stage.call,
  );
  expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
  expect(Attributes).toContainEqual({ Key: 'load_balancing.algorithm.type', Value: 'round_robin' });
});

test('attributes are all set or, when one is not known or not valid, none', async () => {
  const TargetGroupArn = stage.createTargetGroup('web');
  const { operations } = stage.elbv2;
  const modify = (...pairs: [string, string][]) =>
    operations.ModifyTargetGroupAttributes(
      { TargetGroupArn, Attributes: pairs.map(([Key, Value]) => ({ Key, Value })) },
      stage.call,
    );
  const delay = 'deregistration_delay.timeout_seconds';
  expect(await refusal(() => modify([delay, '10'], ['nonsense', '1']))).toEqual([
    'ValidationError',
    "Target group attribute key 'nonsense' is not recognized",
  ]);
  expect(await refusal(() => modify([delay, '3601']))).toEqual([
    'ValidationError',
    expect.stringContaining("'3601'"),
  ]);
  expect(operations.DescribeTargetGroupAttributes({ TargetGroupArn }, stage.call).Attributes).toContainEqual({
    Key: delay,
    Value: '300',
  });
});

test('what a listener uses cannot be deleted, and a group serves one load balancer', async () => {
  const { targetGroupArn } = await stage.balance();
  const { operations } = stage.elbv2;
  expect(
    await refusal(() => operations.DeleteTargetGroup({ TargetGroupArn: targetGroupArn }, stage.call)),
  ).toEqual([
    'ResourceInUse',
    `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
  ]);
  const { LoadBalancerArn } = await create({ Name: 'second' });
  const listen = () =>
    operations.CreateListener(
      {
        LoadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
      },
      stage.call,
    );
  expect((await refusal(listen))[0]).toBe('TargetGroupAssociationLimit');
});

test('a port has one listener, and protocols must fit the load balancer', async () => {
  const { arn } = await stage.balance();
  const { operations } = stage.elbv2;
  const listen = (input: object) => () =>
    operations.CreateListener(
      { LoadBalancerArn: arn, Port: 81, Protocol: 'HTTP', DefaultActions: fixed(), ...input },
      stage.call,
    );
  expect((await refusal(listen({ Port: 80 })))[0]).toBe('DuplicateListener');
  expect(await refusal(listen({ Protocol: 'TCP' }))).toEqual([
    'ValidationError',
    "Listener protocol 'TCP' must be one of 'HTTPS, HTTP'",
  ]);
  expect((await refusal(listen({ Protocol: 'HTTPS' })))[1]).toMatch(/certificate must be specified/);
  const overTcp = stage.createTargetGroup('tcp', 'TCP');
  const forward = [{ Type: 'forward', TargetGroupArn: overTcp }];
  expect((await refusal(listen({ DefaultActions: forward })))[0]).toBe('IncompatibleProtocols');
  expect((await refusal(listen({ LoadBalancerArn: `${arn}0` })))[0]).toBe('LoadBalancerNotFound');
});

test('what is no ARN of its kind is not valid', async () => {
  const { arn, listenerArn, targetGroupArn } = await stage.balance();
  const { operations } = stage.elbv2;
  const { call } = stage;
  const calls: [() => unknown, string][] = [
    [
      () => operations.DescribeTargetHealth({ TargetGroupArn: arn }, call),
      `'${arn}' is not a valid target group ARN`,
    ],
    [
      () => operations.DescribeLoadBalancers({ LoadBalancerArns: ['x'] }, call),
      "'x' is not a valid load balancer ARN",
    ],
    [
      () => operations.DescribeRules({ ListenerArn: targetGroupArn }, call),
      `'${targetGroupArn}' is not a valid listener ARN`,
    ],
    [
      () => operations.DeleteRule({ RuleArn: listenerArn }, call),
      `'${listenerArn}' is not a valid listener rule ARN`,
    ],
  ];
  for (const [refused, message] of calls)
    expect(await refusal(refused)).toEqual(['ValidationError', message]);
});

test('an HTTPS listener has more certificates than its default one', async () => {
  const { arn } = await stage.balance();
  const { operations } = stage.elbv2;
  const certificate = (name: string) => ({
    CertificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${name}`,
  });
  const { Listeners } = await operations.CreateListener(
    {
      LoadBalancerArn: arn,
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [certificate('one')],
      DefaultActions: fixed(),
    },
    stage.call,
  );
  const ListenerArn = Listeners?.[0]?.ListenerArn;
  operations.AddListenerCertificates(
    { ListenerArn, Certificates: [certificate('two'), certificate('three')] },
    stage.call,
  );
  operations.RemoveListenerCertificates({ ListenerArn, Certificates: [certificate('two')] }, stage.call);
  expect(operations.DescribeListenerCertificates({ ListenerArn }, stage.call).Certificates).toEqual([
    { ...certificate('one'), IsDefault: true },
    { ...certificate('three'), IsDefault: false },
  ]);
  const remove = () =>
    operations.RemoveListenerCertificates({ ListenerArn, Certificates: [certificate('one')] }, stage.call);
  expect((await refusal(remove))[0]).toBe('OperationNotPermitted');
});

test('a rule shows hosts and paths as old and as new clients read them', async () => {
  const { listenerArn } = await stage.balance();
  const Conditions = [
    { Field: 'path-pattern', Values: ['/img/*'] },
    { Field: 'host-header', HostHeaderConfig: { Values: ['a.example.com'] } },
  ];
  const { Rules } = stage.elbv2.operations.CreateRule(
    { ListenerArn: listenerArn, Priority: 1, Conditions, Actions: fixed() },
    stage.call,
  );
  expect(Rules?.[0]?.Conditions).toEqual([
    { Field: 'path-pattern', Values: ['/img/*'], PathPatternConfig: { Values: ['/img/*'] } },
    { Field: 'host-header', Values: ['a.example.com'], HostHeaderConfig: { Values: ['a.example.com'] } },
  ]);
});

test('priorities are unique, and may be swapped in one call', async () => {
  const { listenerArn } = await stage.balance();
  const { operations } = stage.elbv2;
  const add = (Priority: number) => {
    const { Rules } = operations.CreateRule(
      {
        ListenerArn: listenerArn,
        Priority,
        Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
        Actions: fixed(),
      },
      stage.call,
    );
    return Rules?.[0]?.RuleArn ?? '';
  };
  const [one, two] = [add(1), add(2)];
  expect(await refusal(() => add(2))).toEqual(['PriorityInUse', "Priority '2' is currently in use"]);
  const set = (...pairs: [string, number][]) =>
    operations.SetRulePriorities(
      { RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })) },
      stage.call,
    );
  expect((await refusal(() => set([one, 2])))[0]).toBe('PriorityInUse');
  set([one, 2], [two, 1]);
  const { Rules } = operations.DescribeRules({ ListenerArn: listenerArn }, stage.call);
  expect(Rules?.map(({ RuleArn, Priority }) => [RuleArn, Priority])).toEqual([
    [two, '1'],
    [one, '2'],
    [expect.stringMatching(/:listener-rule\/app\/front\//), 'default'],
  ]);
  const standard = Rules?.at(-1)?.RuleArn;
  expect((await refusal(() => operations.DeleteRule({ RuleArn: standard }, stage.call)))[0]).toBe(
    'OperationNotPermitted',
  );
});

test.each([
  [[{ Field: 'nothing', Values: ['x'] }], /must be one of/],
  [[{ Field: 'path-pattern', Values: [] }], /A condition value must be specified/],
  [[{ Field: 'path-pattern', Values: ['/a b'] }], /not valid/],
  [[{ Field: 'source-ip', SourceIpConfig: { Values: ['here'] } }], /CIDR block 'here' is not valid/],
  [[{ Field: 'path-pattern', Values: ['/1', '/2', '/3', '/4', '/5', '/6'] }], /'5' condition values/],
  [[], /A condition must be specified/],
])('CreateRule refuses the conditions %j', async (Conditions, message) => {
  const { listenerArn } = await stage.balance();
  const call = () =>
    stage.elbv2.operations.CreateRule(
      { ListenerArn: listenerArn, Priority: 1, Conditions, Actions: fixed() },
      stage.call,
    );
  expect(await refusal(call)).toEqual(['ValidationError', expect.stringMatching(message)]);
});

test('only running instances of the VPC can be registered', async () => {
  const TargetGroupArn = stage.createTargetGroup('web');
  await stage.runInstance('i-1', (_request, response) => response.end());
  stage.setInstanceState('i-1', 'stopped');
  expect(await refusal(() => stage.register(TargetGroupArn, 'i-1'))).toEqual([
    'InvalidTarget',
    "The following targets are not in a running state and cannot be registered: 'i-1'",
  ]);
  expect((await refusal(() => stage.register(TargetGroupArn, 'i-none')))[0]).toBe('InvalidTarget');
});

test('a load balancer under deletion protection stays; deleting one that is gone succeeds', async () => {
  const { LoadBalancerArn } = await create();
  const { operations } = stage.elbv2;
  const protect = (Value: string) =>
    operations.ModifyLoadBalancerAttributes(
      { LoadBalancerArn, Attributes: [{ Key: 'deletion_protection.enabled', Value }] },
      stage.call,
    );
  protect('true');
  expect((await refusal(() => operations.DeleteLoadBalancer({ LoadBalancerArn }, stage.call)))[0]).toBe(
    'OperationNotPermitted',
  );
  protect('false');
  operations.DeleteLoadBalancer({ LoadBalancerArn }, stage.call);
  expect(operations.DeleteLoadBalancer({ LoadBalancerArn }, stage.call)).toEqual({});
  expect(await refusal(() => operations.DescribeLoadBalancers({ Names: ['front'] }, stage.call))).toEqual([
    'LoadBalancerNotFound',
    "Load balancers '[front]' not found",
  ]);
});

test('long lists come in pages', () => {
  for (const name of ['one', 'two', 'three']) stage.createTargetGroup(name);
  const { operations } = stage.elbv2;
  const first = operations.DescribeTargetGroups({ PageSize: 2 }, stage.call);
  const second = operations.DescribeTargetGroups({ PageSize: 2, Marker: first.NextMarker }, stage.call);
  const names = [first, second].map(({ TargetGroups }) =>
    TargetGroups?.map(({ TargetGroupName }) => TargetGroupName),
  );
  expect(names).toEqual([['one', 'two'], ['three']]);
  expect(second.NextMarker).toBeUndefined();
});
