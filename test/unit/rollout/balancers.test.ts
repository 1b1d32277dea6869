import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Unmade } from '../../../src/build/plan/unmade';
import { findMoves } from '../../../src/rollout/balancers/attached';
import { checkTargets } from '../../../src/rollout/targets';
import { awaitFleet } from '../../../src/wait/await';
import { BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const GROUP = 'kiln-fleet-web';
const ARN = 'arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/appliances/1';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const classic = mockClient(ElasticLoadBalancingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const sfn = mockClient(SFNClient);
useTable();
process.env.AWS_REGION = 'us-east-1';
process.env.KILN_FLEET_ROLES = 'kiln/*';
process.env.KILN_PROBE_SECURITY_GROUP = 'sg-probe';
process.env.KILN_SUBNETS = 'subnet-9';

const gone = (name: string) => Object.assign(new Error('gone'), { name });
/** As AWS's SDK names the error. */
const GONE = gone('AccessPointNotFoundException');
/** Security groups of which each lets all others in and out on this port. */
const useAdmission = (port: number) => {
  const rule = {
    ...{ IpProtocol: 'tcp', FromPort: port, ToPort: port },
    UserIdGroupPairs: [{ GroupId: 'sg-web' }, { GroupId: 'sg-probe' }],
  };
  ec2.on(DescribeSecurityGroupsCommand).callsFake(({ Filters: [{ Values }] }) => ({
    SecurityGroups: [
      { GroupId: Values[0], VpcId: 'vpc-1', IpPermissions: [rule], IpPermissionsEgress: [rule] },
    ],
  }));
};
const instance = (InstanceId: string) => ({
  ...{ InstanceId, LifecycleState: 'InService', HealthStatus: 'Healthy' },
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' },
});
const useGroup = (more: object) =>
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        ...{ AutoScalingGroupName: GROUP, DesiredCapacity: 2, MinSize: 0, MaxSize: 4 },
        Tags: [{ Key: 'kiln:fleet', Value: 'yes' }],
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
        Instances: [instance('i-1'), instance('i-2')],
        ...more,
      } as never,
    ],
  });
const useListeners = (...listeners: Partial<Listener>[]) =>
  classic.on(DescribeLoadBalancersCommand).resolves({
    LoadBalancerDescriptions: [
      { ListenerDescriptions: listeners.map((Listener) => ({ Listener })) as never[] },
    ],
  });
const from = (Protocol: string, InstanceProtocol: string | undefined, InstancePort: number) => ({
  ...{ Protocol, InstanceProtocol, InstancePort, LoadBalancerPort: 80 },
});

beforeEach(async () => {
  for (const client of [ec2, autoScaling, classic, balancing, sfn]) client.reset();
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn.on(SendTaskFailureCommand).resolves({});
  ec2
    .on(DescribeLaunchTemplatesCommand)
    .resolves({ LaunchTemplates: [{ Tags: [{ Key: 'kiln:fleet', Value: '' }] }] });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [
      {
        ...{ LaunchTemplateId: 'lt-1', VersionNumber: 4, DefaultVersion: true },
        LaunchTemplateData: { SecurityGroupIds: ['sg-web'] },
      },
    ],
  });
  ec2.on(DescribeSubnetsCommand).resolves({});
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters: [{ Values }] }) => ({
    Reservations: [
      {
        Instances: (Values as string[]).map((InstanceId) => ({
          InstanceId,
          PrivateIpAddress: `10.0.0.${InstanceId.at(-1)}`,
        })),
      },
    ],
  }));
  await openRecord({ [`rollouts.${GROUP}`]: { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' } });
});

describe('Plan', () => {
  const item = {
    ...{ autoScalingGroup: GROUP, minHealthy: 100, maxHealthy: 200, bake: 0, autoRollback: true },
    ...{ initialCapacity: 1, alarms: [], skipMatching: true },
    ...{ scaleInProtected: 'wait' as const, standby: 'wait' as const, verify: 'site' as const },
  };
  const plan = async (more: object = {}) =>
    (await checkTargets([{ ...item, ...more }], { port: 80 }, new Unmade()))[0];

  test.each<[string, Partial<Listener>[], number[]]>([
    ['HTTP', [from('HTTP', 'HTTP', 8080)], [8080]],
    ['HTTP that came as HTTPS', [from('HTTPS', 'HTTP', 8080)], [8080]],
    ['what the listener does, where that says nothing else', [from('HTTP', undefined, 8080)], [8080]],
    ['HTTP beside TCP of something else', [from('TCP', 'TCP', 22), from('HTTP', 'HTTP', 8080)], [8080]],
    ['TCP', [from('TCP', 'TCP', 8080)], [8080]],
  ])(
    'asks servers at the port where a Classic Load Balancer talks %s to them',
    async (_what, listeners, ports) => {
      useGroup({ LoadBalancerNames: ['front'] });
      useListeners(...listeners);
      useAdmission(8080);
      expect(await plan()).toMatchObject({
        ...{ targetGroups: [], loadBalancers: ['front'], askAt: { front: ports } },
      });
    },
  );

  test('finds a Classic Load Balancer that is attached as a traffic source', async () => {
    useGroup({ TrafficSources: [{ Identifier: 'front', Type: 'elb' }] });
    useListeners(from('HTTP', 'HTTP', 80));
    useAdmission(80);
    expect(await plan()).toMatchObject({ loadBalancers: ['front'] });
  });

  test('refuses a server that does not let the probe in on the instance port', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    useListeners(from('HTTP', 'HTTP', 8080));
    useAdmission(80);
    await expect(plan()).rejects.toThrow('--port 8080');
  });

  test('refuses a Classic Load Balancer that talks TLS to its servers, in words', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    useListeners(from('HTTPS', 'HTTPS', 443), from('SSL', 'SSL', 444));
    await expect(plan()).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringMatching(
        /front, none of whose listeners talks HTTP or TCP .* verify: targetGroup/,
      ),
    });
    expect(await plan({ verify: 'targetGroup' })).toMatchObject({ loadBalancers: ['front'] });
  });

  test('refuses a Classic Load Balancer that is gone', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    classic.on(DescribeLoadBalancersCommand).rejects(GONE);
    await expect(plan()).rejects.toThrow(
      'the Classic Load Balancer front, which does not exist any more. Detach it.',
    );
  });

  test("asks servers behind a Gateway Load Balancer at the pipeline's own port", async () => {
    useGroup({ TargetGroupARNs: [ARN] });
    balancing
      .on(DescribeTargetGroupsCommand)
      .resolves({ TargetGroups: [{ Port: 6081, Protocol: 'GENEVE' }] });
    useAdmission(80);
    expect(await plan()).toMatchObject({ targetGroups: [ARN], askAt: { [ARN]: [] } });
  });

  test('refuses to believe VPC Lattice, whose opinion it does not ask for', async () => {
    const Identifier = 'arn:aws:vpc-lattice:us-east-1:0:targetgroup/tg-1';
    useGroup({ TrafficSources: [{ Identifier, Type: 'vpc-lattice' }] });
    useAdmission(80);
    await expect(plan({ verify: 'targetGroup' })).rejects.toThrow('of VPC Lattice, whose opinion');
    expect((await plan())?.askAt).toBeUndefined();
  });

  test('tells what AWS does not let it look at', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    classic.on(DescribeLoadBalancersCommand).rejects(gone('AccessDenied'));
    const unmade = new Unmade();
    await expect(checkTargets([item], { port: 80 }, unmade)).resolves.toHaveLength(1);
    expect(unmade.words).toEqual([
      `It was not checked whether the probe can ask the servers of ${GROUP}: gone`,
    ]);
  });
});

describe('AwaitFleet', () => {
  const useHealth = (...states: [id: string, State: string, Description?: string][]) =>
    classic.on(DescribeInstanceHealthCommand).resolves({
      InstanceStates: states.map(([InstanceId, State, Description = 'N/A']) => ({
        InstanceId,
        State,
        Description,
      })),
    });
  const wait = (more: object) =>
    awaitFleet({
      ...{ build: { id: BUILD, pipeline: 'web' }, version: '5', stage: 'AwaitFleet', token: 'token-1' },
      target: makeTarget({ autoScalingGroup: GROUP, ...more }),
      asked: { Error: 'none' },
    });
  const outputs = () =>
    sfn.commandCalls(SendTaskSuccessCommand).map((call) => JSON.parse(call.args[0].input.output ?? ''));
  const behind = { loadBalancers: ['front'], askAt: { front: [8080] } };

  test('names servers that a Classic Load Balancer has in service, at its instance port', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    useHealth(['i-1', 'InService'], ['i-2', 'InService'], ['i-9', 'OutOfService']);
    await wait(behind);
    expect(outputs()).toEqual([
      {
        servers: [
          { instanceId: 'i-1', privateIp: '10.0.0.1', port: 8080 },
          { instanceId: 'i-2', privateIp: '10.0.0.2', port: 8080 },
        ],
      },
    ]);
  });

  test.each<[string, Parameters<typeof useHealth>]>([
    [
      'has out of service',
      [
        ['i-1', 'InService'],
        ['i-2', 'OutOfService', 'Instance registration is still in progress.'],
      ],
    ],
    ['does not know', [['i-1', 'InService']]],
    [
      'lets go',
      [
        ['i-1', 'InService'],
        ['i-2', 'InService', 'Instance deregistration currently in progress.'],
      ],
    ],
    [
      'says nothing certain of',
      [
        ['i-1', 'InService'],
        ['i-2', 'Unknown', 'A transient error occurred.'],
      ],
    ],
  ])('waits for a server that a Classic Load Balancer %s', async (_what, states) => {
    useGroup({ LoadBalancerNames: ['front'] });
    useHealth(...states);
    await wait({ ...behind, verify: 'targetGroup' });
    expect(outputs()).toEqual([]);
  });

  test('waits while a Classic Load Balancer is gone', async () => {
    useGroup({ LoadBalancerNames: ['front'] });
    classic.on(DescribeInstanceHealthCommand).rejects(GONE);
    await wait(behind);
    expect(outputs()).toEqual([]);
  });

  test("names servers behind a Gateway Load Balancer at the pipeline's own port, not at 6081", async () => {
    useGroup({ TargetGroupARNs: [ARN], DesiredCapacity: 1, Instances: [instance('i-1')] });
    balancing.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [{ Target: { Id: 'i-1', Port: 6081 }, TargetHealth: { State: 'healthy' } }],
    });
    await wait({ targetGroups: [ARN], askAt: { [ARN]: [] } });
    expect(outputs()).toEqual([{ servers: [{ instanceId: 'i-1', privateIp: '10.0.0.1' }] }]);
  });

  test('asks a server once where two load balancers send visitors to the same port', async () => {
    useGroup({ LoadBalancerNames: ['front', 'back'], DesiredCapacity: 1, Instances: [instance('i-1')] });
    useHealth(['i-1', 'InService']);
    await wait({ loadBalancers: ['front', 'back'], askAt: { front: [80], back: [80, 81] } });
    expect(outputs()[0].servers.map(({ port }: { port: number }) => port)).toEqual([80, 81]);
  });
});

test('a group that was taken from its Classic Load Balancer is not as it was planned', () => {
  const target = { targetGroups: [ARN], loadBalancers: ['front', 'back'] };
  const sources = { TargetGroupARNs: [ARN], LoadBalancerNames: ['back', 'front'] };
  const TrafficSources = [{ Identifier: 'front', Type: 'elb' }];
  expect(findMoves(target, { ...sources, TrafficSources } as never)).toEqual([]);
  expect(findMoves(target, { ...sources, LoadBalancerNames: ['front'] } as never)).toEqual([
    { what: 'Classic Load Balancers', was: 'back, front', is: 'front' },
  ]);
});
