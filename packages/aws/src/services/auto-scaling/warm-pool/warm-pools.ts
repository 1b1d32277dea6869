import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import { passHooks } from '../instances/lifecycle-hooks';
import type { Launches } from '../launch/launches';
import { choosePlace } from '../launch/placement';
import { activeRefresh, launchConfiguration } from '../records/active-refresh';
import type { Activities } from '../records/activities';
import { capacityOf, type Group, type GroupInstance, type WarmPool } from '../records/group';
import { isLeavingPool, isWarm, poolSize, preparedIn, stayingIn } from '../records/warm-pool';
import type { InstanceRefreshes } from '../refresh/instance-refreshes';

interface Needs {
  readonly ec2: Pick<Ec2Port, 'instance' | 'subnet'>;
  readonly ec2Api: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly launches: Launches;
  readonly activities: Activities;
  readonly refreshes: InstanceRefreshes;
}

/**
 * Keeps the warm pools of groups: prepares instances, hands them over when the group scales out, takes them back, and replaces those
 * that are lost.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
 */
export class WarmPools {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /** Brings each instance of the pool on its way: to rest, or out of it. */
  async settle(group: Group): Promise<void> {
    const pool = group.warmPool;
    if (!pool) return;
    for (const instance of [...pool.instances.values()]) {
      if (isLeavingPool(instance)) await this.settleTermination(group, pool, instance);
      else if (instance.lifecycle.startsWith('Warmed:Pending')) await this.prepare(group, pool, instance);
      else await this.checkHealth(group, pool, instance);
    }
  }

  /** Takes out what the pool has too many, and launches what it has too few, until a launch fails. */
  async maintain(group: Group): Promise<void> {
    const pool = group.warmPool;
    if (!pool) return;
    const size = poolSize(group, pool);
    for (const instance of this.leastWanted(group, pool)) {
      // What is left must not be less than what is wanted.
      if (capacityOf(stayingIn(pool)) - capacityOf([instance]) < size) break;
      await this.terminate(
        group,
        instance,
        `At ${this.needs.activities.stamp()} an instance was taken out of the warm pool in response to a difference between its desired and actual size.`,
      );
    }
    if (!group.suspended.has('Launch')) await this.fill(group, pool, size);
    if (pool.instances.size === 0 && pool.isDeleting && group.warmPool === pool) group.warmPool = undefined;
  }

  /**
   * Moves a prepared instance into the group, where there is one: it starts, passes the hooks, and goes into service.
   *
   * @param cause why, as the activity says it
   */
  async take(group: Group, cause: string): Promise<GroupInstance | undefined> {
    const pool = group.warmPool;
    const instance = pool && this.choose(group, pool);
    if (!pool || !instance) return undefined;
    const place = { zone: instance.zone, subnetId: instance.subnetId };
    if (instance.lifecycle === 'Warmed:Stopped') {
      try {
        await this.needs.ec2Api.StartInstances({ InstanceIds: [instance.instanceId] });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        // The pool replaces it, and the group launches another one: a cold start.
        this.needs.activities.failLaunch(group, cause, error.message, place);
        instance.health = 'Unhealthy';
        return undefined;
      }
    }
    pool.instances.delete(instance.instanceId);
    instance.lifecycle = 'Pending';
    instance.isFromPool = true;
    instance.completedHooks.clear();
    instance.isProtected = group.settings.newInstancesProtected;
    instance.activity = this.needs.activities.begin(group, {
      description: `Launching a new EC2 instance from warm pool: ${instance.instanceId}`,
      cause,
      status: 'PreInService',
      place,
    });
    instance.activity.Progress = 30;
    group.instances.set(instance.instanceId, instance);
    return instance;
  }

  /** Takes an instance out of the pool: its hooks run first, then EC2 terminates it. */
  async terminate(group: Group, instance: GroupInstance, cause: string): Promise<void> {
    const pool = group.warmPool;
    if (!pool || isLeavingPool(instance)) return;
    const { activities } = this.needs;
    activities.cancel(group, instance, 'The instance is terminated before it is in the warm pool.');
    instance.activity = activities.begin(group, {
      description: `Terminating EC2 instance: ${instance.instanceId}`,
      cause,
      status: 'InProgress',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.pendingHook = undefined;
    instance.completedHooks.clear();
    instance.isReturning = false;
    instance.lifecycle = 'Warmed:Terminating';
    await this.settleTermination(group, pool, instance);
  }

  /** Deletes the pool of a group at once: its instances go, and nobody waits for their hooks. */
  async drop(group: Group, pool: WarmPool): Promise<void> {
    const ids = [...pool.instances.keys()];
    if (ids.length > 0) await this.needs.ec2Api.TerminateInstances({ InstanceIds: ids });
    for (const instance of pool.instances.values())
      this.needs.activities.cancel(group, instance, 'The warm pool was deleted.');
    pool.instances.clear();
    if (group.warmPool === pool) group.warmPool = undefined;
  }

  private async fill(group: Group, pool: WarmPool, size: number): Promise<void> {
    const { activities, launches, refreshes } = this.needs;
    while (preparedIn(group, pool) < size && group.warmPool === pool) {
      if (this.context.clock.millis() < group.nextLaunchAt) return;
      const launched = await launches.launch(
        group,
        launchConfiguration(group),
        `At ${activities.stamp()} an instance was started in response to a difference between desired and actual size of the warm pool.`,
        undefined,
        pool,
      );
      if ('failure' in launched) {
        refreshes.noteFailure(group, launched.failure);
        return;
      }
      refreshes.noteLaunch(group, launched.instanceId);
    }
  }

  /** Those that go first: what a refresh is to replace, then what is not prepared yet, then the oldest. */
  private leastWanted(group: Group, pool: WarmPool): GroupInstance[] {
    const outdated = activeRefresh(group)?.replaceWarm;
    const rank = (instance: GroupInstance) =>
      outdated?.has(instance.instanceId) ? 0 : isWarm(instance) ? 2 : 1;
    return stayingIn(pool).toSorted((a, b) => rank(a) - rank(b) || a.launchedAt - b.launchedAt);
  }

  /** In the zone in which the group has the fewest, the oldest. None that a refresh is to replace. */
  private choose(group: Group, pool: WarmPool): GroupInstance | undefined {
    const refresh = activeRefresh(group);
    const { zone } = choosePlace(
      group,
      (id) => this.needs.ec2.subnet(id)?.AvailabilityZone,
      refresh?.replace,
    );
    return [...pool.instances.values()]
      .filter((instance) => isWarm(instance) && !refresh?.replaceWarm.has(instance.instanceId))
      .toSorted(
        (a, b) => Number(b.zone === zone) - Number(a.zone === zone) || a.launchedAt - b.launchedAt,
      )[0];
  }

  private stateOf({ instanceId }: GroupInstance): string | undefined {
    return this.needs.ec2.instance(instanceId)?.State?.Name;
  }

  private async prepare(group: Group, pool: WarmPool, instance: GroupInstance): Promise<void> {
    const state = this.stateOf(instance);
    if (state === 'pending') return;
    const isStopping = instance.lifecycle === 'Warmed:Pending:Proceed' && pool.state === 'Stopped';
    if (isStopping && state === 'stopping') return;
    if (isStopping && state === 'stopped') return this.rest(group, instance, 'Warmed:Stopped');
    if (state !== 'running') return this.fail(group, instance, `The instance is ${state ?? 'gone'}.`);
    const outcome = passHooks(
      this.context,
      group,
      instance,
      instance.isReturning ? 'autoscaling:EC2_INSTANCE_TERMINATING' : 'autoscaling:EC2_INSTANCE_LAUNCHING',
    );
    if (outcome === 'waiting') return;
    if (outcome === 'abandon')
      return this.fail(group, instance, "Instance failed to complete user's Lifecycle Action");
    instance.lifecycle = 'Warmed:Pending:Proceed';
    if (pool.state === 'Running') return this.rest(group, instance, 'Warmed:Running');
    try {
      await this.needs.ec2Api.StopInstances({ InstanceIds: [instance.instanceId] });
    } catch (error) {
      // The next tick tries again.
      if (!(error instanceof AwsError)) throw error;
      if (instance.activity) instance.activity.StatusMessage = error.message;
    }
  }

  private rest(group: Group, instance: GroupInstance, lifecycle: 'Warmed:Stopped' | 'Warmed:Running'): void {
    instance.lifecycle = lifecycle;
    instance.completedHooks.clear();
    instance.isReturning = false;
    instance.isFromPool = false;
    group.launchFailures = 0;
    this.needs.activities.succeed(group, instance, 'WarmPool');
  }

  private async fail(group: Group, instance: GroupInstance, message: string): Promise<void> {
    const isNew = !instance.isReturning;
    this.needs.activities.cancel(group, instance, message);
    if (isNew) {
      group.nextLaunchAt = this.context.clock.millis() + durations.launchRetry.seconds * 1000;
      group.launchFailures += 1;
      this.needs.refreshes.noteFailure(group, `${instance.instanceId}: ${message}`, instance.instanceId);
    }
    await this.terminate(group, instance, `At ${this.needs.activities.stamp()} ${message}`);
  }

  /** https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-health-checks-monitor-view-status.html */
  private async checkHealth(group: Group, pool: WarmPool, instance: GroupInstance): Promise<void> {
    const state = this.stateOf(instance);
    const expected = instance.lifecycle === 'Warmed:Running' ? 'running' : 'stopped';
    if (state !== expected && !group.suspended.has('HealthCheck')) {
      instance.health = 'Unhealthy';
      instance.unhealthyCause =
        'in response to an EC2 health check indicating it has been terminated or stopped.';
    }
    if (instance.health === 'Healthy' || group.suspended.has('ReplaceUnhealthy')) return;
    const cause = instance.unhealthyCause ?? 'in response to a user health-check.';
    const now = this.needs.activities.stamp();
    await this.terminate(group, instance, `At ${now} an instance was taken out of service ${cause}`);
    if (state === 'terminated' || state === undefined) await this.settleTermination(group, pool, instance);
  }

  private async settleTermination(group: Group, pool: WarmPool, instance: GroupInstance): Promise<void> {
    const isOver = () => [undefined, 'terminated'].includes(this.stateOf(instance));
    if (!isOver() && !instance.terminationRequested) {
      // A group that is deleted by force takes its lifecycle actions with it.
      const isDone =
        group.deleting ||
        passHooks(this.context, group, instance, 'autoscaling:EC2_INSTANCE_TERMINATING') !== 'waiting';
      if (!isDone) return;
      try {
        await this.needs.ec2Api.TerminateInstances({ InstanceIds: [instance.instanceId] });
        instance.terminationRequested = true;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (instance.activity) instance.activity.StatusMessage = error.message;
      }
    }
    if (!isOver()) return;
    pool.instances.delete(instance.instanceId);
    this.needs.activities.succeed(group, instance, 'WarmPool');
  }
}
