import type { Instance, WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling';
import { capacityOf, type Group, type GroupInstance, type WarmPool } from './group';

/**
 * How much capacity the pool of a group shall have: what lies between the desired capacity and the maximum, or the most that may be
 * prepared, but never less than its minimum.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html#warm-pool-core-concepts
 */
export function poolSize(group: Pick<Group, 'desired' | 'max' | 'deleting'>, pool: WarmPool): number {
  if (group.deleting || pool.isDeleting) return 0;
  return Math.max(pool.minSize, (pool.maxPrepared ?? group.max) - group.desired, 0);
}

/** Those of a pool that stay in it, the ones that are still being launched among them. */
export function stayingIn({ instances }: WarmPool): GroupInstance[] {
  return [...instances.values()].filter((instance) => !isLeavingPool(instance));
}

/** Whether it is being terminated out of the pool. */
export function isLeavingPool({ lifecycle }: GroupInstance): boolean {
  return lifecycle.startsWith('Warmed:Terminat');
}

/** Whether it is prepared, and healthy. */
export function isWarm({ lifecycle, health }: GroupInstance): boolean {
  return health === 'Healthy' && (lifecycle === 'Warmed:Stopped' || lifecycle === 'Warmed:Running');
}

/** The capacity of a pool, with what is on its way into it from the group. */
export function preparedIn(group: Group, pool: WarmPool): number {
  const returning = [...group.instances.values()].filter(({ isReturning }) => isReturning);
  return capacityOf([...stayingIn(pool), ...returning]);
}

/** Whether an instance that the group has too many goes into its pool, which must ask for that and have room for it. */
export function takesBack(group: Group): boolean {
  const pool = group.warmPool;
  if (!pool?.reuses || pool.isDeleting || group.deleting) return false;
  return preparedIn(group, pool) < poolSize(group, pool);
}

/** Moves an instance that has left the group's load balancers into its pool. */
export function putIntoPool(group: Group, pool: WarmPool, instance: GroupInstance): void {
  group.instances.delete(instance.instanceId);
  pool.instances.set(instance.instanceId, instance);
  instance.lifecycle = 'Warmed:Pending';
  instance.inServiceAt = undefined;
  instance.balanced = false;
}

/** An instance as the descriptions of its group and of the pool show it. */
export function describeInstance(instance: GroupInstance): Instance {
  return {
    InstanceId: instance.instanceId,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone,
    LifecycleState: instance.lifecycle,
    HealthStatus: instance.health,
    LaunchTemplate: instance.launchedFrom,
    WeightedCapacity: instance.weight?.toString(),
    ProtectedFromScaleIn: instance.isProtected,
  };
}

/** The settings of a pool, as its group and DescribeWarmPool show them. */
export function describePool(pool: WarmPool): WarmPoolConfiguration {
  return {
    ...(pool.maxPrepared !== undefined && { MaxGroupPreparedCapacity: pool.maxPrepared }),
    MinSize: pool.minSize,
    PoolState: pool.state,
    ...(pool.isDeleting && { Status: 'PendingDelete' }),
    ...(pool.reuses !== undefined && { InstanceReusePolicy: { ReuseOnScaleIn: pool.reuses } }),
  };
}
