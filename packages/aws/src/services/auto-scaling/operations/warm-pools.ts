import { checkRange, instanceRefreshInProgress, validationError } from '../errors';
import { pageOf } from '../paging';
import { activeRefresh } from '../records/active-refresh';
import type { Group } from '../records/group';
import { describeInstance, describePool } from '../records/warm-pool';
import type { AutoScalingState, Op } from '../state';

export const PutWarmPool: Op<'PutWarmPool'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  checkRange(input.MaxGroupPreparedCapacity, 'maxGroupPreparedCapacity', -1);
  checkRange(input.MinSize, 'minSize', 0);
  if (group.deleting)
    throw validationError(`AutoScalingGroup ${group.name} is pending delete and cannot get a warm pool.`);
  if (group.warmPool?.isDeleting)
    throw validationError(`The warm pool of AutoScalingGroup ${group.name} is pending delete.`);
  if (activeRefresh(group))
    throw instanceRefreshInProgress(
      'An Instance Refresh is already in progress and blocks the execution of this operation.',
    );
  if (input.PoolState === 'Hibernated')
    throw validationError('The embedded AWS has no instances that hibernate: give Stopped or Running.');
  if (await launchesSpot(autoScaling, group))
    throw validationError(
      `You cannot add a warm pool to AutoScalingGroup ${group.name}: it launches Spot Instances.`,
    );
  const { warmPool: present } = group;
  const prepared = input.MaxGroupPreparedCapacity ?? present?.maxPrepared;
  group.warmPool = {
    minSize: input.MinSize ?? present?.minSize ?? 0,
    ...(prepared !== undefined && prepared >= 0 && { maxPrepared: prepared }),
    state: input.PoolState ?? present?.state ?? 'Stopped',
    reuses: input.InstanceReusePolicy?.ReuseOnScaleIn ?? present?.reuses,
    isDeleting: false,
    instances: present?.instances ?? new Map(),
  };
  autoScaling.wake(group);
  return {};
};

export const DescribeWarmPool: Op<'DescribeWarmPool'> = (autoScaling, input) => {
  const { warmPool } = autoScaling.group(input.AutoScalingGroupName);
  if (!warmPool) return { Instances: [] };
  const all = [...warmPool.instances.values()];
  const limits = { byDefault: 50, most: 50 };
  const { items, next } = pageOf(all, ({ instanceId }) => instanceId, input, limits);
  return {
    WarmPoolConfiguration: describePool(warmPool),
    Instances: items.map(describeInstance),
    NextToken: next,
  };
};

export const DeleteWarmPool: Op<'DeleteWarmPool'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const { warmPool } = group;
  if (!warmPool) throw validationError(`No warm pool found for Auto Scaling group: ${group.name}`);
  warmPool.isDeleting = true;
  if (input.ForceDelete) await autoScaling.warmPools.drop(group, warmPool);
  autoScaling.wake(group);
  return {};
};

/** What a pool cannot hold: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html#warm-pools-limitations */
async function launchesSpot(autoScaling: AutoScalingState, { configuration }: Group): Promise<boolean> {
  const { mixedInstancesPolicy: mixed, launchTemplate } = configuration;
  const distribution = mixed?.InstancesDistribution;
  if (distribution && (distribution.OnDemandPercentageAboveBaseCapacity ?? 100) < 100) return true;
  const spec = launchTemplate ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification;
  if (!spec) return false;
  const { data } = await autoScaling.templates.resolve(spec);
  return data.InstanceMarketOptions?.MarketType === 'spot';
}
