import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import { type Balancers, balancersOf } from '../health/balancers';
import type { Launches } from '../launch/launches';
import type { Activities } from '../records/activities';
import type { Group, GroupInstance } from '../records/group';
import { isPending, isRetained, isTerminating, retains } from '../records/group';
import { putIntoPool } from '../records/warm-pool';
import type { InstanceRefreshes } from '../refresh/instance-refreshes';
import { passHooks } from './lifecycle-hooks';

interface Needs {
  readonly ec2: Pick<Ec2Port, 'instance'>;
  readonly ec2Api: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly launches: Launches;
  readonly activities: Activities;
  readonly balancers: Balancers;
  readonly refreshes: InstanceRefreshes;
}

/** Brings instances on their way: into service, and out of the group. */
export class InstanceLifecycle {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /** The state of its instance, as EC2 has it; undefined for one that is no more. */
  stateOf(instance: GroupInstance): string | undefined {
    return this.needs.ec2.instance(instance.instanceId)?.State?.Name;
  }

  /** Brings an instance on its way: into service, or out of the group. */
  async settle(group: Group, instance: GroupInstance): Promise<void> {
    if (isPending(instance)) await this.settleLaunch(group, instance);
    if (isTerminating(instance)) await this.settleTermination(group, instance);
    if (instance.lifecycle === 'Detaching' && (await this.isOutOfTargetGroups(group, instance))) {
      await this.needs.launches.unmark(instance.instanceId);
      this.leave(group, instance);
    }
    if (instance.lifecycle === 'EnteringStandby' && (await this.isOutOfTargetGroups(group, instance))) {
      instance.lifecycle = 'Standby';
      this.needs.activities.succeed(group, instance);
    }
  }

  /**
   * Takes an instance out: what balances its load drains it first, then EC2 terminates it.
   *
   * @param announce whether the termination is an activity of its own
   * @param returns whether it goes into the warm pool instead
   */
  async terminate(
    group: Group,
    instance: GroupInstance,
    cause: string,
    announce = true,
    returns = false,
  ): Promise<void> {
    if (isTerminating(instance) && !isRetained(instance)) return;
    if (announce) {
      this.needs.activities.cancel(group, instance, 'The instance is terminated before it is in service.');
      instance.activity = this.needs.activities.begin(group, {
        description: returns
          ? `Returning EC2 instance to warm pool: ${instance.instanceId}`
          : `Terminating EC2 instance: ${instance.instanceId}`,
        cause,
        status: 'InProgress',
        place: { zone: instance.zone, subnetId: instance.subnetId },
      });
    }
    instance.pendingHook = undefined;
    instance.completedHooks.clear();
    instance.isReturning = returns;
    instance.lifecycle = 'Terminating';
    await this.settleTermination(group, instance);
  }

  /** Begins the draining in all target groups and Classic Load Balancers. One that refuses it now is asked again with the next tick. */
  async leaveTargetGroups(group: Group, instance: GroupInstance): Promise<void> {
    try {
      if (instance.inServiceAt !== undefined)
        for (const id of balancersOf(group.settings))
          await this.needs.balancers.deregister(id, instance.instanceId);
      instance.hasLeftTargetGroups = true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (instance.activity) instance.activity.StatusMessage = error.message;
    }
  }

  private async settleLaunch(group: Group, instance: GroupInstance): Promise<void> {
    const state = this.stateOf(instance);
    if (state === 'pending') return;
    if (state !== 'running') {
      const reason = this.needs.ec2.instance(instance.instanceId)?.StateReason?.Message;
      const message = `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: ${reason ?? 'Server.InternalError: Internal error on launch'}`;
      this.failLaunch(group, instance, message);
      await this.terminate(group, instance, message, false);
      return;
    }
    const outcome = passHooks(this.context, group, instance, 'autoscaling:EC2_INSTANCE_LAUNCHING');
    if (outcome === 'waiting') return;
    if (outcome === 'abandon') {
      this.failLaunch(group, instance, "Instance failed to complete user's Lifecycle Action");
      await this.terminate(
        group,
        instance,
        `At ${this.needs.activities.stamp()} an instance was taken out of service in response to an abandoned lifecycle action.`,
        false,
      );
      return;
    }
    await this.enterService(group, instance);
  }

  private async enterService(group: Group, instance: GroupInstance): Promise<void> {
    instance.inServiceAt = this.context.clock.millis();
    instance.hasLeftTargetGroups = false;
    if (!group.suspended.has('AddToLoadBalancer')) {
      try {
        for (const id of balancersOf(group.settings))
          await this.needs.balancers.register(id, [instance.instanceId]);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.failLaunch(group, instance, `${error.message}. Launching EC2 instance failed.`);
        await this.terminate(group, instance, error.message, false);
        return;
      }
    }
    instance.completedHooks.clear();
    instance.lifecycle = 'InService';
    group.launchFailures = 0;
    this.needs.activities.succeed(group, instance);
  }

  private failLaunch(group: Group, instance: GroupInstance, message: string): void {
    this.needs.activities.cancel(group, instance, message);
    group.nextLaunchAt = this.context.clock.millis() + durations.launchRetry.seconds * 1000;
    group.launchFailures += 1;
    this.needs.refreshes.noteFailure(group, `${instance.instanceId}: ${message}`, instance.instanceId);
  }

  private async settleTermination(group: Group, instance: GroupInstance): Promise<void> {
    const state = this.stateOf(instance);
    const over = state === 'terminated' || state === undefined;
    if (isRetained(instance) && !over) return;
    if (!over && !instance.terminationRequested) {
      if (!(await this.isOutOfTargetGroups(group, instance))) {
        if (instance.activity) {
          instance.activity.StatusCode = 'WaitingForELBConnectionDraining';
          instance.activity.Progress = 30;
        }
        return;
      }
      if (instance.isReturning && group.warmPool && !group.deleting) {
        putIntoPool(group, group.warmPool, instance);
        return;
      }
      instance.isReturning = false;
      // A group that is deleted by force takes its lifecycle actions with it.
      const hooks = () => passHooks(this.context, group, instance, 'autoscaling:EC2_INSTANCE_TERMINATING');
      const outcome = group.deleting ? 'proceed' : hooks();
      if (outcome === 'waiting') return;
      if (outcome === 'abandon' && retains(group)) {
        instance.lifecycle = 'Terminating:Retained';
        this.needs.activities.cancel(
          group,
          instance,
          'The lifecycle action was abandoned; the instance is retained.',
        );
        return;
      }
      if (instance.activity) {
        instance.activity.StatusCode = 'InProgress';
        instance.activity.Progress = 70;
      }
      if (!(await this.requestTermination(instance))) return;
      instance.terminationRequested = true;
      if (this.stateOf(instance) !== 'terminated') return;
    }
    if (over || this.stateOf(instance) === 'terminated') this.leave(group, instance);
  }

  /** @returns false when EC2 refused it */
  private async requestTermination(instance: GroupInstance): Promise<boolean> {
    try {
      await this.needs.ec2Api.TerminateInstances({ InstanceIds: [instance.instanceId] });
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The next tick tries again; the other instances need not wait for this one.
      if (instance.activity) instance.activity.StatusMessage = error.message;
      return false;
    }
  }

  private leave(group: Group, instance: GroupInstance): void {
    group.instances.delete(instance.instanceId);
    this.needs.activities.succeed(group, instance);
  }

  private async isOutOfTargetGroups(group: Group, instance: GroupInstance): Promise<boolean> {
    if (!instance.hasLeftTargetGroups) await this.leaveTargetGroups(group, instance);
    if (!instance.hasLeftTargetGroups) return false;
    if (instance.inServiceAt === undefined || this.stateOf(instance) !== 'running') return true;
    return this.needs.balancers.isDrained(balancersOf(group.settings), instance.instanceId);
  }
}
