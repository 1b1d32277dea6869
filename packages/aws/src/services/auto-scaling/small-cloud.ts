import { AwsError } from '../../core/aws-error';
import { Clock } from '../../core/clock';
import type { Context } from '../../core/context';
import { type AwsEvent, EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { resourceId } from '../../core/ids';
import { Ledger } from '../../core/ledger';
import { serviceCall } from '../../core/service-call';
import { noCorridor } from '../../testing/no-corridor';
import { AutoScaling } from '.';
import type { Dependencies } from './dependencies';

interface Machine {
  id: string;
  state: string;
  zone: string;
  subnetId: string;
  version: number;
  tags: Record<string, string>;
}

export const template = { LaunchTemplateId: 'lt-0aaaaaaaaaaaaaaaa', LaunchTemplateName: 'kiln-fleet-web' };
export const targetGroup =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/kiln-fleet-web/0123456789abcdef';

/**
 * An EC2 and a load balancer of a few lines around the real Auto Scaling, so that a test decides which template
 * versions are healthy and sees every step. AWS seconds: 5 to run, 10 more to be healthy, 10 to drain, 5 to terminate.
 */
export class SmallCloud {
  readonly machines = new Map<string, Machine>();
  readonly health = new Map<string, string>();
  readonly events: AwsEvent[] = [];
  /** Least number of targets that were healthy at any moment, from `watchHealthy` on. */
  leastHealthy = Number.POSITIVE_INFINITY;
  mostRunning = 0;
  readonly brokenVersions = new Set<number>();
  latestVersion = 3;
  /** How many of the next calls to terminate an instance EC2 refuses. */
  refusedTerminations = 0;
  readonly context: Context;
  readonly autoScaling: AutoScaling;
  private readonly clock: Clock;
  private readonly listeners = new Set<(instanceId: string, state: string) => void>();
  private readonly healthListeners = new Set<() => void>();
  private watching = false;

  constructor(scale = 2000) {
    this.clock = new Clock(scale);
    const bus = new EventBus('us-east-1', '000000000000', () => this.clock.now());
    bus.subscribe((event) => this.events.push(event));
    this.context = {
      region: 'us-east-1',
      accountId: '000000000000',
      clock: this.clock,
      ledger: new Ledger(() => this.clock.millis()),
      bus,
      faults: new Faults(),
      endpoint: 'http://127.0.0.1:1',
      ...noCorridor,
    };
    this.autoScaling = new AutoScaling(this.context, { ec2: this.ec2(), elbv2: this.elbv2() });
  }

  get call() {
    return serviceCall(this.context, 'test');
  }

  get operations() {
    return this.autoScaling.operations;
  }

  dispose(): void {
    this.autoScaling.dispose();
    this.clock.stop();
  }

  watchHealthy(): void {
    this.watching = true;
    this.leastHealthy = this.healthyCount();
    this.mostRunning = 0;
  }

  healthyCount(): number {
    return [...this.health.values()].filter((state) => state === 'healthy').length;
  }

  setState(id: string, state: string): void {
    const machine = this.machines.get(id);
    if (!machine) throw new Error(`no machine ${id}`);
    machine.state = state;
    for (const listener of this.listeners) listener(id, state);
    const running = [...this.machines.values()].filter((one) => one.state === 'running').length;
    this.mostRunning = Math.max(this.mostRunning, running);
  }

  setHealth(id: string, state: string | undefined): void {
    if (state === undefined) this.health.delete(id);
    else this.health.set(id, state);
    if (this.watching) this.leastHealthy = Math.min(this.leastHealthy, this.healthyCount());
    for (const listener of this.healthListeners) listener();
  }

  group(name = 'web') {
    const found = this.operations.DescribeAutoScalingGroups({ AutoScalingGroupNames: [name] }, this.call);
    return found.AutoScalingGroups?.[0];
  }

  refresh(name = 'web') {
    return this.operations.DescribeInstanceRefreshes({ AutoScalingGroupName: name }, this.call)
      .InstanceRefreshes?.[0];
  }

  inService(name = 'web'): number {
    return (this.group(name)?.Instances ?? []).filter((one) => one.LifecycleState === 'InService').length;
  }

  /** Resolves when the condition holds, looked at every AWS second. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const giveUp = this.clock.millis() + 4 * 3600 * 1000;
    while (!condition()) {
      if (this.clock.millis() > giveUp) throw new Error(`never came: ${what}`);
      await this.clock.sleep(1);
    }
  }

  async createGroup(
    overrides: Partial<Parameters<AutoScaling['operations']['CreateAutoScalingGroup']>[0]> = {},
  ) {
    await this.operations.CreateAutoScalingGroup(
      {
        AutoScalingGroupName: 'web',
        LaunchTemplate: { LaunchTemplateId: template.LaunchTemplateId, Version: '1' },
        MinSize: 0,
        MaxSize: 6,
        VPCZoneIdentifier: 'subnet-a,subnet-b',
        TargetGroupARNs: [targetGroup],
        HealthCheckType: 'ELB',
        HealthCheckGracePeriod: 60,
        ...overrides,
      },
      this.call,
    );
  }

  private ec2(): Dependencies['ec2'] {
    return {
      instance: (id) => {
        const machine = this.machines.get(id);
        return (
          machine && {
            InstanceId: id,
            State: { Name: machine.state as 'running' },
            Placement: { AvailabilityZone: machine.zone },
            SubnetId: machine.subnetId,
          }
        );
      },
      subnet: (id) =>
        ['subnet-a', 'subnet-b'].includes(id)
          ? { SubnetId: id, VpcId: 'vpc-1', AvailabilityZone: `us-east-1${id.slice(-1)}` }
          : undefined,
      onInstanceState: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      operations: {
        RunInstances: (input) => {
          if (input.DryRun)
            throw new AwsError(
              'DryRunOperation',
              'Request would have succeeded, but DryRun flag is set.',
              412,
            );
          const machine: Machine = {
            id: resourceId('i'),
            state: 'pending',
            subnetId: input.SubnetId ?? '',
            zone: `us-east-1${input.SubnetId?.slice(-1)}`,
            version: Number(input.LaunchTemplate?.Version),
            tags: Object.fromEntries(
              (input.TagSpecifications?.[0]?.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']),
            ),
          };
          this.machines.set(machine.id, machine);
          this.clock.after(5, () => {
            if (machine.state === 'pending') this.setState(machine.id, 'running');
          });
          return {
            Instances: [
              {
                InstanceId: machine.id,
                InstanceType: 't3.micro',
                SubnetId: machine.subnetId,
                Placement: { AvailabilityZone: machine.zone },
              },
            ],
          };
        },
        TerminateInstances: (input) => {
          if (this.refusedTerminations > 0) {
            this.refusedTerminations -= 1;
            throw new AwsError('OperationNotPermitted', 'The instance may not be terminated.');
          }
          for (const id of input.InstanceIds ?? []) {
            this.setState(id, 'shutting-down');
            this.clock.after(5, () => this.setState(id, 'terminated'));
          }
          return {};
        },
        DescribeLaunchTemplateVersions: (input) => {
          const asked = input.Versions?.[0];
          const number = asked === '$Latest' ? this.latestVersion : asked === '$Default' ? 1 : Number(asked);
          if (number > this.latestVersion)
            throw new AwsError(
              'InvalidLaunchTemplateId.VersionNotFound',
              `Could not find launch template version ${asked}`,
            );
          return {
            LaunchTemplateVersions: [
              { ...template, VersionNumber: number, LaunchTemplateData: { ImageId: 'ami-1' } },
            ],
          };
        },
        CreateTags: ({ Resources = [], Tags = [] }) => {
          for (const id of Resources)
            for (const { Key = '', Value = '' } of Tags)
              Object.assign(this.machines.get(id)?.tags ?? {}, { [Key]: Value });
          return {};
        },
        DeleteTags: ({ Resources = [], Tags = [] }) => {
          for (const id of Resources)
            for (const { Key = '' } of Tags) delete this.machines.get(id)?.tags[Key];
          return {};
        },
      },
    };
  }

  private elbv2(): Dependencies['elbv2'] {
    return {
      onTargetHealth: (listener) => {
        this.healthListeners.add(listener);
        return () => this.healthListeners.delete(listener);
      },
      operations: {
        RegisterTargets: (input) => {
          for (const { Id: id = '' } of input.Targets ?? []) {
            this.setHealth(id, 'initial');
            const broken = this.brokenVersions.has(this.machines.get(id)?.version ?? 0);
            this.clock.after(10, () => {
              if (this.health.get(id) === 'initial') this.setHealth(id, broken ? 'unhealthy' : 'healthy');
            });
          }
          return {};
        },
        DeregisterTargets: (input) => {
          for (const { Id: id = '' } of input.Targets ?? []) {
            this.setHealth(id, 'draining');
            this.clock.after(10, () => this.setHealth(id, undefined));
          }
          return {};
        },
        DescribeTargetHealth: () => ({
          TargetHealthDescriptions: [...this.health].map(([Id, State]) => ({
            Target: { Id },
            TargetHealth: { State: State as 'healthy' },
          })),
        }),
        DescribeTargetGroups: (input) => {
          if (input.TargetGroupArns?.[0] !== targetGroup)
            throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
          return { TargetGroups: [{ TargetGroupArn: targetGroup }] };
        },
      },
    };
  }
}
