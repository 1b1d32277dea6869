import { onDemandShare } from '../launch/pools';
import { templateOf } from '../records/configuration';
import { activeInstances, capacityOf, type Group, type GroupInstance } from '../records/group';

/**
 * Which instance goes at scale-in: one On-Demand or Spot as the group's policy has it, one in a zone that the group has left, else one in the fullest zone, there by the
 * group's termination policies in turn.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
export function chooseVictim(group: Group, candidates: readonly GroupInstance[]): GroupInstance | undefined {
  const unprotected = onMarketOfTooMany(
    group,
    candidates.filter((instance) => !instance.isProtected),
  );
  const strayed = unprotected.filter((instance) => !group.settings.availabilityZones.includes(instance.zone));
  const open = strayed.length > 0 ? strayed : unprotected;
  const count = (zone: string) => activeInstances(group).filter((instance) => instance.zone === zone).length;
  const fullest = Math.max(...open.map((instance) => count(instance.zone)));
  let left = open.filter((instance) => count(instance.zone) === fullest);
  for (const policy of group.settings.terminationPolicies) {
    for (const rule of policy === 'Default' ? defaultPolicy : [policy]) left = narrow(group, left, rule);
  }
  return left[0];
}

/** Of a mixed group those go that are On-Demand, or Spot, where there are more of these than there should be. */
function onMarketOfTooMany(group: Group, candidates: readonly GroupInstance[]): readonly GroupInstance[] {
  const policy = group.configuration.mixedInstancesPolicy;
  if (!policy) return candidates;
  const active = activeInstances(group);
  const onDemand = capacityOf(active.filter(({ isSpot }) => !isSpot));
  const isOnDemandTooMuch = onDemand > onDemandShare(capacityOf(active) - 1, policy.InstancesDistribution);
  const found = candidates.filter(({ isSpot }) => !isSpot === isOnDemandTooMuch);
  return found.length > 0 ? found : candidates;
}

const defaultPolicy = ['OldestLaunchTemplate', 'ClosestToNextInstanceHour'];

function narrow(group: Group, instances: readonly GroupInstance[], rule: string): GroupInstance[] {
  if (instances.length < 2) return [...instances];
  const least = (rank: (instance: GroupInstance) => number) => {
    const best = Math.min(...instances.map(rank));
    return instances.filter((instance) => rank(instance) === best);
  };
  switch (rule) {
    case 'OldestInstance':
      return least((instance) => instance.launchedAt);
    case 'NewestInstance':
      return least((instance) => -instance.launchedAt);
    case 'OldestLaunchTemplate':
      return least((instance) => templateRank(group, instance));
    case 'ClosestToNextInstanceHour':
      return least((instance) => instance.launchedAt);
    default:
      return [...instances];
  }
}

/** Instances of another template go first, then those of the lowest version. */
function templateRank(group: Group, instance: GroupInstance): number {
  const own = templateOf(group.configuration)?.LaunchTemplateId;
  const { launchedFrom } = instance;
  return launchedFrom?.LaunchTemplateId === own ? Number(launchedFrom?.Version) : -1;
}
