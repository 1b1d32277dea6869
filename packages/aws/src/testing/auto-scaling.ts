import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  AutoScalingGroup,
  CreateAutoScalingGroupCommandInput,
  InstanceRefresh,
} from '@aws-sdk/client-auto-scaling';
import type { Api } from '../core/client';
import { LoadBalancedRegion } from './load-balancing';
import type { NewRegion, RegionOptions } from './region';

/** An instance as EC2 shows it. */
export interface ShownInstance {
  readonly id: string;
  readonly state: string;
  /** Of the launch template. */
  readonly version: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Versions of the launch template `web` that there are. */
const VERSIONS = [1, 2, 3];

/**
 * A newborn region with a launch template, a load balancer and room for an Auto Scaling group, in which a test says which
 * versions of the template are well and sees every change. The web server of each instance is the test's own.
 */
export class AutoScaledRegion {
  readonly autoScaling: Api<typeof import('@aws-sdk/client-auto-scaling')>;
  /** Versions of the template whose web servers answer with an error. */
  readonly brokenVersions = new Set<number>();
  /** Least number of targets that were healthy at any moment, from `watchHealthy` on. */
  leastHealthy = Number.POSITIVE_INFINITY;
  /** Most instances that ran at any moment, from `watchHealthy` on. */
  mostRunning = 0;
  private readonly states = new Map<string, string>();
  private readonly targets = new Map<string, string>();
  private readonly servers: Server[] = [];
  /** Loopback ports of the web servers, by version of the template. */
  private readonly ports = new Map<string, number>();

  private constructor(
    readonly balanced: LoadBalancedRegion,
    readonly targetGroupArn: string,
    readonly template: { readonly LaunchTemplateId: string; readonly LaunchTemplateName: string },
  ) {
    this.autoScaling = this.region.api('auto-scaling');
  }

  static async start(options: RegionOptions = {}): Promise<AutoScaledRegion> {
    const balanced = await LoadBalancedRegion.start(options);
    const { elb, subnets, groups } = balanced;
    const targetGroupArn = await balanced.createTargetGroup('web');
    await elb.ModifyTargetGroupAttributes({
      TargetGroupArn: targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }],
    });
    const { LoadBalancers } = await elb.CreateLoadBalancer({
      Name: 'front',
      Subnets: subnets.slice(0, 2),
      SecurityGroups: [groups.balancer],
    });
    await elb.CreateListener({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    });
    const made = new AutoScaledRegion(balanced, targetGroupArn, await createTemplate(balanced));
    await made.listen();
    made.follow();
    return made;
  }

  get region(): NewRegion {
    return this.balanced.region;
  }

  /** The subnets of groups, in two zones. */
  get subnets(): readonly [string, string] {
    const [a, b] = this.balanced.subnets;
    return [a, b];
  }

  /** A group `web` behind the load balancer, with no instance at first. */
  async createGroup(overrides: Partial<CreateAutoScalingGroupCommandInput> = {}): Promise<void> {
    await this.autoScaling.CreateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: this.template.LaunchTemplateId, Version: '1' },
      MinSize: 0,
      MaxSize: 6,
      VPCZoneIdentifier: this.subnets.join(),
      TargetGroupARNs: [this.targetGroupArn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 60,
      ...overrides,
    });
  }

  async group(name = 'web'): Promise<AutoScalingGroup | undefined> {
    const input = { AutoScalingGroupNames: [name] };
    return (await this.autoScaling.DescribeAutoScalingGroups(input)).AutoScalingGroups?.[0];
  }

  /** Whether so many instances are in service, and no others are left. */
  async isSettled(count: number, name = 'web'): Promise<boolean> {
    const instances = (await this.group(name))?.Instances ?? [];
    return instances.length === count && instances.every((one) => one.LifecycleState === 'InService');
  }

  /** The newest refresh of the group. */
  async refresh(name = 'web'): Promise<InstanceRefresh | undefined> {
    const answer = await this.autoScaling.DescribeInstanceRefreshes({ AutoScalingGroupName: name });
    return answer.InstanceRefreshes?.[0];
  }

  /** All instances that were ever launched, oldest first. */
  async instances(): Promise<ShownInstance[]> {
    const { Reservations = [] } = await this.region.api('ec2').DescribeInstances({});
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    const order = [...this.states.keys()];
    return all
      .map(({ InstanceId: id = '', State, Tags = [] }) => {
        const tags = Object.fromEntries(Tags.map(({ Key, Value = '' }) => [Key, Value]));
        return { id, state: State?.Name ?? '', tags, version: Number(tags['aws:ec2launchtemplate:version']) };
      })
      .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  }

  /** The targets' health by instance id, as the load balancer told of it; what is not registered is not in it. */
  get health(): ReadonlyMap<string, string> {
    return this.targets;
  }

  healthyCount(): number {
    return [...this.targets.values()].filter((state) => state === 'healthy').length;
  }

  /** Begins to note `leastHealthy` and `mostRunning`. */
  watchHealthy(): void {
    this.leastHealthy = this.healthyCount();
    this.mostRunning = 0;
  }

  /** Titles of what was announced of the kind, without the kind itself. */
  announced(kind: string): string[] {
    return this.region.events
      .map((event) => event['detail-type'])
      .filter((title) => title.startsWith(kind))
      .map((title) => title.slice(kind.length).trim());
  }

  async stop(): Promise<void> {
    await this.balanced.stop();
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  private async listen(): Promise<void> {
    for (const version of VERSIONS) {
      const server = createServer((_request, response) => {
        response.writeHead(this.brokenVersions.has(version) ? 500 : 200).end(String(version));
      });
      this.servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      this.ports.set(String(version), (server.address() as AddressInfo).port);
    }
  }

  /** Opens the web server's port as soon as an instance runs, and keeps count. */
  private follow(): void {
    const ec2 = this.region.state('ec2');
    ec2.onInstanceState((id, state) => {
      this.states.set(id, state);
      const running = [...this.states.values()].filter((one) => one === 'running').length;
      this.mostRunning = Math.max(this.mostRunning, running);
      if (state !== 'running') return;
      const { Tags = [], NetworkInterfaces = [] } = ec2.instance(id) ?? {};
      const version = Tags.find(({ Key }) => Key === 'aws:ec2launchtemplate:version')?.Value ?? '1';
      const [nic] = NetworkInterfaces;
      this.balanced.network.open(nic?.NetworkInterfaceId ?? '', 80, this.ports.get(version) ?? 0);
    });
    this.region.state('elastic-load-balancing-v2').onTargetHealth(({ targetId, health }) => {
      if (health.Reason === 'Target.NotRegistered') this.targets.delete(targetId);
      else this.targets.set(targetId, health.State ?? '');
      this.leastHealthy = Math.min(this.leastHealthy, this.healthyCount());
    });
  }
}

async function createTemplate({ ec2, imageId, groups }: LoadBalancedRegion) {
  const LaunchTemplateData = {
    ImageId: imageId,
    InstanceType: 't3.micro' as const,
    SecurityGroupIds: [groups.web],
  };
  const LaunchTemplateName = 'web';
  const { LaunchTemplate } = await ec2.CreateLaunchTemplate({ LaunchTemplateName, LaunchTemplateData });
  for (const _version of VERSIONS.slice(1))
    await ec2.CreateLaunchTemplateVersion({ LaunchTemplateName, LaunchTemplateData });
  return { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId ?? '', LaunchTemplateName };
}
