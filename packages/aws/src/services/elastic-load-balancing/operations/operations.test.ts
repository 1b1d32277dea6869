import { LoadBalancedRegion } from '../../../testing/load-balancing';

const LoadBalancerName = 'classic';
const CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012';
const HTTP = { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 };

let region: LoadBalancedRegion;
beforeEach(async () => {
  region = await LoadBalancedRegion.start();
});
afterEach(() => region.stop());

const classic = () => region.region.api('elastic-load-balancing');
const create = (overrides = {}) =>
  classic().CreateLoadBalancer({
    LoadBalancerName,
    Listeners: [HTTP],
    Subnets: region.subnets.slice(0, 2),
    SecurityGroups: [region.groups.balancer],
    ...overrides,
  });
const describe = async () => (await classic().DescribeLoadBalancers({})).LoadBalancerDescriptions?.[0];
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'taken',
    ({ code, message }) => `${code}: ${message}`,
  );

test('a load balancer is described as AWS describes it, with its defaults', async () => {
  const { DNSName } = await create({ Tags: [{ Key: 'team', Value: 'web' }] });
  expect(DNSName).toMatch(/^classic-\d{9,10}\.us-east-1\.elb\.amazonaws\.com$/);
  expect(await describe()).toEqual({
    LoadBalancerName,
    DNSName,
    CanonicalHostedZoneName: DNSName,
    CanonicalHostedZoneNameID: 'Z35SXDOTRQ7X7K',
    ListenerDescriptions: [{ Listener: { ...HTTP, InstanceProtocol: 'HTTP' }, PolicyNames: [] }],
    Policies: { AppCookieStickinessPolicies: [], LBCookieStickinessPolicies: [], OtherPolicies: [] },
    BackendServerDescriptions: [],
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    Subnets: region.subnets.slice(0, 2),
    VPCId: region.vpcId,
    Instances: [],
    HealthCheck: {
      Target: 'TCP:8080',
      Interval: 30,
      Timeout: 5,
      UnhealthyThreshold: 2,
      HealthyThreshold: 10,
    },
    SourceSecurityGroup: { OwnerAlias: region.region.context.accountId, GroupName: 'balancer' },
    SecurityGroups: [region.groups.balancer],
    CreatedTime: expect.any(Date),
    Scheme: 'internet-facing',
  });
  const { LoadBalancerAttributes } = await classic().DescribeLoadBalancerAttributes({ LoadBalancerName });
  expect(LoadBalancerAttributes).toEqual({
    CrossZoneLoadBalancing: { Enabled: false },
    AccessLog: { Enabled: false },
    ConnectionDraining: { Enabled: false, Timeout: 300 },
    ConnectionSettings: { IdleTimeout: 60 },
    AdditionalAttributes: [{ Key: 'elb.http.desyncmitigationmode', Value: 'defensive' }],
  });
});

test('the same name with the same settings is the same load balancer, with others it is refused', async () => {
  const { DNSName } = await create();
  expect(await create()).toEqual({ DNSName });
  expect(await codeOf(create({ Listeners: [{ ...HTTP, InstancePort: 1 }] }))).toBe(
    "DuplicateLoadBalancerName: Load Balancer named 'classic' already exists and it is configured with different parameters.",
  );
});

test('without subnets its zones stand in the default ones; internal names say so', async () => {
  const zones = { Subnets: undefined, AvailabilityZones: ['us-east-1b'], SecurityGroups: undefined };
  const { DNSName } = await create({ ...zones, Scheme: 'internal' });
  expect(DNSName).toMatch(/^internal-classic-/);
  expect(await describe()).toMatchObject({
    Subnets: [region.subnets[1]],
    Scheme: 'internal',
    SecurityGroups: [region.groups.default],
  });
  const enabled = { LoadBalancerName, AvailabilityZones: ['us-east-1a'] };
  expect(await classic().EnableAvailabilityZonesForLoadBalancer(enabled)).toEqual({
    AvailabilityZones: ['us-east-1b', 'us-east-1a'],
  });
  expect(await classic().DisableAvailabilityZonesForLoadBalancer(enabled)).toEqual({
    AvailabilityZones: ['us-east-1b'],
  });
});

test.each([
  [
    { AvailabilityZones: ['us-east-1a'] },
    'ValidationError: Only one of SubnetIds or AvailabilityZones may be specified',
  ],
  [{ Subnets: [] }, 'ValidationError: Either AvailabilityZones or SubnetIds must be specified'],
  [{ Subnets: ['subnet-0123456789abcdef0'] }, /^SubnetNotFound: /],
  [{ SecurityGroups: ['sg-0123456789abcdef0'] }, /^InvalidSecurityGroup: /],
  [{ Scheme: 'public' }, /^InvalidScheme: /],
  [{ Listeners: [{ ...HTTP, Protocol: 'UDP' }] }, /^ValidationError: /],
  [{ Listeners: [{ ...HTTP, Protocol: 'HTTPS' }] }, /^ValidationError: Secure Listeners/],
  [{ Listeners: [{ ...HTTP, InstanceProtocol: 'TCP' }] }, /^ValidationError: .* at the same layer/],
  [{ Listeners: [{ ...HTTP, Protocol: 'HTTPS', SSLCertificateId: 'arn:x' }] }, /^CertificateNotFound: /],
  [{ Tags: [{ Key: 'a' }, { Key: 'a' }] }, /^DuplicateTagKeys: /],
  [{ LoadBalancerName: 'under_score' }, /^ValidationError: /],
])('what AWS refuses of a new one is refused: %j', async (overrides, refusal) => {
  expect(await codeOf(create(overrides))).toEqual(
    typeof refusal === 'string' ? refusal : expect.stringMatching(refusal),
  );
});

test('one that is gone answers to nothing, and deleting it again succeeds', async () => {
  await create();
  expect(await classic().DeleteLoadBalancer({ LoadBalancerName })).toEqual({});
  expect(await classic().DeleteLoadBalancer({ LoadBalancerName })).toEqual({});
  expect(await codeOf(classic().DescribeInstanceHealth({ LoadBalancerName }))).toBe(
    "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'classic'",
  );
  const { NetworkInterfaces } = await region.ec2.DescribeNetworkInterfaces({});
  expect(NetworkInterfaces).toEqual([]);
});

test('attributes change one by one, and what is no value is refused', async () => {
  await create();
  const modify = (LoadBalancerAttributes: object) =>
    classic().ModifyLoadBalancerAttributes({ LoadBalancerName, LoadBalancerAttributes });
  expect(await modify({ ConnectionDraining: { Enabled: true, Timeout: 20 } })).toMatchObject({
    LoadBalancerName,
    LoadBalancerAttributes: {
      ConnectionDraining: { Enabled: true, Timeout: 20 },
      CrossZoneLoadBalancing: { Enabled: false },
    },
  });
  await modify({ CrossZoneLoadBalancing: { Enabled: true }, ConnectionSettings: { IdleTimeout: 5 } });
  const { LoadBalancerAttributes } = await classic().DescribeLoadBalancerAttributes({ LoadBalancerName });
  expect(LoadBalancerAttributes).toMatchObject({
    CrossZoneLoadBalancing: { Enabled: true },
    ConnectionDraining: { Enabled: true, Timeout: 20 },
    ConnectionSettings: { IdleTimeout: 5 },
  });
  expect(await codeOf(modify({ ConnectionDraining: { Enabled: true, Timeout: 3601 } }))).toMatch(
    /^InvalidConfigurationRequest/,
  );
  expect(await codeOf(modify({ AdditionalAttributes: [{ Key: 'elb.other', Value: 'x' }] }))).toMatch(
    /^LoadBalancerAttributeNotFound/,
  );
});

test('health checks are read as AWS reads them', async () => {
  await create();
  const configure = (Target: string, more = {}) =>
    classic().ConfigureHealthCheck({
      LoadBalancerName,
      HealthCheck: {
        ...{ Target, Interval: 10, Timeout: 3, UnhealthyThreshold: 3, HealthyThreshold: 2 },
        ...more,
      },
    });
  expect(await configure('http:80/up?deep=1')).toMatchObject({
    HealthCheck: { Target: 'HTTP:80/up?deep=1', Interval: 10, HealthyThreshold: 2 },
  });
  expect(await codeOf(configure('HTTP:80'))).toMatch(/^ValidationError: HealthCheck HTTP Target must/);
  expect(await codeOf(configure('TCP:80/'))).toMatch(/^ValidationError: HealthCheck TCP Target must/);
  expect(await codeOf(configure('FTP:80'))).toMatch(/^ValidationError: .* HTTP, TCP, HTTPS, SSL/);
  expect(await codeOf(configure('TCP:70000'))).toMatch(/^ValidationError: .* 1-65535/);
  expect(await codeOf(configure('TCP:80', { Timeout: 10 }))).toMatch(
    /^ValidationError: .* less than interval/,
  );
});

test('listeners are added and taken away; the same again is no error, another on the port is', async () => {
  await create();
  const add = (listener: object) =>
    classic().CreateLoadBalancerListeners({
      LoadBalancerName,
      Listeners: [{ Protocol: 'HTTPS', LoadBalancerPort: 443, InstancePort: 80, ...listener }],
    });
  const secure = { SSLCertificateId: CERTIFICATE };
  expect(await add(secure)).toEqual({});
  expect(await add(secure)).toEqual({});
  expect(await codeOf(add({ ...secure, InstancePort: 81 }))).toMatch(
    /^DuplicateListener: A listener already/,
  );
  const SSLCertificateId = CERTIFICATE.replace('/1', '/9');
  const set = (LoadBalancerPort: number) =>
    classic().SetLoadBalancerListenerSSLCertificate({ LoadBalancerName, LoadBalancerPort, SSLCertificateId });
  expect(await set(443)).toEqual({});
  expect(await codeOf(set(80))).toMatch(/^InvalidConfigurationRequest/);
  expect(await codeOf(set(90))).toMatch(/^ListenerNotFound/);
  expect((await describe())?.ListenerDescriptions?.[1]).toEqual({
    Listener: {
      ...{ Protocol: 'HTTPS', LoadBalancerPort: 443, InstanceProtocol: 'HTTP', InstancePort: 80 },
      SSLCertificateId,
    },
    PolicyNames: ['ELBSecurityPolicy-2016-08'],
  });
  const removal = { LoadBalancerName, LoadBalancerPorts: [443] };
  expect(await classic().DeleteLoadBalancerListeners(removal)).toEqual({});
  expect((await describe())?.ListenerDescriptions).toHaveLength(1);
});

test('subnets and security groups are changed', async () => {
  await create();
  const [first, second, third] = region.subnets;
  const attached = await classic().AttachLoadBalancerToSubnets({ LoadBalancerName, Subnets: [third] });
  expect(attached).toEqual({ Subnets: [first, second, third] });
  const detached = await classic().DetachLoadBalancerFromSubnets({ LoadBalancerName, Subnets: [first] });
  expect(detached).toEqual({ Subnets: [second, third] });
  const all = classic().DetachLoadBalancerFromSubnets({ LoadBalancerName, Subnets: [second, third] });
  expect(await codeOf(all)).toMatch(/^InvalidConfigurationRequest/);
  const SecurityGroups = [region.groups.default];
  const applied = await classic().ApplySecurityGroupsToLoadBalancer({ LoadBalancerName, SecurityGroups });
  expect(applied).toEqual({ SecurityGroups });
  const { NetworkInterfaces = [] } = await region.ec2.DescribeNetworkInterfaces({});
  expect(NetworkInterfaces.map(({ Description }) => Description)).toEqual(['ELB classic', 'ELB classic']);
  const { NetworkInterfaces: nodes } = await region.ec2.DescribeNetworkInterfaces({
    Filters: [{ Name: 'requester-id', Values: ['amazon-elb'] }],
  });
  expect(nodes).toHaveLength(2);
  expect(NetworkInterfaces.flatMap(({ Groups = [] }) => Groups.map(({ GroupId }) => GroupId))).toEqual([
    region.groups.default,
    region.groups.default,
  ]);
});

test('tags are added, taken away and listed, ten at most', async () => {
  await create();
  const LoadBalancerNames = [LoadBalancerName];
  const Tags = [{ Key: 'team', Value: 'web' }, { Key: 'old' }];
  expect(await classic().AddTags({ LoadBalancerNames, Tags })).toEqual({});
  expect(await classic().RemoveTags({ LoadBalancerNames, Tags: [{ Key: 'old' }] })).toEqual({});
  expect(await classic().DescribeTags({ LoadBalancerNames })).toEqual({
    TagDescriptions: [{ LoadBalancerName, Tags: [{ Key: 'team', Value: 'web' }] }],
  });
  const many = Array.from({ length: 10 }, (_, at) => ({ Key: `k${at}` }));
  expect(await codeOf(classic().AddTags({ LoadBalancerNames, Tags: many }))).toMatch(/^TooManyTags/);
});

test('policies are made, set on listeners and instance ports, and kept while in use', async () => {
  await create();
  const cookie = { LoadBalancerName, PolicyName: 'sticky', CookieExpirationPeriod: 60 };
  expect(await classic().CreateLBCookieStickinessPolicy(cookie)).toEqual({});
  expect(await codeOf(classic().CreateLBCookieStickinessPolicy(cookie))).toMatch(/^DuplicatePolicyName/);
  const app = { LoadBalancerName, PolicyName: 'app', CookieName: 'SESSION' };
  expect(await classic().CreateAppCookieStickinessPolicy(app)).toEqual({});
  const proxy = { LoadBalancerName, PolicyName: 'proxy', PolicyTypeName: 'ProxyProtocolPolicyType' };
  const PolicyAttributes = [{ AttributeName: 'ProxyProtocol', AttributeValue: 'true' }];
  expect(await codeOf(classic().CreateLoadBalancerPolicy(proxy))).toMatch(/^InvalidConfigurationRequest/);
  expect(await classic().CreateLoadBalancerPolicy({ ...proxy, PolicyAttributes })).toEqual({});
  const onListener = (PolicyNames: string[]) =>
    classic().SetLoadBalancerPoliciesOfListener({ LoadBalancerName, LoadBalancerPort: 80, PolicyNames });
  expect(await onListener(['sticky'])).toEqual({});
  expect(await codeOf(onListener(['proxy']))).toMatch(/^InvalidConfigurationRequest/);
  expect(await codeOf(onListener(['none']))).toBe('PolicyNotFound: There is no policy with name none');
  const backend = { LoadBalancerName, InstancePort: 8080, PolicyNames: ['proxy'] };
  expect(await classic().SetLoadBalancerPoliciesForBackendServer(backend)).toEqual({});
  expect(await describe()).toMatchObject({
    Policies: {
      AppCookieStickinessPolicies: [{ PolicyName: 'app', CookieName: 'SESSION' }],
      LBCookieStickinessPolicies: [{ PolicyName: 'sticky', CookieExpirationPeriod: 60 }],
      OtherPolicies: ['proxy'],
    },
    BackendServerDescriptions: [{ InstancePort: 8080, PolicyNames: ['proxy'] }],
    ListenerDescriptions: [{ PolicyNames: ['sticky'] }],
  });
  const removal = { LoadBalancerName, PolicyName: 'proxy' };
  expect(await codeOf(classic().DeleteLoadBalancerPolicy(removal))).toMatch(/^InvalidConfigurationRequest/);
  await classic().SetLoadBalancerPoliciesForBackendServer({ ...backend, PolicyNames: [] });
  expect(await classic().DeleteLoadBalancerPolicy(removal)).toEqual({});
  const { PolicyDescriptions } = await classic().DescribeLoadBalancerPolicies({ LoadBalancerName });
  expect(PolicyDescriptions?.map(({ PolicyName }) => PolicyName)).toEqual(['sticky', 'app']);
});

test('the policies that AWS has defined, the types and the limits are listed', async () => {
  const { PolicyDescriptions } = await classic().DescribeLoadBalancerPolicies({
    PolicyNames: ['ELBSecurityPolicy-TLS-1-2-2017-01'],
  });
  expect(PolicyDescriptions?.[0]?.PolicyAttributeDescriptions).toContainEqual({
    AttributeName: 'Protocol-TLSv1.1',
    AttributeValue: 'false',
  });
  const { PolicyTypeDescriptions } = await classic().DescribeLoadBalancerPolicyTypes({});
  expect(PolicyTypeDescriptions?.map(({ PolicyTypeName }) => PolicyTypeName)).toContain(
    'SSLNegotiationPolicyType',
  );
  const unknown = classic().DescribeLoadBalancerPolicyTypes({ PolicyTypeNames: ['Other'] });
  expect(await codeOf(unknown)).toMatch(/^PolicyTypeNotFound/);
  expect(await classic().DescribeAccountLimits({ PageSize: 1 })).toEqual({
    Limits: [{ Name: 'classic-load-balancers', Max: '20' }],
    NextMarker: expect.any(String),
  });
});

test('instances that are none, or of elsewhere, are not registered', async () => {
  await create();
  const Instances = [{ InstanceId: 'i-0123456789abcdef0' }];
  const register = classic().RegisterInstancesWithLoadBalancer({ LoadBalancerName, Instances });
  expect(await codeOf(register)).toMatch(/^InvalidInstance: /);
  const deregister = classic().DeregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances });
  expect(await codeOf(deregister)).toMatch(/^InvalidInstance: /);
  await region.runInstance('one', (_request, response) => response.end());
  const one = [{ InstanceId: region.idOf('one') }];
  expect(await classic().RegisterInstancesWithLoadBalancer({ LoadBalancerName, Instances: one })).toEqual({
    Instances: one,
  });
  expect(await classic().DeregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances: one })).toEqual({
    Instances: [],
  });
});
