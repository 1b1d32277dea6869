import { isReady } from '../records/active-refresh';
import {
  activeInstances,
  capacityOf,
  type Group,
  type GroupInstance,
  isRetained,
  isTerminating,
} from '../records/group';
import type { Refresh } from '../records/refresh';

/** What a refresh wants of its group at a moment. */
export interface RefreshStep {
  /** Instances to take out now. */
  readonly terminate: readonly GroupInstance[];
  /** How many instances the group shall have, pending ones included. */
  readonly capacity: number;
  /** Replacements still to come until the refresh is complete; one is over when its instance is warm. */
  readonly remaining: number;
  /** Instances whose replacement has not begun. */
  readonly untouched: number;
  /** Replacements still to come until the next checkpoint. */
  readonly remainingToCheckpoint: number;
}

/**
 * Plans the next step between the minimum and the maximum healthy percentage, both rounded up:
 * new instances as long as the maximum allows, old ones out as long as enough others are ready.
 * Where neither leaves room, one instance at a time is replaced: launched first when all must stay healthy, else terminated
 * first.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export function planStep(group: Group, refresh: Refresh, now: number): RefreshStep {
  const warmup = refresh.preferences.InstanceWarmup ?? 0;
  const rollingBack = refresh.status === 'RollbackInProgress';
  const active = activeInstances(group);
  const old = active.filter((instance) => refresh.replace.has(instance.instanceId));
  const fresh = active.filter((instance) => !refresh.replace.has(instance.instanceId));
  const ready = active.filter((instance) => isReady(group, instance, warmup, now));
  const share = rollingBack ? 100 : (checkpointPercent(refresh) ?? 100);
  const keep = refresh.total - Math.ceil((refresh.total * share) / 100);
  const toReplace = Math.max(0, old.length - keep);
  const unitsToReplace =
    toReplace === old.length
      ? capacityOf(old)
      : toReplace * Math.max(1, ...old.map((one) => capacityOf([one])));
  const least = portion(group.desired, refresh.preferences.MinHealthyPercentage ?? 90);
  const launchesFirst = refresh.preferences.MinHealthyPercentage === 100;
  const most = Math.max(
    portion(group.desired, refresh.preferences.MaxHealthyPercentage ?? 100),
    group.desired + Number(launchesFirst),
  );
  const room = (replacements: number) => Math.min(most, group.desired + replacements);

  const unready = (instance: GroupInstance) => !ready.includes(instance);
  const candidates = old
    .filter((instance) => isReplaceable(instance, refresh))
    .sort(
      (a, b) => Number(unready(b)) - Number(unready(a)) || byZone(old)(a, b) || a.launchedAt - b.launchedAt,
    );
  const terminate: GroupInstance[] = [];
  let left = capacityOf(ready);
  let replaced = 0;
  for (const instance of candidates) {
    if (replaced >= toReplace) break;
    const weight = capacityOf([instance]);
    const useless = unready(instance) && (rollingBack || instance.lifecycle !== 'InService');
    if (useless || left - (unready(instance) ? 0 : weight) >= least) {
      terminate.push(instance);
      replaced += 1;
      if (!unready(instance)) left -= weight;
    }
  }
  const leaving = [...refresh.replace].some((id) => {
    const instance = group.instances.get(id);
    return (
      instance !== undefined &&
      !old.includes(instance) &&
      instance.lifecycle !== 'Standby' &&
      !isRetained(instance)
    );
  });
  const stuck =
    terminate.length === 0 &&
    toReplace > 0 &&
    !leaving &&
    capacityOf(active) >= room(unitsToReplace) &&
    capacityOf(active) - Math.min(...active.map((one) => capacityOf([one]))) < group.desired &&
    fresh.every((instance) => !unready(instance));
  // Weights may leave no room where all must stay healthy: then one goes in beyond the maximum.
  const goesBeyond = stuck && launchesFirst;
  const first = candidates[0];
  if (stuck && !goesBeyond && first) terminate.push(first);

  const missing = Math.max(0, group.desired - capacityOf(active));
  const freshReady = fresh.filter(
    (instance) => refresh.fresh.has(instance.instanceId) && !unready(instance),
  ).length;
  const unfinished =
    fresh.filter((instance) => refresh.fresh.has(instance.instanceId) && unready(instance)).length + missing;
  const remaining =
    old.length === 0 ? Math.min(unfinished, refresh.total) : Math.max(0, refresh.total - freshReady);
  const planned = room(Math.max(0, unitsToReplace - capacityOf(terminate)));
  // What weights bring beyond that stays until all is replaced: else old instances would go before the new ones are ready.
  const present = capacityOf(active) - capacityOf(terminate) + Number(goesBeyond);
  const isWeighted = active.some(({ weight }) => weight !== undefined);
  const capacity = isWeighted && toReplace > 0 ? Math.max(planned, present) : planned;
  const untouched = [...refresh.replace].filter((id) => {
    const instance = group.instances.get(id);
    return instance !== undefined && !isTerminating(instance) && !terminate.includes(instance);
  }).length;
  return { terminate, capacity, remaining, untouched, remainingToCheckpoint: Math.max(0, remaining - keep) };
}

/** The share to reach before the next stop; undefined when there are no checkpoints. */
export function checkpointPercent(refresh: Refresh): number | undefined {
  const percentages = refresh.preferences.CheckpointPercentages;
  return percentages?.[Math.min(refresh.checkpoint, percentages.length - 1)];
}

function portion(desired: number, percent: number): number {
  return Math.ceil((desired * percent) / 100);
}

function isReplaceable(instance: GroupInstance, refresh: Refresh): boolean {
  return !instance.isProtected || refresh.preferences.ScaleInProtectedInstances === 'Refresh';
}

/** Instances of the zone with the most old instances first. */
function byZone(old: readonly GroupInstance[]): (a: GroupInstance, b: GroupInstance) => number {
  const count = (zone: string) => old.filter((instance) => instance.zone === zone).length;
  return (a, b) => count(b.zone) - count(a.zone);
}
