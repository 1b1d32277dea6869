import type { Place } from '../records/activities';
import type { Group, Member } from '../records/group';
import { activeMembers, templateOf } from '../records/group';

/**
 * Where the next instance goes: the zone with the fewest, and in it the subnet with the fewest.
 *
 * @param leaving ids of instances that a refresh is to replace: they count only where the others are even
 */
export function choosePlace(
  group: Pick<Group, 'name' | 'settings' | 'members'>,
  zoneOfSubnet: (subnetId: string) => string | undefined,
  leaving: ReadonlySet<string> = new Set(),
): Place {
  const members = activeMembers(group);
  const { subnetIds, availabilityZones } = group.settings;
  const places: Place[] =
    subnetIds.length > 0
      ? subnetIds.map((subnetId) => ({ subnetId, zone: zoneOfSubnet(subnetId) ?? '' }))
      : availabilityZones.map((zone) => ({ zone }));
  const staying = members.filter((member) => !leaving.has(member.instanceId));
  const inZone = (place: Place) => members.filter((member) => member.zone === place.zone).length;
  const stayingIn = (place: Place) => staying.filter((member) => member.zone === place.zone).length;
  const inSubnet = (place: Place) => members.filter((member) => member.subnetId === place.subnetId).length;
  const [best] = [...places].sort(
    (a, b) => stayingIn(a) - stayingIn(b) || inZone(a) - inZone(b) || inSubnet(a) - inSubnet(b),
  );
  if (!best) throw new Error(`group ${group.name} has no zone`);
  return best;
}

/**
 * Which instance goes at scale-in: one in a zone that the group has left, else one in the fullest zone, there by the
 * group's termination policies in turn.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 */
export function chooseVictim(group: Group, candidates: readonly Member[]): Member | undefined {
  const unprotected = candidates.filter((member) => !member.isProtected);
  const strayed = unprotected.filter((member) => !group.settings.availabilityZones.includes(member.zone));
  const open = strayed.length > 0 ? strayed : unprotected;
  const count = (zone: string) => activeMembers(group).filter((member) => member.zone === zone).length;
  const fullest = Math.max(...open.map((member) => count(member.zone)));
  let left = open.filter((member) => count(member.zone) === fullest);
  for (const policy of group.settings.terminationPolicies) {
    for (const rule of policy === 'Default' ? defaultPolicy : [policy]) left = narrow(group, left, rule);
  }
  return left[0];
}

const defaultPolicy = ['OldestLaunchTemplate', 'ClosestToNextInstanceHour'];

function narrow(group: Group, members: readonly Member[], rule: string): Member[] {
  if (members.length < 2) return [...members];
  const least = (rank: (member: Member) => number) => {
    const best = Math.min(...members.map(rank));
    return members.filter((member) => rank(member) === best);
  };
  switch (rule) {
    case 'OldestInstance':
      return least((member) => member.launchedAt);
    case 'NewestInstance':
      return least((member) => -member.launchedAt);
    case 'OldestLaunchTemplate':
      return least((member) => templateRank(group, member));
    case 'ClosestToNextInstanceHour':
      return least((member) => member.launchedAt);
    default:
      return [...members];
  }
}

/** Instances of another template go first, then those of the lowest version. */
function templateRank(group: Group, member: Member): number {
  const own = templateOf(group.configuration)?.LaunchTemplateId;
  const { launchedFrom } = member;
  return launchedFrom?.LaunchTemplateId === own ? Number(launchedFrom?.Version) : -1;
}
