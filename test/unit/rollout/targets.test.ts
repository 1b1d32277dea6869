import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, ListGrantsCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { Unmade } from '../../../src/build/plan/unmade';
import { checkTargets } from '../../../src/rollout/targets';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const iam = mockClient(IAMClient);
const kms = mockClient(KMSClient);
process.env.AWS_REGION = 'us-east-1';
process.env.KILN_FLEET_ROLES = 'kiln/*';

const item = {
  autoScalingGroup: 'fleet',
  minHealthy: 100,
  maxHealthy: 200,
  bake: 0,
  autoRollback: true,
  initialCapacity: 3,
  verify: 'targetGroup' as const,
  alarms: [],
  skipMatching: true,
  scaleInProtected: 'wait' as const,
  standby: 'wait' as const,
};

function useGroup(group: object | undefined, version: object = {}): void {
  autoScaling.reset();
  ec2.reset();
  const AutoScalingGroups = group
    ? [{ AutoScalingGroupName: 'fleet', Tags: [{ Key: 'kiln:fleet', Value: 'yes' }], ...group } as never]
    : [];
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups });
  ec2
    .on(DescribeLaunchTemplatesCommand)
    .resolves({ LaunchTemplates: [{ Tags: [{ Key: 'kiln:fleet', Value: '' }] }] });
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/aws/ebs' });
  const LaunchTemplateVersions = [{ LaunchTemplateId: 'lt-1', VersionNumber: 4, ...version }];
  ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions }) => ({
    LaunchTemplateVersions: Versions[0] === '$Default' ? [{ VersionNumber: 2 }] : LaunchTemplateVersions,
  }));
}

const template = (Version?: string) => ({ LaunchTemplateId: 'lt-1', ...(Version && { Version }) });

describe('how many servers stay in service', () => {
  const { minHealthy: _min, maxHealthy: _max, ...silent } = item;
  const group = { DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') };
  const policy = { InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 } };
  const bounds = async (target: typeof silent) => {
    const [{ minHealthy, maxHealthy } = { minHealthy: 0, maxHealthy: 0 }] = await checkTargets(
      [target],
      { port: 80 },
      new Unmade(),
    );
    return [minHealthy, maxHealthy];
  };

  test("is what the group's own policy says, where the pipeline says nothing", async () => {
    useGroup({ ...group, ...policy });
    expect(await bounds(silent)).toEqual([90, 120]);
  });

  test('is what the pipeline says, whatever the group says', async () => {
    useGroup({ ...group, ...policy });
    expect(await bounds(item)).toEqual([100, 200]);
    expect(await bounds({ ...silent, minHealthy: 50 } as typeof silent)).toEqual([50, 110]);
  });

  test('is all, where neither does', async () => {
    useGroup(group);
    expect(await bounds(silent)).toEqual([100, 110]);
    useGroup({ ...group, InstanceMaintenancePolicy: { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 } });
    expect(await bounds(silent)).toEqual([100, 110]);
  });
});

describe('processes that are suspended', () => {
  const group = { DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') };
  const suspended = (...names: string[]) => ({
    SuspendedProcesses: names.map((ProcessName) => ({ ProcessName, SuspensionReason: 'by Ann' })),
  });
  const check = () => checkTargets([item], { port: 80 }, new Unmade());

  test.each(['Launch', 'Terminate', 'InstanceRefresh', 'HealthCheck', 'ReplaceUnhealthy'])(
    'are refused where a rollout needs them: %s',
    async (name) => {
      useGroup({ ...group, ...suspended(name) });
      await expect(check()).rejects.toMatchObject({
        name: 'TargetNotRefreshable',
        message: expect.stringMatching(
          new RegExp(
            `fleet has suspended processes .* ${name} \\(.*; by Ann\\).*\\(ResumeProcesses\\): aws autoscaling resume-processes --auto-scaling-group-name fleet --scaling-processes ${name}$`,
          ),
        ),
      });
    },
  );

  test('are named all at once', async () => {
    useGroup({ ...group, ...suspended('Launch', 'AZRebalance', 'Terminate') });
    await expect(check()).rejects.toThrow(/--scaling-processes Launch Terminate$/);
  });

  test('are refused where new servers would get no requests', async () => {
    useGroup({ ...group, ...suspended('AddToLoadBalancer') });
    await expect(check()).resolves.toHaveLength(1);
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/web/1';
    useGroup({ ...group, ...suspended('AddToLoadBalancer'), TargetGroupARNs: [arn] });
    await expect(check()).rejects.toThrow(/AddToLoadBalancer \(new servers get no requests/);
  });

  test('do not matter where a rollout does without them', async () => {
    useGroup({ ...group, ...suspended('AZRebalance', 'AlarmNotification', 'ScheduledActions') });
    await expect(check()).resolves.toHaveLength(1);
  });
});

describe('a warm pool', () => {
  const pool = {
    WarmPoolConfiguration: { PoolState: 'Stopped' },
    WarmPoolSize: 2,
    LaunchTemplate: template('4'),
  };

  test('is no obstacle to a refresh, which replaces it too', async () => {
    useGroup({ ...pool, DesiredCapacity: 3, MaxSize: 6 });
    await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toHaveLength(1);
  });

  test('of a group without servers is refused before the first image, which would not be the first to come', async () => {
    useGroup({ ...pool, DesiredCapacity: 0, MaxSize: 6 });
    await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toThrow(
      /fleet has no servers yet but 2 in its warm pool.*delete-warm-pool --auto-scaling-group-name fleet --force-delete/,
    );
  });
});

describe('alarms that are to watch over a refresh', () => {
  const cloudWatch = mockClient(CloudWatchClient);
  const watched = { ...item, alarms: ['errors', 'latency'] };
  beforeEach(() => {
    cloudWatch.reset();
    useGroup({ DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') });
  });

  test('must be there', async () => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ CompositeAlarms: [{ AlarmName: 'latency', StateValue: 'OK' }] });
    await expect(checkTargets([watched], { port: 80 }, new Unmade())).rejects.toThrow(
      'fleet is to be watched by alarms that do not exist: errors. Create them',
    );
  });

  test('must not have gone off already', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' },
        { AlarmName: 'latency', StateValue: 'INSUFFICIENT_DATA' },
      ],
    });
    await expect(checkTargets([watched], { port: 80 }, new Unmade())).rejects.toThrow('errors (too many)');
  });

  test('that have gone off already do not watch over a hotfix, which is to silence them; the others do', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' },
        { AlarmName: 'latency', StateValue: 'OK' },
      ],
    });
    const check = () => checkTargets([watched], { port: 80, isHotfix: true }, new Unmade());
    await expect(check()).resolves.toMatchObject([{ alarms: ['latency'], ringing: ['errors'] }]);
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'latency' }] });
    await expect(check()).rejects.toThrow('do not exist: errors');
  });

  test('are asked for only where there are some', async () => {
    await checkTargets([item], { port: 80 }, new Unmade());
    expect(cloudWatch.calls()).toEqual([]);
  });
});

test('a group with a numbered version can be refreshed and rolled back', async () => {
  useGroup({ DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toEqual([
    {
      ...item,
      launchTemplateId: 'lt-1',
      currentVersion: '4',
      reference: '4',
      defaultVersion: '2',
      targetGroups: [],
      canRollBack: true,
      isFirstImage: false,
      isEmpty: false,
    },
  ]);
});

test('an empty group that never had an image of Kiln gets its first one', async () => {
  useGroup({ DesiredCapacity: 0, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toEqual([
    expect.objectContaining({ isFirstImage: true, isEmpty: false }),
  ]);
});

test('what the first image raises MinSize to is planned with what it is now', async () => {
  useGroup({ DesiredCapacity: 0, MinSize: 1, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([{ ...item, minCapacity: 2 }], { port: 80 }, new Unmade())).resolves.toEqual([
    expect.objectContaining({ minCapacity: 2, minSize: 1 }),
  ]);
});

test('a group that was scaled to zero by hand stays there, and is empty on purpose', async () => {
  useGroup(
    { DesiredCapacity: 0, MaxSize: 6, LaunchTemplate: template('4') },
    { VersionDescription: 'Kiln build web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6' },
  );
  await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toEqual([
    expect.objectContaining({ isFirstImage: false, isEmpty: true }),
  ]);
});

test('a group that uses $Latest is refreshed all the same where the pipeline gives up the rollback', async () => {
  useGroup({ DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('$Latest') });
  await expect(checkTargets([{ ...item, autoRollback: false }], { port: 80 }, new Unmade())).resolves.toEqual(
    [expect.objectContaining({ currentVersion: '4', reference: '$Latest', canRollBack: false })],
  );
});

test.each(['drop', 'keep'] as const)(
  'a template with user data is fine where the target says %s',
  async (userData) => {
    useGroup(
      { DesiredCapacity: 3, MaxSize: 6, LaunchTemplate: template('4') },
      { LaunchTemplateData: { UserData: 'IyEvYmluL3No' } },
    );
    await expect(checkTargets([{ ...item, userData }], { port: 80 }, new Unmade())).resolves.toEqual([
      expect.objectContaining({ userData }),
    ]);
  },
);

const many = { DesiredCapacity: 3, MaxSize: 6 };
test.each<[string, object | undefined, object, RegExp]>([
  ['that does not exist', undefined, {}, /fleet does not exist/],
  [
    'with $Latest',
    { ...many, LaunchTemplate: template('$Latest') },
    {},
    /version \$Latest.*now 4.*autoRollback: false/,
  ],
  ['with no version', { ...many, LaunchTemplate: template() }, {}, /version \$Default.*autoRollback: false/],
  ['with a mixed instances policy', { ...many, MixedInstancesPolicy: {} }, {}, /mixed instances policy/],
  [
    'whose template carries user data that the target says nothing of',
    { ...many, LaunchTemplate: template('4') },
    { LaunchTemplateData: { UserData: 'IyEvYmluL3No' } },
    /version 4 .* carries user data.*userData: drop.*userData: keep/,
  ],
  [
    'that another deployment of Kiln has',
    {
      ...many,
      LaunchTemplate: template('4'),
      Tags: [{ Key: 'kiln:service', Value: 'kiln-prod@us-east-1' }],
    },
    {},
    /another deployment of Kiln, kiln-prod@us-east-1.*remove the tag/,
  ],
  ['with a launch configuration', { ...many, LaunchConfigurationName: 'old' }, {}, /launch template instead/],
  [
    'that is being deleted',
    { ...many, LaunchTemplate: template('4'), Status: 'Delete in progress' },
    {},
    /being deleted/,
  ],
  [
    'whose image is an SSM parameter',
    { ...many, LaunchTemplate: template('4') },
    { LaunchTemplateData: { ImageId: 'resolve:ssm:/my/image' } },
    /SSM parameter resolve:ssm:\/my\/image.*AMI id/,
  ],
  [
    'that has no room for the first servers',
    { DesiredCapacity: 0, MaxSize: 2, LaunchTemplate: template('4') },
    {},
    /MaxSize of 2, but initialCapacity is 3/,
  ],
])('a group %s is refused with what to change', async (_what, group, version, words) => {
  useGroup(group, version);
  await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toMatchObject({
    name: 'TargetNotRefreshable',
    message: expect.stringMatching(words),
  });
});

test('a group that wants more servers than the first image brings is refused with what to change', async () => {
  useGroup({ DesiredCapacity: 0, MinSize: 4, MaxSize: 6, LaunchTemplate: template('4') });
  await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toThrow(
    'has a MinSize of 4, but initialCapacity is 3',
  );
});

test('a group whose launch template has no tag is refused with the command that gives it one', async () => {
  useGroup({ ...many, LaunchTemplate: template('4') });
  ec2
    .on(DescribeLaunchTemplatesCommand)
    .resolves({ LaunchTemplates: [{ Tags: [{ Key: 'Name', Value: 'web' }] }] });
  await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toThrow(
    'aws ec2 create-tags --resources lt-1 --tags Key=kiln:fleet,Value=yes',
  );
});

describe('the role of servers', () => {
  const useRole = (role: string | undefined, profile: object = { Name: 'servers' }) => {
    useGroup(
      { ...many, LaunchTemplate: template('4') },
      { LaunchTemplateData: { IamInstanceProfile: profile } },
    );
    iam.reset();
    const Roles = role ? [{ Arn: `arn:aws:iam::000000000000:role/${role}` } as never] : [];
    iam
      .on(GetInstanceProfileCommand, { InstanceProfileName: 'servers' })
      .resolves({ InstanceProfile: { Roles } as never });
  };

  test.each<[object]>([
    [{ Name: 'servers' }],
    [{ Arn: 'arn:aws:iam::000000000000:instance-profile/kiln/servers' }],
  ])('may be one of the path that Kiln may pass on (%j)', async (profile) => {
    useRole('kiln/web', profile);
    await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toHaveLength(1);
  });

  test.each<[string, string | undefined, string]>([
    [
      'of another path',
      'web/server',
      'fleet has servers with the role web/server, which Kiln may not pass on (iam:PassRole): it may pass on kiln/*',
    ],
    ['that is not there', undefined, 'the instance profile servers, which does not exist, or has no role'],
  ])('%s is refused with what to change', async (_what, role, words) => {
    useRole(role);
    await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toThrow(words);
  });
});

describe("a key of the account's own for the volumes of servers", () => {
  const KEY = 'arn:aws:kms:us-east-1:000000000000:key/1';
  const ROLE =
    'arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling';
  const useKey = (statements: object[], grants: object[] = [], metadata: object = {}) => {
    useGroup({ ...many, LaunchTemplate: template('4'), ServiceLinkedRoleARN: ROLE });
    ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/images' });
    kms.reset();
    kms.on(DescribeKeyCommand).resolves({
      KeyMetadata: { KeyId: '1', Arn: KEY, KeyManager: 'CUSTOMER', KeyState: 'Enabled', ...metadata },
    });
    kms.on(GetKeyPolicyCommand).resolves({ Policy: JSON.stringify({ Statement: statements }) });
    kms.on(ListGrantsCommand).resolves({ Grants: grants as never[] });
  };
  const allow = (AWS: string | string[]) => ({ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*' });

  test.each<[string, Parameters<typeof useKey>]>([
    ['names the role of Auto Scaling', [[allow([ROLE])]]],
    ['has a grant for it', [[allow('arn:aws:iam::000000000000:root')], [{ GranteePrincipal: ROLE }]]],
    ['is managed by AWS', [[], [], { KeyManager: 'AWS' }]],
  ])('is fine that %s', async (_what, key) => {
    useKey(...key);
    await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toHaveLength(1);
  });

  test.each<[string, Parameters<typeof useKey>, string]>([
    [
      "lets only the account's own roles use it",
      [[allow('arn:aws:iam::000000000000:root')]],
      `aws kms create-grant --key-id ${KEY} --grantee-principal ${ROLE}`,
    ],
    ['denies it', [[{ ...allow(ROLE), Effect: 'Deny' }]], 'which the role of Auto Scaling may not use'],
    ['is disabled', [[allow(ROLE)], [], { KeyState: 'Disabled' }], `the key ${KEY}, which is Disabled`],
  ])('is refused that %s', async (_what, key, words) => {
    useKey(...key);
    await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toThrow(words);
  });
});

test('what AWS does not let Kiln look at is told, and refuses no group', async () => {
  useGroup({ ...many, LaunchTemplate: template('4') });
  const denied = Object.assign(new Error('You are not authorized.'), { name: 'UnauthorizedOperation' });
  ec2.on(DescribeLaunchTemplatesCommand).rejects(denied);
  const unmade = new Unmade();
  await expect(checkTargets([item], { port: 80 }, unmade)).resolves.toHaveLength(1);
  expect(unmade.words).toEqual([
    'It was not checked whether Kiln may change the launch template of fleet: You are not authorized.',
  ]);
});

test('all that is to be changed is told at once, of all groups', async () => {
  useGroup(
    { ...many, LaunchTemplate: template('$Latest') },
    { LaunchTemplateData: { UserData: 'IyEvYmluL3No' } },
  );
  ec2.on(DescribeLaunchTemplatesCommand).resolves({ LaunchTemplates: [{}] });
  const refused = checkTargets([item, { ...item, autoScalingGroup: 'other' }], { port: 80 }, new Unmade());
  await expect(refused).rejects.toMatchObject({ name: 'TargetNotRefreshable' });
  const said = await refused.catch(({ message }: Error) => message.split('\n'));
  expect(said).toEqual([
    expect.stringMatching(/fleet uses version 4 .* carries user data/),
    expect.stringMatching(/fleet uses version \$Latest/),
    expect.stringMatching(/fleet uses the launch template lt-1, which has no tag kiln:fleet/),
    expect.stringMatching(/other does not exist/),
  ]);
});

test.each(['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.VersionNotFound'])(
  'a group whose template version was deleted is refused with what to change (%s)',
  async (name) => {
    useGroup({ ...many, LaunchTemplate: template('4') });
    ec2.on(DescribeLaunchTemplateVersionsCommand).rejects(Object.assign(new Error('gone'), { name }));
    await expect(checkTargets([item], { port: 80 }, new Unmade())).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringMatching(
        /fleet uses version 4 of the launch template lt-1, which does not exist/,
      ),
    });
  },
);

describe('whose servers are asked for the site', () => {
  const from = (UserIdGroupPairs: { GroupId: string }[], IpRanges: { CidrIp: string }[] = [], port = 80) => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    UserIdGroupPairs,
    IpRanges,
  });
  const probe = { GroupId: 'sg-probe' };
  const servers = { GroupId: 'sg-web' };

  /** The servers stand in 10.0.1.0/24 and 10.0.2.0/24, the probe in 10.0.9.0/24. */
  function useNetwork({
    inbound = [from([probe])] as IpPermission[],
    outbound = [from([servers])] as IpPermission[],
    vpc = 'vpc-1',
    targetGroup = { Port: 80, Protocol: 'HTTP' } as TargetGroup | null,
    template: data = { SecurityGroupIds: ['sg-web'] } as object,
  } = {}) {
    useGroup(
      {
        ...many,
        LaunchTemplate: template('4'),
        VPCZoneIdentifier: 'subnet-1,subnet-2',
        TargetGroupARNs: ['arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/web/1'],
      },
      { LaunchTemplateData: data },
    );
    process.env.KILN_PROBE_SECURITY_GROUP = 'sg-probe';
    process.env.KILN_SUBNETS = 'subnet-9';
    const groups = {
      'sg-web': { ...servers, VpcId: vpc, IpPermissions: inbound },
      'sg-probe': { ...probe, VpcId: 'vpc-1', IpPermissionsEgress: outbound },
    };
    ec2.on(DescribeSecurityGroupsCommand).callsFake(({ Filters: [{ Name, Values }] }) => {
      const id = Name === 'group-name' ? 'sg-web' : Values[0];
      return { SecurityGroups: [groups[id as 'sg-web']].filter(Boolean) };
    });
    ec2.on(DescribeSubnetsCommand).callsFake(({ Filters: [{ Values }] }) => ({
      Subnets: (Values as string[]).map((id) => ({
        SubnetId: id,
        VpcId: 'vpc-1',
        CidrBlock: `10.0.${id.at(-1)}.0/24`,
      })),
    }));
    balancing.reset();
    if (targetGroup) balancing.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: [targetGroup] });
    else
      balancing
        .on(DescribeTargetGroupsCommand)
        .rejects(Object.assign(new Error('gone'), { name: 'TargetGroupNotFoundException' }));
  }
  const check = () => checkTargets([{ ...item, verify: 'site' }], { port: 80 }, new Unmade());

  test.each<[string, Parameters<typeof useNetwork>[0]]>([
    ['by its security group', {}],
    ['by its subnet', { inbound: [from([], [{ CidrIp: '10.0.8.0/22' }])] }],
    ['by any protocol', { inbound: [{ IpProtocol: '-1', UserIdGroupPairs: [probe] }] }],
    ['in their default security group', { template: {} }],
    ['on a network interface', { template: { NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-web'] }] } }],
    [
      'out to their subnets',
      { outbound: [from([], [{ CidrIp: '10.0.1.0/24' }, { CidrIp: '10.0.2.0/24' }])] },
    ],
    [
      'on the port of the target group',
      {
        inbound: [from([probe], [], 8080)],
        outbound: [from([servers], [], 8080)],
        targetGroup: { Port: 8080, Protocol: 'TCP' },
      },
    ],
  ])('a group is fine that lets the probe in %s', async (_what, network) => {
    useNetwork(network);
    await expect(check()).resolves.toEqual([expect.objectContaining({ verify: 'site' })]);
  });

  const admit =
    'aws ec2 authorize-security-group-ingress --group-id sg-web --protocol tcp --port 80 --source-group sg-probe';
  test.each<[string, Parameters<typeof useNetwork>[0], string]>([
    ['does not let it in', { inbound: [] }, admit],
    ['lets in another group', { inbound: [from([{ GroupId: 'sg-balancer' }])] }, admit],
    ['lets it in on another port', { inbound: [from([probe], [], 443)] }, admit],
    ['lets UDP in', { inbound: [{ ...from([probe]), IpProtocol: 'udp' }] }, admit],
    ['lets in a part of its subnet', { inbound: [from([], [{ CidrIp: '10.0.9.0/25' }])] }, admit],
    [
      'lets it in where the target group is not',
      { targetGroup: { Port: 8080, Protocol: 'HTTP' } },
      admit.replace('80', '8080'),
    ],
    [
      'is not what it is let out to',
      { outbound: [from([], [{ CidrIp: '10.0.1.0/24' }])] },
      'aws ec2 authorize-security-group-egress --group-id sg-probe --ip-permissions IpProtocol=tcp,FromPort=80,ToPort=80,UserIdGroupPairs=[{GroupId=sg-web}]',
    ],
    ['is in another VPC', { vpc: 'vpc-2' }, 'servers in vpc-2'],
    ['has security groups that are gone', { template: { SecurityGroupIds: ['sg-0'] } }, 'groups are unknown'],
    ['speaks TLS', { targetGroup: { Port: 443, Protocol: 'HTTPS' } }, 'target group web of protocol HTTPS'],
  ])('a group that %s is refused with what to change', async (_what, network, words) => {
    useNetwork(network);
    const refused = expect(check()).rejects;
    await refused.toMatchObject({ name: 'TargetNotRefreshable', message: expect.stringContaining(words) });
  });

  test('a group whose target group is gone is refused', async () => {
    useNetwork({ targetGroup: null });
    await expect(check()).rejects.toThrow('attached to the target group web, which does not exist any more');
  });

  test('every refusal says how to do without', async () => {
    useNetwork({ inbound: [] });
    await expect(check()).rejects.toThrow('Or say verify: targetGroup');
    await expect(checkTargets([item], { port: 80 }, new Unmade())).resolves.toEqual([
      expect.objectContaining({ verify: 'targetGroup' }),
    ]);
  });
});
