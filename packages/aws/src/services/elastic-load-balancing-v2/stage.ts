import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import { serviceCall } from '../../core/service-call';
import { Network } from '../../network';
import { noCorridor } from '../../testing/no-corridor';
import { ElbV2 } from '.';

const everything: IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
const subnets = {
  'subnet-a': { SubnetId: 'subnet-a', VpcId: 'vpc-1', AvailabilityZone: 'us-east-1a' },
  'subnet-a2': { SubnetId: 'subnet-a2', VpcId: 'vpc-1', AvailabilityZone: 'us-east-1a' },
  'subnet-b': { SubnetId: 'subnet-b', VpcId: 'vpc-1', AvailabilityZone: 'us-east-1b' },
  'subnet-c': { SubnetId: 'subnet-c', VpcId: 'vpc-1', AvailabilityZone: 'us-east-1c' },
  'subnet-other': { SubnetId: 'subnet-other', VpcId: 'vpc-2', AvailabilityZone: 'us-east-1a' },
} as const;

interface StagedInstance {
  state: string;
  readonly subnetId: keyof typeof subnets;
  readonly privateIp: string;
}

/** Load balancing on a real network, with web servers for instances and as much of EC2 as it asks for. */
export class Stage {
  readonly clock: Clock;
  readonly context: Context;
  readonly network: Network;
  readonly elbv2: ElbV2;
  readonly call;
  readonly groups = new Map<string, SecurityGroup>([
    ['sg-lb', group('sg-lb', everything)],
    ['sg-web', group('sg-web', [tcp(80, { UserIdGroupPairs: [{ GroupId: 'sg-lb' }] })])],
    ['sg-default', group('sg-default', [])],
  ]);
  private readonly instances = new Map<string, StagedInstance>();
  private readonly servers = new Map<string, Server>();
  private readonly stateListeners = new Set<(id: string, state: string) => void>();
  private next = 10;

  constructor(scale = 1000) {
    this.clock = new Clock(scale);
    this.context = {
      region: 'us-east-1',
      accountId: '000000000000',
      clock: this.clock,
      ledger: new Ledger(() => this.clock.millis()),
      bus: new EventBus('us-east-1', '000000000000', () => this.clock.now()),
      faults: new Faults(),
      endpoint: 'http://127.0.0.1:0',
      ...noCorridor,
    };
    this.network = new Network(this.context);
    this.network.useTopology({
      securityGroup: (id) => this.groups.get(id),
      hasInternetGateway: () => true,
    });
    this.elbv2 = new ElbV2(this.context, { ec2: this.ec2(), network: this.network });
    this.call = serviceCall(this.context, 'test');
  }

  /** Runs an instance with a web server on port 80. */
  async runInstance(id: string, serve: RequestListener, subnetId: keyof typeof subnets = 'subnet-a') {
    const privateIp = `10.0.0.${this.next++}`;
    this.instances.set(id, { state: 'running', subnetId, privateIp });
    this.network.attach({ id: `eni-${id}`, vpcId: 'vpc-1', subnetId, privateIp, groupIds: ['sg-web'] });
    const server = createServer(serve);
    this.servers.set(id, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.network.open(`eni-${id}`, 80, (server.address() as AddressInfo).port);
  }

  setInstanceState(id: string, state: string): void {
    const instance = this.instances.get(id);
    if (instance) instance.state = state;
    for (const listener of this.stateListeners) listener(id, state);
  }

  /** An active load balancer with a listener on port 80 that forwards to a new target group. */
  async balance(
    settings: {
      interval?: number;
      attributes?: Record<string, string>;
      kind?: 'application' | 'network';
    } = {},
  ) {
    const { operations } = this.elbv2;
    const kind = settings.kind ?? 'application';
    const protocol = kind === 'network' ? 'TCP' : 'HTTP';
    const made = await operations.CreateLoadBalancer(
      { Name: 'front', Type: kind, Subnets: ['subnet-a', 'subnet-b'], SecurityGroups: ['sg-lb'] },
      this.call,
    );
    const balancer = made.LoadBalancers?.[0];
    const targetGroupArn = this.createTargetGroup('web', protocol, settings.interval);
    if (settings.attributes)
      operations.ModifyTargetGroupAttributes(
        {
          TargetGroupArn: targetGroupArn,
          Attributes: Object.entries(settings.attributes).map(([Key, Value]) => ({ Key, Value })),
        },
        this.call,
      );
    const listened = await operations.CreateListener(
      {
        LoadBalancerArn: balancer?.LoadBalancerArn,
        Protocol: protocol,
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
      },
      this.call,
    );
    await this.active();
    return {
      arn: balancer?.LoadBalancerArn ?? '',
      url: `http://${balancer?.DNSName}`,
      dnsName: balancer?.DNSName ?? '',
      targetGroupArn,
      listenerArn: listened.Listeners?.[0]?.ListenerArn ?? '',
    };
  }

  createTargetGroup(name: string, protocol: 'HTTP' | 'TCP' = 'HTTP', interval = 5): string {
    const answer = this.elbv2.operations.CreateTargetGroup(
      {
        Name: name,
        Protocol: protocol,
        Port: 80,
        VpcId: 'vpc-1',
        HealthCheckIntervalSeconds: interval,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
      },
      this.call,
    );
    return answer.TargetGroups?.[0]?.TargetGroupArn ?? '';
  }

  register(targetGroupArn: string, ...ids: string[]): void {
    this.elbv2.operations.RegisterTargets(
      { TargetGroupArn: targetGroupArn, Targets: ids.map((Id) => ({ Id })) },
      this.call,
    );
  }

  deregister(targetGroupArn: string, ...ids: string[]): void {
    this.elbv2.operations.DeregisterTargets(
      { TargetGroupArn: targetGroupArn, Targets: ids.map((Id) => ({ Id })) },
      this.call,
    );
  }

  health(targetGroupArn: string, id: string) {
    const { TargetHealthDescriptions } = this.elbv2.operations.DescribeTargetHealth(
      { TargetGroupArn: targetGroupArn, Targets: [{ Id: id }] },
      this.call,
    );
    return TargetHealthDescriptions?.[0]?.TargetHealth;
  }

  /** Resolves when the target has the state. */
  async until(targetGroupArn: string, id: string, state: string): Promise<void> {
    if (this.health(targetGroupArn, id)?.State === state) return;
    await new Promise<void>((resolve) => {
      const stop = this.elbv2.onTargetHealth((change) => {
        if (change.targetId !== id || change.targetGroupArn !== targetGroupArn) return;
        if (change.health.State !== state) return;
        stop();
        resolve();
      });
    });
  }

  async dispose(): Promise<void> {
    this.elbv2.dispose();
    this.network.dispose();
    this.clock.stop();
    for (const server of this.servers.values()) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private async active(): Promise<void> {
    while (this.elbv2.loadBalancerPorts().length === 0) await this.clock.sleep(10);
  }

  private ec2() {
    return {
      vpc: (id: string) => (id.startsWith('vpc-') ? { VpcId: id, CidrBlock: '10.0.0.0/16' } : undefined),
      subnet: (id: string) => subnets[id as keyof typeof subnets],
      securityGroup: (id: string) => this.groups.get(id),
      instance: (id: string) => {
        const found = this.instances.get(id);
        return (
          found && {
            InstanceId: id,
            VpcId: 'vpc-1',
            SubnetId: found.subnetId,
            PrivateIpAddress: found.privateIp,
            State: { Name: found.state as 'running' },
          }
        );
      },
      onInstanceState: (listener: (id: string, state: string) => void) => {
        this.stateListeners.add(listener);
        return () => this.stateListeners.delete(listener);
      },
      createInterface: (options: {
        subnetId: string;
        groupIds: readonly string[];
        publicAddress?: boolean;
      }) => {
        const number = this.next++;
        const address = { privateIp: `10.0.1.${number}`, publicIp: `54.0.0.${number}` };
        const { subnetId, groupIds, publicAddress } = options;
        const publicIp = publicAddress ? address.publicIp : undefined;
        const interfaceId = `eni-lb-${number}`;
        this.network.attach({ ...address, publicIp, id: interfaceId, vpcId: 'vpc-1', subnetId, groupIds });
        return { interfaceId, privateIp: address.privateIp, publicIp };
      },
      deleteInterface: (id: string) => this.network.detach(id),
      operations: {
        DescribeSecurityGroups: () => ({ SecurityGroups: [this.groups.get('sg-default') ?? {}] }),
        DescribeInternetGateways: ({ Filters }: { Filters?: { Values?: string[] }[] }) => ({
          InternetGateways: Filters?.[0]?.Values?.includes('vpc-1') ? [{}] : [],
        }),
      },
    };
  }
}

export function tcp(port: number, peers: Pick<IpPermission, 'IpRanges' | 'UserIdGroupPairs'>): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, ...peers };
}

function group(GroupId: string, IpPermissions: IpPermission[]): SecurityGroup {
  return { GroupId, VpcId: 'vpc-1', IpPermissions, IpPermissionsEgress: everything };
}
