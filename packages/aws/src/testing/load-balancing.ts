import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { IpPermission } from '@aws-sdk/client-ec2';
import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Api } from '../core/client';
import type { Clock } from '../core/clock';
import type { Network } from '../network';
import { type NewRegion, newRegion, type RegionOptions } from './region';
import { until } from './until';

type Ec2 = Api<typeof import('@aws-sdk/client-ec2')>;
type Elb = Api<typeof import('@aws-sdk/client-elastic-load-balancing-v2')>;

/** How `balance` makes a load balancer. */
export interface BalanceSettings {
  /** AWS seconds between two health checks; 5 by default. */
  readonly interval?: number;
  /** Of the target group. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly kind?: 'application' | 'network';
}

/** What an instance and a load balancer need around them. */
interface Surroundings {
  /** Subnets of the default VPC in the zones a, b and c. */
  readonly subnets: readonly [string, string, string];
  readonly vpcId: string;
  /** The balancer's lets everybody in, that of the instances only the balancer to port 80, the default one only itself. */
  readonly groups: { readonly balancer: string; readonly web: string; readonly default: string };
  readonly imageId: string;
}

/** A newborn region whose default VPC balances load, with servers that the test plays inside real instances. */
export class LoadBalancedRegion {
  readonly ec2: Ec2;
  readonly elb: Elb;
  readonly network: Network;
  readonly clock: Clock;
  readonly subnets: Surroundings['subnets'];
  readonly vpcId: string;
  readonly groups: Surroundings['groups'];
  readonly imageId: string;
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly ids = new Map<string, string>();

  private constructor(
    readonly region: NewRegion,
    { subnets, vpcId, groups, imageId }: Surroundings,
  ) {
    this.ec2 = region.api('ec2');
    this.elb = region.api('elastic-load-balancing-v2');
    this.clock = region.context.clock;
    this.network = region.aws.account.region(region.context.region).network;
    this.subnets = subnets;
    this.vpcId = vpcId;
    this.groups = groups;
    this.imageId = imageId;
  }

  static async start(options: RegionOptions = {}): Promise<LoadBalancedRegion> {
    const region = await newRegion(options);
    return new LoadBalancedRegion(region, await prepare(region.api('ec2')));
  }

  /** Runs an instance with this `Name` and a web server on port 80. Returns its id. */
  runInstance(name: string, serve: RequestListener, subnetId = this.subnets[0]): Promise<string> {
    return this.run(name, createServer(serve), subnetId);
  }

  /** As `runInstance`, with any server. */
  runTcpInstance(name: string, serve: (socket: Socket) => void): Promise<string> {
    return this.run(name, createTcpServer({ allowHalfOpen: true }, serve), this.subnets[0]);
  }

  /** The id of the instance that was run with this name. */
  idOf(name: string): string {
    return this.ids.get(name) ?? name;
  }

  /** The network interface of the instance. */
  async interfaceOf(name: string): Promise<string> {
    const instance = await this.describe(name);
    return instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
  }

  /** Resolves when EC2 says that the instance is in the state. */
  async untilInstance(name: string, state: string): Promise<void> {
    await until(async () => (await this.describe(name))?.State?.Name === state);
  }

  /** An active load balancer with a listener on port 80 that forwards to a new target group. */
  async balance({ kind = 'application', interval, attributes = {} }: BalanceSettings = {}) {
    const Protocol = kind === 'network' ? 'TCP' : 'HTTP';
    const { LoadBalancers: [made] = [] } = await this.elb.CreateLoadBalancer({
      Name: 'front',
      Type: kind,
      Subnets: this.subnets.slice(0, 2),
      SecurityGroups: [this.groups.balancer],
    });
    const targetGroupArn = await this.createTargetGroup('web', Protocol, interval);
    const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
    await this.elb.ModifyTargetGroupAttributes({ TargetGroupArn: targetGroupArn, Attributes });
    const { Listeners } = await this.elb.CreateListener({
      LoadBalancerArn: made?.LoadBalancerArn,
      Protocol,
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    });
    await until(() => this.ports().length > 0);
    const { LoadBalancerArn: arn = '', DNSName: dnsName = '' } = made ?? {};
    const listenerArn = Listeners?.[0]?.ListenerArn ?? '';
    return { arn, dnsName, url: `http://${dnsName}`, targetGroupArn, listenerArn };
  }

  async createTargetGroup(Name: string, Protocol: 'HTTP' | 'TCP' = 'HTTP', interval = 5): Promise<string> {
    const { TargetGroups } = await this.elb.CreateTargetGroup({
      Name,
      Protocol,
      Port: 80,
      VpcId: this.vpcId,
      HealthCheckIntervalSeconds: interval,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    });
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  }

  /** Registers instances by their names. */
  async register(TargetGroupArn: string, ...names: string[]): Promise<void> {
    await this.elb.RegisterTargets({
      TargetGroupArn,
      Targets: names.map((name) => ({ Id: this.idOf(name) })),
    });
  }

  async deregister(TargetGroupArn: string, ...names: string[]): Promise<void> {
    await this.elb.DeregisterTargets({
      TargetGroupArn,
      Targets: names.map((name) => ({ Id: this.idOf(name) })),
    });
  }

  async health(TargetGroupArn: string, name: string): Promise<TargetHealth | undefined> {
    const { TargetHealthDescriptions } = await this.elb.DescribeTargetHealth({
      TargetGroupArn,
      Targets: [{ Id: this.idOf(name) }],
    });
    return TargetHealthDescriptions?.[0]?.TargetHealth;
  }

  /** Resolves as soon as the target has the state. */
  async untilTarget(targetGroupArn: string, name: string, state: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const stop = this.region.state('elastic-load-balancing-v2').onTargetHealth((change) => {
        if (change.targetId !== this.idOf(name) || change.targetGroupArn !== targetGroupArn) return;
        if (change.health.State !== state) return;
        stop();
        resolve();
      });
    });
    if ((await this.health(targetGroupArn, name))?.State === state) return;
    let isSeen = false;
    void seen.then(() => {
      isSeen = true;
    });
    await until(() => isSeen);
  }

  /** The listeners of active load balancers, and where this machine reaches them. */
  ports() {
    return this.region.state('elastic-load-balancing-v2').loadBalancerPorts();
  }

  /** Lets these connections into the security group, and no others. */
  async letIn(GroupId: string, ...IpPermissions: IpPermission[]): Promise<void> {
    const { SecurityGroups: [group] = [] } = await this.ec2.DescribeSecurityGroups({ GroupIds: [GroupId] });
    await this.ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions: group?.IpPermissions });
    await this.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions });
  }

  /** Ends the region and the servers of its instances. */
  async stop(): Promise<void> {
    await this.region.aws.stop();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise<unknown>((resolve) => server.close(resolve))));
  }

  private async run(name: string, server: Server, SubnetId: string): Promise<string> {
    const { Instances } = await this.ec2.RunInstances({
      ImageId: this.imageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
      SecurityGroupIds: [this.groups.web],
    });
    const id = Instances?.[0]?.InstanceId ?? '';
    this.ids.set(name, id);
    await this.untilInstance(name, 'running');
    await this.listen(server);
    this.network.open(await this.interfaceOf(name), 80, (server.address() as AddressInfo).port);
    return id;
  }

  private async listen(server: Server): Promise<void> {
    this.servers.push(server);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  private async describe(name: string) {
    const { Reservations } = await this.ec2.DescribeInstances({ InstanceIds: [this.idOf(name)] });
    return Reservations?.[0]?.Instances?.[0];
  }
}

/** A permission for one TCP port. */
export function tcp(port: number, peers: Pick<IpPermission, 'IpRanges' | 'UserIdGroupPairs'>): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, ...peers };
}

async function prepare(ec2: Ec2): Promise<Surroundings> {
  const { Subnets = [] } = await ec2.DescribeSubnets({});
  const inZone = (zone: string) =>
    Subnets.find(({ AvailabilityZone }) => AvailabilityZone?.endsWith(zone))?.SubnetId ?? '';
  const { SecurityGroups = [] } = await ec2.DescribeSecurityGroups({});
  const makeGroup = async (GroupName: string, permission: IpPermission) => {
    const { GroupId = '' } = await ec2.CreateSecurityGroup({ GroupName, Description: GroupName });
    await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] });
    return GroupId;
  };
  const everybody = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  const balancer = await makeGroup('balancer', everybody);
  const web = await makeGroup('web', tcp(80, { UserIdGroupPairs: [{ GroupId: balancer }] }));
  const { Images = [] } = await ec2.DescribeImages({ Owners: ['amazon'] });
  return {
    subnets: [inZone('a'), inZone('b'), inZone('c')],
    vpcId: Subnets[0]?.VpcId ?? '',
    groups: { balancer, web, default: SecurityGroups[0]?.GroupId ?? '' },
    imageId: Images.find(({ Architecture }) => Architecture === 'x86_64')?.ImageId ?? '',
  };
}
