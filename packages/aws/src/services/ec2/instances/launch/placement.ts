import type { Placement } from '@aws-sdk/client-ec2';
import type { InstanceTypeFacts } from '../../catalogue/instance-types';
import {
  insufficientInstanceCapacity,
  invalidParameterCombination,
  invalidParameterValue,
  invalidPlacementGroupUnknown,
} from '../../errors';
import type { Inventory } from '../../inventory';
import type { PlacementGroupRecord } from '../../records/placement';
import { membersOf } from '../placement';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html#placement-groups-limitations-spread */
const MOST_SPREAD_IN_A_ZONE = 7;

/** The placement group that instances are launched into. */
export interface PlacementPlan {
  readonly group: PlacementGroupRecord;
  /** The partition that was asked for. */
  readonly partition?: number;
}

/**
 * Reads the placement group of a launch.
 *
 * @throws AwsError InvalidPlacementGroup.Unknown, and for a type or a number of instances that the group does not take
 */
export function planPlacement(
  ec2: Inventory,
  placement: Placement | undefined,
  of: { readonly type: InstanceTypeFacts; readonly zone: string; readonly minCount: number },
): PlacementPlan | undefined {
  const group = findGroup(ec2, placement);
  const partition = placement?.PartitionNumber;
  if (!group) {
    if (partition !== undefined)
      throw invalidParameterCombination('A partition number can be given with a placement group only.');
    return undefined;
  }
  if (group.Strategy === 'cluster') {
    throw invalidParameterCombination(
      `Cluster placement groups are not supported by the '${of.type.name}' instance type. Specify a supported instance type or change the placement group strategy, and try again.`,
    );
  }
  if (partition !== undefined) checkPartition(group, partition);
  if (group.Strategy === 'spread') {
    const there = membersOf(ec2, group).filter(({ zone }) => zone === of.zone).length;
    if (there + of.minCount > MOST_SPREAD_IN_A_ZONE) {
      throw insufficientInstanceCapacity(
        `The spread placement group '${group.GroupName}' takes no more than ${MOST_SPREAD_IN_A_ZONE} instances in the Availability Zone ${of.zone}.`,
      );
    }
  }
  return { group, partition };
}

function findGroup(ec2: Inventory, placement: Placement | undefined): PlacementGroupRecord | undefined {
  const { GroupName: name, GroupId: id } = placement ?? {};
  if (name && id) {
    throw invalidParameterCombination('The parameter groupId cannot be used with the parameter groupName');
  }
  if (id) return ec2.placementGroups.require(id);
  if (!name) return undefined;
  const found = ec2.placementGroups.values().find((one) => one.GroupName === name);
  if (!found) throw invalidPlacementGroupUnknown(`The Placement Group '${name}' is unknown.`);
  return found;
}

function checkPartition({ GroupName, PartitionCount = 0 }: PlacementGroupRecord, partition: number): void {
  if (partition >= 1 && partition <= PartitionCount) return;
  throw invalidParameterValue(
    `The partition number ${partition} is not one of the ${PartitionCount} partitions of the placement group '${GroupName}'.`,
  );
}

/** The partition of the next instance: the one asked for, or the one with the fewest. */
export function choosePartition(ec2: Inventory, { group, partition }: PlacementPlan): number | undefined {
  if (partition !== undefined || group.PartitionCount === undefined) return partition;
  const members = membersOf(ec2, group);
  const counts = Array.from(
    { length: group.PartitionCount },
    (_, at) => members.filter((one) => one.placement?.partition === at + 1).length,
  );
  return counts.indexOf(Math.min(...counts)) + 1;
}
