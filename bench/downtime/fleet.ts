import { AttachLoadBalancerTargetGroupsCommand, AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from 'embedded-aws';
import { LIVE_PORT } from './site';
import type { Origins } from './visitors';

export const GROUP = 'kiln-fleet-web';
const FLEET = 'kiln-fleet';
const NETWORK = 'kiln-fleet-network';
const CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000';
/** AWS seconds; ten real ones, where time runs twenty times as fast. Pages, which take no time, keep the 30 of the fleet's template. */
const DEREGISTRATION_DELAY = '200';

/**
 * Puts more around the web group of the sample's fleet: an HTTPS listener, the program `live` behind a rule of both listeners, and a
 * Network Load Balancer.
 */
export async function widenFleet({ client, clock }: Pick<Aws, 'client' | 'clock'>): Promise<void> {
  const ec2 = new EC2Client(client);
  const balancing = new ElasticLoadBalancingV2Client(client);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const idOf = (name: string) => groupOf(SecurityGroups, name).GroupId ?? '';
  const { VpcId } = groupOf(SecurityGroups, 'web-server');
  for (const client of ['load-balancer', 'probe']) await openPort(ec2, idOf('web-server'), idOf(client));
  const { TargetGroups: [pages] = [] } = await balancing.send(
    new DescribeTargetGroupsCommand({ Names: [GROUP] }),
  );
  const health = {
    HealthCheckProtocol: 'HTTP',
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
  } as const;
  const live = await makeTargetGroup(balancing, {
    ...health,
    ...{ Name: 'live', VpcId, Protocol: 'HTTP', Port: LIVE_PORT, HealthCheckPath: '/live/health' },
  });
  const network = await makeTargetGroup(balancing, {
    ...health,
    ...{
      Name: 'network',
      VpcId,
      Protocol: 'TCP',
      Port: 80,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
    },
  });
  await listenSecurely(balancing, pages?.TargetGroupArn, live);
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId ?? ''] }] }),
  );
  await makeNetworkBalancer(balancing, {
    subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
    securityGroup: idOf('load-balancer'),
    targetGroup: network,
  });
  await new AutoScalingClient(client).send(
    new AttachLoadBalancerTargetGroupsCommand({
      AutoScalingGroupName: GROUP,
      TargetGroupARNs: [live, network],
    }),
  );
  for (;;) {
    const { LoadBalancers = [] } = await balancing.send(new DescribeLoadBalancersCommand({}));
    if (LoadBalancers.every(({ State }) => State?.Code === 'active')) return;
    await clock.sleep(10);
  }
}

/** Where this machine reaches the load balancers of a fleet that was widened. */
export async function originsOf(aws: Pick<Aws, 'loadBalancers'>): Promise<Origins> {
  const ports = await aws.loadBalancers();
  const portOf = (name: string, port: number) => {
    const found = ports.find((one) => one.name === name && one.listenerPort === port);
    if (!found) throw new Error(`the load balancer ${name} does not listen on port ${port}`);
    return `127.0.0.1:${found.loopbackPort}`;
  };
  return {
    http: `http://${portOf(FLEET, 80)}`,
    https: `https://${portOf(FLEET, 443)}`,
    network: `http://${portOf(NETWORK, 80)}`,
  };
}

function groupOf(groups: readonly SecurityGroup[], name: string): SecurityGroup {
  const found = groups.find(({ GroupName }) => GroupName === `${FLEET}-${name}`);
  if (!found) throw new Error(`the fleet has no security group ${FLEET}-${name}`);
  return found;
}

/** Lets clients through to the program. */
async function openPort(ec2: EC2Client, servers: string, clients: string): Promise<void> {
  const port = { IpProtocol: 'tcp', FromPort: LIVE_PORT, ToPort: LIVE_PORT };
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: servers,
      IpPermissions: [{ ...port, UserIdGroupPairs: [{ GroupId: clients }] }],
    }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: clients,
      IpPermissions: [{ ...port, UserIdGroupPairs: [{ GroupId: servers }] }],
    }),
  );
}

/** @returns its ARN */
async function makeTargetGroup(
  balancing: ElasticLoadBalancingV2Client,
  input: CreateTargetGroupCommandInput,
): Promise<string> {
  const { TargetGroups: [made] = [] } = await balancing.send(new CreateTargetGroupCommand(input));
  const TargetGroupArn = made?.TargetGroupArn ?? '';
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: DEREGISTRATION_DELAY }];
  await balancing.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  return TargetGroupArn;
}

/** Adds the HTTPS listener, and the rule for the program to both. */
async function listenSecurely(balancing: ElasticLoadBalancingV2Client, pages = '', live = ''): Promise<void> {
  const { LoadBalancers: [balancer] = [] } = await balancing.send(
    new DescribeLoadBalancersCommand({ Names: [FLEET] }),
  );
  const { LoadBalancerArn } = balancer ?? {};
  await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTPS',
      Port: 443,
      Certificates: [{ CertificateArn: CERTIFICATE }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: pages }],
    }),
  );
  const { Listeners = [] } = await balancing.send(new DescribeListenersCommand({ LoadBalancerArn }));
  for (const { ListenerArn } of Listeners)
    await balancing.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 5,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/live/*'] } }],
        Actions: [{ Type: 'forward', TargetGroupArn: live }],
      }),
    );
}

async function makeNetworkBalancer(
  balancing: ElasticLoadBalancingV2Client,
  { subnets, securityGroup, targetGroup }: { subnets: string[]; securityGroup: string; targetGroup: string },
): Promise<void> {
  const { LoadBalancers: [made] = [] } = await balancing.send(
    new CreateLoadBalancerCommand({
      ...{ Name: NETWORK, Type: 'network', Subnets: subnets, SecurityGroups: [securityGroup] },
    }),
  );
  await balancing.send(
    new CreateListenerCommand({
      LoadBalancerArn: made?.LoadBalancerArn,
      ...{ Protocol: 'TCP', Port: 80 },
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
    }),
  );
}
