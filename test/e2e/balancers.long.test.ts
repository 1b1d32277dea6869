import {
  AttachLoadBalancersCommand,
  AttachLoadBalancerTargetGroupsCommand,
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DetachLoadBalancerTargetGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  ConfigureHealthCheckCommand,
  CreateLoadBalancerCommand as CreateClassicCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancerTypeEnum,
  type SubnetMapping,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Traffic } from '../../cli/story/traffic';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

/** One group behind each kind but the Application Load Balancer, behind which all others are tested. */
const [CLASSIC, GATEWAY, NETWORK] = ['kiln-fleet-web', 'kiln-fleet-api', 'kiln-fleet-videos'];
const GROUPS = [CLASSIC, GATEWAY, NETWORK] as const;
const VISITORS_PAUSE_SECONDS = 10;

let project: Project;
let sample: RunningSample;
let ec2: EC2Client;
let autoScaling: AutoScalingClient;
let classic: ElasticLoadBalancingClient;
let balancing: ElasticLoadBalancingV2Client;
/** ARNs of target groups by the group of servers behind them. */
const targetGroups: Record<string, string> = {};

beforeAll(async () => {
  const web = errorPipelines['web/pipeline.yml'] ?? '';
  const [target = ''] = /^ {2}- autoScalingGroup: [\s\S]*/m.exec(web) ?? [];
  const others = [GATEWAY, NETWORK].map((group) => target.trimEnd().replace(CLASSIC, group));
  project = await copyProject({
    'web/pipeline.yml': `${[web.trimEnd(), ...others].join('\n').replaceAll('initialCapacity: 2', 'initialCapacity: 1')}\nimage: { test: false }\n`,
    'web/user-data.sh': errorPipelines['web/user-data.sh'] ?? '',
  });
  sample = await RunningSample.start(project.folder);
  ec2 = new EC2Client(sample.settings);
  autoScaling = new AutoScalingClient(sample.settings);
  classic = new ElasticLoadBalancingClient(sample.settings);
  balancing = new ElasticLoadBalancingV2Client(sample.settings);
  await makeBalancers();
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** Takes each group from the fleet's own load balancer and puts it behind another. */
async function makeBalancers(): Promise<void> {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const idOf = (name: string) =>
    SecurityGroups.find(({ GroupName }) => GroupName === `kiln-fleet-${name}`)?.GroupId ?? '';
  const { VpcId = '' } = SecurityGroups.find(({ GroupName }) => GroupName === 'kiln-fleet-web-server') ?? {};
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  );
  const subnets = Subnets.map(({ SubnetId = '' }) => SubnetId);
  for (const AutoScalingGroupName of GROUPS) {
    const TargetGroupARNs = (await describeGroup(AutoScalingGroupName)).TargetGroupARNs ?? [];
    await autoScaling.send(
      new DetachLoadBalancerTargetGroupsCommand({ AutoScalingGroupName, TargetGroupARNs }),
    );
  }
  await makeClassic(subnets, idOf('load-balancer'));
  await autoScaling.send(
    new AttachLoadBalancersCommand({ AutoScalingGroupName: CLASSIC, LoadBalancerNames: ['classic'] }),
  );
  // The interfaces of a Gateway Load Balancer have no security group: its health checks come from their addresses.
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: idOf('web-server'),
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }],
    }),
  );
  const addresses = await Promise.all(
    subnets.map(async (SubnetId): Promise<SubnetMapping> => {
      const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
      return { SubnetId, AllocationId };
    }),
  );
  await makeOther(GATEWAY, 'gateway', VpcId, { SubnetMappings: subnets.map((SubnetId) => ({ SubnetId })) });
  await makeOther(NETWORK, 'network', VpcId, {
    SubnetMappings: addresses,
    SecurityGroups: [idOf('load-balancer')],
  });
  await until('the load balancers are active', async () => {
    const { LoadBalancers = [] } = await balancing.send(new DescribeLoadBalancersCommand({}));
    return LoadBalancers.every(({ State }) => State?.Code === 'active') || undefined;
  });
}

async function makeClassic(subnets: string[], securityGroup: string): Promise<void> {
  const LoadBalancerName = 'classic';
  await classic.send(
    new CreateClassicCommand({
      LoadBalancerName,
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
      Subnets: subnets,
      SecurityGroups: [securityGroup],
    }),
  );
  await classic.send(
    new ConfigureHealthCheckCommand({
      LoadBalancerName,
      HealthCheck: {
        ...{ Target: 'HTTP:80/', Interval: 10, Timeout: 5 },
        ...{ UnhealthyThreshold: 2, HealthyThreshold: 2 },
      },
    }),
  );
  await classic.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerName,
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 30 } },
    }),
  );
}

async function makeOther(
  group: string,
  Type: LoadBalancerTypeEnum,
  VpcId: string,
  more: { SubnetMappings: SubnetMapping[]; SecurityGroups?: string[] },
): Promise<void> {
  const { LoadBalancers: [made] = [] } = await balancing.send(
    new CreateLoadBalancerCommand({ Name: Type, Type, ...more }),
  );
  const isGateway = Type === 'gateway';
  const { TargetGroups: [targets] = [] } = await balancing.send(
    new CreateTargetGroupCommand({
      ...{ Name: Type, VpcId, HealthCheckProtocol: 'HTTP', HealthCheckPath: '/' },
      ...(isGateway ? { Protocol: 'GENEVE', Port: 6081 } : { Protocol: 'TCP', Port: 80 }),
      ...{ HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2 },
      Matcher: { HttpCode: '200' },
    }),
  );
  const TargetGroupArn = targets?.TargetGroupArn ?? '';
  await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn: made?.LoadBalancerArn,
      ...(isGateway ? {} : { Protocol: 'TCP', Port: 80 }),
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  await autoScaling.send(
    new AttachLoadBalancerTargetGroupsCommand({
      AutoScalingGroupName: group,
      TargetGroupARNs: [TargetGroupArn],
    }),
  );
  targetGroups[group] = TargetGroupArn;
}

async function describeGroup(name: string) {
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (!group) throw new Error(`no group ${name}`);
  return group;
}

/** What each load balancer says of the servers behind it: `kiln-fleet-web 2 InService`. */
async function describeFleets(): Promise<string[]> {
  const said = GROUPS.map(async (name) => {
    const { Instances = [], LaunchTemplate } = await describeGroup(name);
    const ids = Instances.map(({ InstanceId }) => InstanceId);
    const health = name === CLASSIC ? await askClassic() : await askTargets(targetGroups[name] ?? '');
    const own = health.filter(([id]) => ids.includes(id)).map(([, state]) => state);
    return [name, LaunchTemplate?.Version, ...own].join(' ');
  });
  return Promise.all(said);
}

async function askClassic(): Promise<[string?, string?][]> {
  const { InstanceStates = [] } = await classic.send(
    new DescribeInstanceHealthCommand({ LoadBalancerName: 'classic' }),
  );
  return InstanceStates.map(({ InstanceId, State }) => [InstanceId, State]);
}

async function askTargets(TargetGroupArn: string): Promise<[string?, string?][]> {
  const { TargetHealthDescriptions = [] } = await balancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]);
}

/** Where this machine reaches a load balancer. */
async function siteOf(name: string): Promise<string> {
  const port = (await sample.aws.loadBalancers()).find((one) => one.name === name);
  if (!port) throw new Error(`the load balancer ${name} does not listen`);
  return `http://127.0.0.1:${port.loopbackPort}/`;
}

async function describeRefresh(AutoScalingGroupName: string): Promise<string | undefined> {
  const { InstanceRefreshes: [refresh] = [] } = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
  );
  return refresh?.Status;
}

const build = async (parameters: Record<string, string>): Promise<ShownBuild> =>
  sample.ended(await sample.startBuild('web', parameters));
const fleetsAt = (version: string) => [
  `${CLASSIC} ${version} InService`,
  `${GATEWAY} ${version} healthy`,
  `${NETWORK} ${version} healthy`,
];

test('first images come behind a Classic, a Gateway and a Network Load Balancer, verified by each', async () => {
  const built = await build({ VERSION: '1' });
  expect([built.status, built.error, built.unchecked]).toEqual(['SUCCEEDED', undefined, undefined]);
  expect(await describeFleets()).toEqual(fleetsAt('2'));
  // The servers were asked for the site, those behind the Gateway Load Balancer at the pipeline's own port.
  expect(built.rollouts.map(({ autoScalingGroup }) => autoScalingGroup).sort()).toEqual([...GROUPS].sort());
  for (const rollout of built.rollouts)
    expect(rollout).toMatchObject({ verified: { by: 'site', servers: 1 } });
});

test('a good image replaces the servers behind each, and no visitor sees it', async () => {
  const sites = await Promise.all(['classic', 'network'].map(siteOf));
  const visitors = sites.map((site) => new Traffic(site, sample.aws.clock, VISITORS_PAUSE_SECONDS));
  const built = await build({ VERSION: '2' });
  expect([built.status, built.error]).toEqual(['SUCCEEDED', undefined]);
  const seen = await Promise.all(visitors.map((traffic) => traffic.stop()));
  for (const { failed, failures, versions } of seen) {
    expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
    expect(Object.keys(versions).sort()).toEqual(['1', '2']);
  }
  expect(await describeFleets()).toEqual(fleetsAt('3'));
});

test('an image that no load balancer calls healthy is rolled back behind each', async () => {
  const failed = await build({ VERSION: '3', PAGE: 'lost.html' });
  expect([failed.status, failed.error?.name]).toEqual(['FAILED', 'RefreshFailed']);
  const refreshes = await until('all groups are back', async () => {
    const found = await Promise.all(GROUPS.map(describeRefresh));
    const isBack = (await describeFleets()).join() === fleetsAt('3').join();
    return isBack && !found.includes('RollbackInProgress') ? found : undefined;
  });
  expect(refreshes).toEqual(GROUPS.map(() => 'RollbackSuccessful'));
});
