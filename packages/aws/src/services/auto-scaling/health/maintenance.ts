import { activeRefresh, isReady } from '../records/active-refresh';
import { activeInstances, capacityOf, type Group, type GroupInstance } from '../records/group';

/**
 * Whether an unhealthy instance is kept until another one is ready, as the group's maintenance policy has it. Where there is no room for
 * one more, it goes first.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-maintenance-policy-overview-and-considerations.html
 *
 * @param now AWS time, milliseconds
 */
export function isKeptForNow(group: Group, now: number): boolean {
  const { maintenancePolicy: policy, defaultInstanceWarmup: warmup = 0 } = group.settings;
  // A refresh has bounds of its own, and replaces what is unhealthy first.
  if (!policy || activeRefresh(group)) return false;
  const active = activeInstances(group);
  const ready = active.filter((instance) => isReady(group, instance, warmup, now));
  const least = Math.ceil((group.desired * (policy.MinHealthyPercentage ?? 0)) / 100);
  if (capacityOf(ready) >= least) return false;
  return mostOf(group) > group.desired;
}

/** How much a group may have beyond its capacity for those that it keeps. */
export function extraFor(group: Group): number {
  const kept = capacityOf([...group.instances.values()].filter(isKept));
  return Math.min(kept, Math.max(0, mostOf(group) - group.desired));
}

/** Whether it is unhealthy and waits for another one to take its place. */
function isKept({ lifecycle, isWaitedFor = false }: GroupInstance): boolean {
  return lifecycle === 'InService' && isWaitedFor;
}

/** The most instances that the policy lets a group have; launching before terminating needs one more at least. */
function mostOf({ desired, settings: { maintenancePolicy: policy } }: Group): number {
  const { MinHealthyPercentage: least, MaxHealthyPercentage: most = 100 } = policy ?? {};
  return Math.max(
    Math.floor((desired * most) / 100),
    desired + Number(policy !== undefined && least === 100),
  );
}
