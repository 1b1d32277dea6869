import type { Context } from '../../../core/context';
import type { Members } from '../instances/instance-lifecycle';
import type { KeeperParts } from '../keeper-parts';
import type { Group, Member } from '../records/group';
import { type HealthView, isBalanced, isFailing } from './target-groups';

/** Looks after the health of members: EC2's, and where the group asks for it, that of its target groups. */
export class HealthChecks {
  constructor(
    private readonly context: Context,
    private readonly parts: KeeperParts,
    private readonly members: Members,
  ) {}

  /** Judges members in service, and takes out those that are unhealthy. */
  async checkHealth(group: Group): Promise<void> {
    if (group.members.size === 0 && ![...group.attachments.values()].includes('Adding')) return;
    const view = await this.parts.balancing.view(group);
    const inService = [...group.members.values()].filter((member) => member.lifecycle === 'InService');
    for (const member of inService) {
      member.balanced = isBalanced(group, member, view);
      if (member.health === 'Healthy' && !group.suspended.has('HealthCheck')) this.judge(group, member, view);
    }
    this.followAttachments(group, inService, view);
    await this.replaceUnhealthy(group, inService);
  }

  private async replaceUnhealthy(group: Group, inService: readonly Member[]): Promise<void> {
    if (group.suspended.has('ReplaceUnhealthy') || group.suspended.has('Terminate')) return;
    for (const member of inService) {
      if (member.health === 'Healthy') continue;
      const cause = member.unhealthyCause ?? 'in response to a user health-check.';
      this.parts.refresher.noteFailure(
        group,
        `${member.instanceId} was taken out of service ${cause}`,
        member.instanceId,
      );
      group.replacements += 1;
      await this.members.terminate(
        group,
        member,
        `At ${this.parts.activities.stamp()} an instance was taken out of service ${cause}`,
      );
    }
  }

  private judge(group: Group, member: Member, view: HealthView): void {
    const state = this.members.stateOf(member);
    if (state !== 'running' && state !== 'pending') {
      member.health = 'Unhealthy';
      member.unhealthyCause =
        'in response to an EC2 health check indicating it has been terminated or stopped.';
      return;
    }
    const graceUntil = (member.inServiceAt ?? 0) + group.settings.healthCheckGracePeriod * 1000;
    if (this.context.clock.millis() < graceUntil) return;
    if (group.settings.healthCheckType.includes('ELB') && isFailing(group, member, view)) {
      member.health = 'Unhealthy';
      member.unhealthyCause = 'in response to an ELB system health check failure.';
    }
  }

  /** Adding until all are registered, Added until one is healthy, InService from then on. */
  private followAttachments(group: Group, inService: readonly Member[], view: HealthView): void {
    for (const [arn, state] of group.attachments) {
      const targets = view.get(arn);
      if (state === 'Adding' && inService.every((member) => targets?.has(member.instanceId)))
        group.attachments.set(arn, 'Added');
      const healthy = inService.some((member) => targets?.get(member.instanceId)?.State === 'healthy');
      if (group.attachments.get(arn) === 'Added' && healthy) group.attachments.set(arn, 'InService');
      if (state === 'Removing' && !targets) group.attachments.delete(arn);
    }
  }
}
