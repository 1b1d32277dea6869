import type { Place } from '../records/activities';
import { activeInstances, type Group, type GroupInstance } from '../records/group';

/**
 * Where the next instance goes: the zone with the fewest, and in it the subnet with the fewest.
 *
 * @param leaving ids of instances that a refresh is to replace: they count only where the others are even
 * @param instances those that are counted
 */
export function choosePlace(
  group: Pick<Group, 'name' | 'settings' | 'instances'>,
  zoneOfSubnet: (subnetId: string) => string | undefined,
  leaving: ReadonlySet<string> = new Set(),
  instances: readonly GroupInstance[] = activeInstances(group),
): Place {
  const { subnetIds, availabilityZones } = group.settings;
  const places: Place[] =
    subnetIds.length > 0
      ? subnetIds.map((subnetId) => ({ subnetId, zone: zoneOfSubnet(subnetId) ?? '' }))
      : availabilityZones.map((zone) => ({ zone }));
  const staying = instances.filter((instance) => !leaving.has(instance.instanceId));
  const inZone = (place: Place) => instances.filter((instance) => instance.zone === place.zone).length;
  const stayingIn = (place: Place) => staying.filter((instance) => instance.zone === place.zone).length;
  const inSubnet = (place: Place) =>
    instances.filter((instance) => instance.subnetId === place.subnetId).length;
  const [best] = [...places].sort(
    (a, b) => stayingIn(a) - stayingIn(b) || inZone(a) - inZone(b) || inSubnet(a) - inSubnet(b),
  );
  if (!best) throw new Error(`group ${group.name} has no zone`);
  return best;
}
