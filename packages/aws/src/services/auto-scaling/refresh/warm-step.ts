import { capacityOf, type Group, type GroupInstance } from '../records/group';
import type { Refresh } from '../records/refresh';
import { isLeavingPool, isWarm, poolSize, stayingIn } from '../records/warm-pool';

/** What a refresh wants of the warm pool of its group at a moment. */
export interface WarmStep {
  /** Instances of the pool to take out now. */
  readonly terminate: readonly GroupInstance[];
  /** Replacements still to come in the pool. */
  readonly remaining: number;
  /** Instances of the pool whose replacement has not begun. */
  readonly untouched: number;
}

/**
 * Plans the next step in the warm pool, whose turn comes when all instances in service are replaced. As many at once as the minimum
 * healthy percentage leaves, one at least.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html#update-warm-pool
 *
 * @param isTurn whether the instances in service are replaced
 */
export function planWarmStep(group: Group, refresh: Refresh, isTurn: boolean): WarmStep {
  const pool = group.warmPool;
  if (!pool || pool.isDeleting || refresh.totalWarm === 0)
    return { terminate: [], remaining: 0, untouched: 0 };
  const size = poolSize(group, pool);
  const staying = stayingIn(pool);
  const isOld = ({ instanceId }: GroupInstance) => refresh.replaceWarm.has(instanceId);
  const old = staying.filter(isOld);
  const leaving = [...pool.instances.values()].filter((one) => isOld(one) && isLeavingPool(one));
  const unready = staying.filter((instance) => !isOld(instance) && !isWarm(instance)).length;
  const missing = Math.max(0, size - capacityOf(staying));
  const least = Math.ceil((size * (refresh.preferences.MinHealthyPercentage ?? 90)) / 100);
  const room = Math.max(1, size - least) - unready - missing - leaving.length;
  const terminate = isTurn ? old.filter((_, place) => place < room) : [];
  const remaining = Math.min(refresh.totalWarm, old.length + leaving.length + unready + missing);
  return { terminate, remaining, untouched: old.length - terminate.length };
}
