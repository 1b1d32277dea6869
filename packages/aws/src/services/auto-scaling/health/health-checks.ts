import type { Context } from '../../../core/context';
import type { InstanceLifecycle } from '../instances/instance-lifecycle';
import type { Activities } from '../records/activities';
import type { Group, GroupInstance } from '../records/group';
import type { InstanceRefreshes } from '../refresh/instance-refreshes';
import { type Balancers, type HealthView, isBalanced, isFailing } from './balancers';
import { isKeptForNow } from './maintenance';

interface Needs {
  readonly lifecycle: InstanceLifecycle;
  readonly activities: Activities;
  readonly balancers: Balancers;
  readonly refreshes: InstanceRefreshes;
}

/** Looks after the health of instances: EC2's, and where the group asks for it, that of its target groups and Classic Load Balancers. */
export class HealthChecks {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /** A turn of the group begins. */
  beginTurn(group: Group): void {
    this.needs.balancers.lookAnew(group);
  }

  /** Judges instances in service, and takes out those that are unhealthy. */
  async checkHealth(group: Group): Promise<void> {
    if (group.instances.size === 0 && ![...group.attachments.values()].includes('Adding')) return;
    const view = await this.needs.balancers.view(group);
    const inService = [...group.instances.values()].filter((instance) => instance.lifecycle === 'InService');
    for (const instance of inService) {
      instance.balanced = isBalanced(group, instance, view);
      if (instance.health === 'Healthy' && !group.suspended.has('HealthCheck'))
        this.judge(group, instance, view);
    }
    this.followAttachments(group, inService, view);
    await this.replaceUnhealthy(group, inService);
  }

  private async replaceUnhealthy(group: Group, inService: readonly GroupInstance[]): Promise<void> {
    if (group.suspended.has('ReplaceUnhealthy') || group.suspended.has('Terminate')) return;
    for (const instance of inService) {
      if (instance.health === 'Healthy') continue;
      const isThere = this.needs.lifecycle.stateOf(instance) === 'running';
      if (isThere && isKeptForNow(group, this.context.clock.millis())) {
        if (!instance.isWaitedFor) group.replacements += 1;
        instance.isWaitedFor = true;
        continue;
      }
      const cause = instance.unhealthyCause ?? 'in response to a user health-check.';
      this.needs.refreshes.noteFailure(
        group,
        `${instance.instanceId} was taken out of service ${cause}`,
        instance.instanceId,
      );
      if (!instance.isWaitedFor) group.replacements += 1;
      await this.needs.lifecycle.terminate(
        group,
        instance,
        `At ${this.needs.activities.stamp()} an instance was taken out of service ${cause}`,
      );
    }
  }

  private judge(group: Group, instance: GroupInstance, view: HealthView): void {
    const state = this.needs.lifecycle.stateOf(instance);
    if (state !== 'running' && state !== 'pending') {
      instance.health = 'Unhealthy';
      instance.unhealthyCause =
        'in response to an EC2 health check indicating it has been terminated or stopped.';
      return;
    }
    const graceUntil = (instance.inServiceAt ?? 0) + group.settings.healthCheckGracePeriod * 1000;
    if (this.context.clock.millis() < graceUntil) return;
    if (group.settings.healthCheckType.includes('ELB') && isFailing(group, instance, view)) {
      instance.health = 'Unhealthy';
      instance.unhealthyCause = 'in response to an ELB system health check failure.';
    }
  }

  /** Adding until all are registered, Added until one is healthy, InService from then on. */
  private followAttachments(group: Group, inService: readonly GroupInstance[], view: HealthView): void {
    for (const [id, state] of group.attachments) {
      const seen = view.get(id);
      if (state === 'Adding' && inService.every((instance) => seen?.has(instance.instanceId)))
        group.attachments.set(id, 'Added');
      const healthy = inService.some((instance) => seen?.get(instance.instanceId)?.isHealthy);
      if (group.attachments.get(id) === 'Added' && healthy) group.attachments.set(id, 'InService');
      if (state === 'Removing' && !seen) group.attachments.delete(id);
    }
  }
}
