import type { Context } from '../../../core/context';
import type { InstanceLifecycle } from '../instances/instance-lifecycle';
import type { Launches } from '../launch/launches';
import { activeRefresh, isReady, launchConfiguration } from '../records/active-refresh';
import type { Activities } from '../records/activities';
import {
  activeInstances,
  capacityOf,
  type Group,
  type GroupInstance,
  isRetained,
  isTerminating,
} from '../records/group';
import { takesBack } from '../records/warm-pool';
import type { InstanceRefreshes } from '../refresh/instance-refreshes';
import type { WarmPools } from '../warm-pool/warm-pools';
import type { ScaleOuts } from './scale-outs';
import { chooseVictim } from './termination-policy';
import { zonesToFill } from './zone-balance';

interface Needs {
  readonly launches: Launches;
  readonly warmPools: WarmPools;
  readonly activities: Activities;
  readonly refreshes: InstanceRefreshes;
  readonly lifecycle: InstanceLifecycle;
  readonly scaleOuts: ScaleOuts;
}

/** Brings groups to their capacity, and their zones to the same number of instances. */
export class Capacity {
  /** @param ending ends a filling that is under way */
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
    private readonly ending: AbortSignal,
  ) {}

  /** Takes out what is too many. */
  async shrink(group: Group, capacity: number): Promise<void> {
    if (group.deleting) return this.empty(group);
    if (group.suspended.has('Terminate')) return;
    const refresh = activeRefresh(group);
    for (;;) {
      const active = activeInstances(group);
      const outdated = active.filter((instance) => refresh?.replace.has(instance.instanceId));
      const victim = chooseVictim(group, outdated) ?? chooseVictim(group, active);
      const count = capacityOf(active);
      // What is left must not be less than what is wanted.
      if (!victim || count - capacityOf([victim]) < capacity) return;
      await this.needs.lifecycle.terminate(
        group,
        victim,
        `${group.capacityCause ?? ''}${this.shrinkCause(victim, count)}`,
        true,
        !refresh && takesBack(group),
      );
    }
  }

  /** Launches what is too few, until a launch fails. */
  async fill(group: Group, capacity: number): Promise<void> {
    if (group.deleting || group.suspended.has('Launch')) return;
    const refresh = activeRefresh(group);
    let count = capacityOf(activeInstances(group));
    while (count < capacity && !group.deleting && !this.ending.aborted) {
      if (this.context.clock.millis() < group.nextLaunchAt) return;
      if (!refresh) this.needs.scaleOuts.begin(group);
      const cause = this.launchCause(group, count, capacity, refresh !== undefined);
      const launched =
        (await this.needs.warmPools.take(group, cause)) ??
        (await this.needs.launches.launch(group, launchConfiguration(group), cause));
      if ('failure' in launched) {
        this.needs.refreshes.noteFailure(group, launched.failure);
        return;
      }
      if (group.replacements > 0) group.replacements -= 1;
      this.needs.refreshes.noteLaunch(group, launched.instanceId);
      count = capacityOf(activeInstances(group));
    }
    if (count >= capacity) group.capacityCause = undefined;
  }

  /** Launches one instance more where there are too few, before one where there are too many goes. */
  async even(group: Group): Promise<void> {
    if (group.deleting || ['AZRebalance', 'Launch', 'Terminate'].some((name) => group.suspended.has(name)))
      return;
    const zones = zonesToFill(group);
    if (zones.length === 0 || this.context.clock.millis() < group.nextLaunchAt) return;
    const now = this.needs.activities.stamp();
    const victim = chooseVictim(group, activeInstances(group));
    const launched = await this.needs.launches.launch(
      group,
      launchConfiguration(group),
      `At ${now} instances were launched to balance instances in zones ${zones.join(' ')} with other zones resulting in more than desired number of instances in the group.  At ${now} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${group.desired} to ${group.desired + 1}.`,
      new Set(victim && [victim.instanceId]),
    );
    if (!('failure' in launched)) group.evener = launched.instanceId;
  }

  /** Whether the instance that evens out the zones is on its way, so that no other one can go yet. */
  isEvening(group: Group): boolean {
    const instance = group.instances.get(group.evener ?? '');
    const isOver =
      !instance || isTerminating(instance) || isReady(group, instance, 0, this.context.clock.millis());
    if (isOver) group.evener = undefined;
    return !isOver;
  }

  /** Takes out all instances of a group that is deleted by force, protected ones and those in standby too. */
  private async empty(group: Group): Promise<void> {
    const left = [...group.instances.values()].filter(
      (instance) => (!isTerminating(instance) || isRetained(instance)) && instance.lifecycle !== 'Detaching',
    );
    for (const [index, instance] of left.entries()) {
      const cause = `At ${this.needs.activities.stamp()} a user request force deleted AutoScalingGroup changing the desired capacity to 0.  `;
      await this.needs.lifecycle.terminate(
        group,
        instance,
        `${cause}${this.shrinkCause(instance, left.length - index)}`,
      );
    }
  }

  private shrinkCause(victim: GroupInstance, count: number): string {
    const now = this.needs.activities.stamp();
    return `At ${now} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${count} to ${count - 1}.  At ${now} instance ${victim.instanceId} was selected for termination.`;
  }

  private launchCause(group: Group, count: number, capacity: number, refreshing: boolean): string {
    const now = this.needs.activities.stamp();
    if (group.replacements > 0)
      return `At ${now} an instance was launched in response to an unhealthy instance needing to be replaced.`;
    if (refreshing && !group.capacityCause)
      return `At ${now} an instance was launched in response to an instance refresh.`;
    return `${group.capacityCause ?? ''}At ${now} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${count} to ${capacity}.`;
  }
}
