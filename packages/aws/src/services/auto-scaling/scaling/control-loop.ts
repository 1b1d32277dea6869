import { AwsError } from '../../../core/aws-error';
import type { HealthChecks } from '../health/health-checks';
import { extraFor } from '../health/maintenance';
import type { InstanceLifecycle } from '../instances/instance-lifecycle';
import type { Launches } from '../launch/launches';
import type { Activities } from '../records/activities';
import type { Group } from '../records/group';
import type { InstanceRefreshes } from '../refresh/instance-refreshes';
import type { WarmPools } from '../warm-pool/warm-pools';
import type { Capacity } from './capacity';
import type { ScaleOuts } from './scale-outs';

/** What a turn of a group is made of. */
interface Steps {
  readonly launches: Launches;
  readonly lifecycle: InstanceLifecycle;
  readonly warmPools: WarmPools;
  readonly health: HealthChecks;
  readonly refreshes: InstanceRefreshes;
  readonly capacity: Capacity;
  readonly scaleOuts: ScaleOuts;
  readonly activities: Activities;
}

/** Holds groups against what they shall be, and closes the gap: turn by turn, one turn of a group at a time. */
export class ControlLoop {
  private readonly running = new Map<Group, { again: boolean }>();

  /**
   * @param onEmpty called when a group that is being deleted has no instance left
   * @param ending aborts when all shall end
   */
  constructor(
    private readonly steps: Steps,
    private readonly onEmpty: (group: Group) => void,
    private readonly ending: AbortSignal,
  ) {}

  /** Lets the group take a turn soon: after anything that may matter to it. */
  wake(group: Group): void {
    const run = this.running.get(group);
    if (run) run.again = true;
    else if (!this.ending.aborted) void this.run(group);
  }

  private async run(group: Group): Promise<void> {
    const run = { again: true };
    this.running.set(group, run);
    try {
      while (run.again && !this.ending.aborted) {
        run.again = false;
        await this.turn(group);
      }
    } catch (error) {
      // The next tick tries again what another service refused; whoever runs the embedded AWS must see all else.
      if (!(error instanceof AwsError) && !this.ending.aborted)
        console.error(`Auto Scaling group ${group.name}:`, error);
    } finally {
      this.running.delete(group);
    }
  }

  private async turn(group: Group): Promise<void> {
    const { lifecycle, warmPools, health, refreshes, capacity, scaleOuts, activities } = this.steps;
    health.beginTurn(group);
    await this.adopt(group);
    for (const instance of [...group.instances.values()]) await lifecycle.settle(group, instance);
    await warmPools.settle(group);
    await health.checkHealth(group);
    const orders = await refreshes.step(group);
    for (const instance of orders?.terminate ?? []) {
      await lifecycle.terminate(
        group,
        instance,
        `At ${activities.stamp()} an instance was taken out of service in response to an instance refresh.`,
      );
    }
    for (const instance of orders?.terminateWarm ?? []) {
      await warmPools.terminate(
        group,
        instance,
        `At ${activities.stamp()} an instance was taken out of the warm pool in response to an instance refresh.`,
      );
    }
    const wanted = orders?.capacity ?? group.desired + extraFor(group) + Number(capacity.isEvening(group));
    await capacity.shrink(group, wanted);
    await capacity.fill(group, wanted);
    if (!orders) await capacity.even(group);
    await warmPools.maintain(group);
    scaleOuts.endIfSettled(group);
    if (group.deleting && group.instances.size === 0 && !group.warmPool?.instances.size) this.onEmpty(group);
  }
  /** What EC2 launched after all belongs to the group; what a refresh would have replaced meanwhile goes. */
  private async adopt(group: Group): Promise<void> {
    const { lifecycle, launches, refreshes, activities } = this.steps;
    const { fitting, outdated } = launches.adopt(group);
    for (const { instanceId } of fitting) refreshes.noteLaunch(group, instanceId);
    for (const instance of outdated)
      await lifecycle.terminate(
        group,
        instance,
        `At ${activities.stamp()} an instance was taken out of service in response to a difference between its configuration and that of the group.`,
      );
  }
}
