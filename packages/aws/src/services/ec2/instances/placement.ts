import type { Inventory } from '../inventory';
import type { InstanceRecord } from '../records/instances';
import type { PlacementGroupRecord } from '../records/placement';

/** The instances of a placement group: all that are not terminated. */
export function membersOf(ec2: Inventory, { GroupId }: PlacementGroupRecord): InstanceRecord[] {
  return ec2.instances
    .values()
    .filter((one) => one.placement?.groupId === GroupId && one.state !== 'terminated');
}
