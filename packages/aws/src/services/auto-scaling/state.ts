import { type Api, clientOf } from '../../core/client';
import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import { durations } from '../../core/durations';
import type { Ec2Port, IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import { validationError } from './errors';
import { Balancers } from './health/balancers';
import { ClassicLoadBalancers } from './health/classic-load-balancers';
import { HealthChecks } from './health/health-checks';
import { TargetGroups } from './health/target-groups';
import { InstanceLifecycle } from './instances/instance-lifecycle';
import { LaunchTemplates } from './launch/launch-templates';
import { Launches } from './launch/launches';
import { activeRefresh } from './records/active-refresh';
import { Activities } from './records/activities';
import type { Group, GroupInstance } from './records/group';
import { Alarms } from './refresh/alarms';
import { InstanceRefreshes } from './refresh/instance-refreshes';
import { Capacity } from './scaling/capacity';
import { ControlLoop } from './scaling/control-loop';
import { ScaleOuts } from './scaling/scale-outs';
import { type AlarmCall, ScalingPolicies } from './scaling/scaling-policies';
import { ScheduledActions } from './scaling/scheduled-actions';
import { WarmPools } from './warm-pool/warm-pools';

export type Client = typeof import('@aws-sdk/client-auto-scaling');

/** One of Auto Scaling's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, AutoScalingState, Name>;

/** What Auto Scaling sees of its neighbours beside their APIs: states of instances, and news at once. */
export interface Needs {
  readonly ec2: Pick<Ec2Port, 'instance' | 'subnet' | 'onInstanceState'>;
  readonly 'elastic-load-balancing-v2': {
    /** Called at every change of a target's health. Returns how to end it. */
    onTargetHealth(listener: () => void): () => void;
  };
  readonly 'elastic-load-balancing': {
    /** Called at every change of an instance's health. Returns how to end it. */
    onInstanceHealth(listener: () => void): () => void;
  };
  readonly iam: Pick<IamPort, 'role' | 'useLinkedRole'>;
  readonly cloudwatch: {
    /** Called whenever an alarm has a scaling policy act. Returns how to end it. */
    onScaling(listener: (call: AlarmCall) => void): () => void;
  };
}

/** Whose service-linked role groups are kept by. */
export const LINKED_SERVICE = 'autoscaling.amazonaws.com';

/** The Auto Scaling groups of a region and all that keeps them. */
export class AutoScalingState {
  readonly groups = new Map<string, Group>();
  readonly ec2: Needs['ec2'];
  readonly iam: Needs['iam'];
  readonly templates: LaunchTemplates;
  readonly activities: Activities;
  readonly balancers: Balancers;
  readonly refreshes: InstanceRefreshes;
  readonly launches: Launches;
  readonly lifecycle: InstanceLifecycle;
  readonly warmPools: WarmPools;
  readonly scheduledActions: ScheduledActions;
  readonly scalingPolicies: ScalingPolicies;
  private readonly loop: ControlLoop;
  private readonly ending = new AbortController();
  private readonly cancels: Cancel[];

  constructor(
    readonly context: Context,
    needs: Needs,
  ) {
    const { ec2, 'elastic-load-balancing-v2': elb, 'elastic-load-balancing': classic, iam } = needs;
    const makeCall = () => serviceCall(context, 'autoscaling');
    const ec2Api: Api<typeof import('@aws-sdk/client-ec2')> = clientOf(context, 'ec2', makeCall);
    const alarms = new Alarms(context.bus, () => this.wakeAll((group) => activeRefresh(group) !== undefined));
    const activities = new Activities(context);
    const templates = new LaunchTemplates(ec2Api);
    const balancers = new Balancers(
      new TargetGroups(clientOf(context, 'elastic-load-balancing-v2', makeCall)),
      new ClassicLoadBalancers(clientOf(context, 'elastic-load-balancing', makeCall)),
    );
    const refreshes = new InstanceRefreshes(context, templates, alarms);
    const launches = new Launches(context, { ec2, ec2Api, templates, activities });
    const lifecycle = new InstanceLifecycle(context, {
      ec2,
      ec2Api,
      launches,
      activities,
      balancers,
      refreshes,
    });
    const health = new HealthChecks(context, { lifecycle, activities, balancers, refreshes });
    const warmPools = new WarmPools(context, { ec2, ec2Api, launches, activities, refreshes });
    const scaleOuts = new ScaleOuts(context);
    const capacity = new Capacity(
      context,
      { launches, warmPools, activities, refreshes, lifecycle, scaleOuts },
      this.ending.signal,
    );
    this.loop = new ControlLoop(
      { launches, lifecycle, warmPools, health, refreshes, capacity, scaleOuts, activities },
      (group) => this.groups.delete(group.name),
      this.ending.signal,
    );
    this.ec2 = ec2;
    this.iam = iam;
    iam.useLinkedRole(LINKED_SERVICE, context.region, (roleArn) =>
      [...this.groups.values()]
        .filter(({ settings }) => settings.serviceLinkedRoleArn === roleArn)
        .map(({ arn }) => arn),
    );
    this.activities = activities;
    this.templates = templates;
    this.balancers = balancers;
    this.refreshes = refreshes;
    this.launches = launches;
    this.lifecycle = lifecycle;
    this.warmPools = warmPools;
    const scaled = { activities, groups: this.groups, wake: (group: Group) => this.wake(group) };
    this.scheduledActions = new ScheduledActions(context, scaled);
    this.scalingPolicies = new ScalingPolicies(context, {
      ...scaled,
      cloudwatch: clientOf(context, 'cloudwatch', makeCall),
    });
    this.cancels = [
      alarms.stop,
      needs.cloudwatch.onScaling((call) => void this.scalingPolicies.act(call)),
      context.clock.every(durations.autoScalingTick.seconds, () => {
        this.wakeAll(() => true);
        this.dropStrays();
      }),
      ec2.onInstanceState((instanceId) => {
        const group = launches.attempts.notice(instanceId) ?? this.groupOf(instanceId);
        if (!group) return;
        if (this.isThere(group)) this.wake(group);
        else this.dropStrays();
      }),
      elb.onTargetHealth(() => this.wakeAll((group) => group.settings.targetGroupArns.length > 0)),
      classic.onInstanceHealth(() => this.wakeAll((group) => group.settings.loadBalancerNames.length > 0)),
    ];
  }

  /** Lets the group take a turn soon: after anything that may matter to it. */
  wake(group: Group): void {
    this.loop.wake(group);
  }

  /** Ends what is under way, as soon as it can. */
  dispose(): void {
    this.ending.abort();
    for (const cancel of this.cancels) cancel();
    for (const { scheduled } of this.groups.values()) this.scheduledActions.cancel(...scheduled.values());
  }

  /** @throws AwsError `ValidationError` when there is no such group */
  group(name: string | undefined): Group {
    const group = this.groups.get(name ?? '');
    if (!group)
      throw validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
    return group;
  }

  groupOf(instanceId: string): Group | undefined {
    return [...this.groups.values()].find(
      ({ instances, warmPool }) => instances.has(instanceId) || warmPool?.instances.has(instanceId),
    );
  }

  /** @throws AwsError `ValidationError` when the instance is in no group */
  managedInstance(instanceId: string | undefined): { group: Group; instance: GroupInstance } {
    const group = this.groupOf(instanceId ?? '');
    const id = instanceId ?? '';
    const instance = group?.instances.get(id) ?? group?.warmPool?.instances.get(id);
    if (!group || !instance)
      throw validationError(
        `Instance Id not found - No managed instance found for instance ID: ${instanceId}`,
      );
    return { group, instance };
  }

  /** @throws AwsError `ValidationError` when an instance is not in the group */
  instancesOf(group: Group, instanceIds: readonly string[] | undefined): GroupInstance[] {
    return (instanceIds ?? []).map((id) => {
      const instance = group.instances.get(id);
      if (!instance)
        throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
      return instance;
    });
  }

  groupArn(name: string, id: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;
  }

  private isThere(group: Group): boolean {
    return this.groups.get(group.name) === group;
  }

  private dropStrays(): void {
    this.launches
      .dropStrays((group) => this.isThere(group))
      .catch((error: unknown) => {
        if (!this.ending.signal.aborted) console.error('Auto Scaling:', error);
      });
  }

  private wakeAll(which: (group: Group) => boolean): void {
    for (const group of this.groups.values()) if (which(group)) this.wake(group);
  }
}
