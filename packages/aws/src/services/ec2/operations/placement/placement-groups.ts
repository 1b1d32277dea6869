import type { CreatePlacementGroupRequest } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  invalidParameterCombination,
  invalidParameterValue,
  invalidPlacementGroupDuplicate,
  invalidPlacementGroupInUse,
  invalidPlacementGroupUnknown,
  mustContain,
  unsupported,
} from '../../errors';
import { membersOf } from '../../instances/placement';
import type { Inventory } from '../../inventory';
import type { PlacementGroupRecord } from '../../records/placement';
import type { Op } from '../../state';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html#placement-groups-limitations-partition */
const MOST_PARTITIONS = 7;
const USUAL_PARTITIONS = 2;

export const CreatePlacementGroup: Op<'CreatePlacementGroup'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['placement-group'], call);
  const { GroupName, Strategy = 'cluster' } = input;
  if (!GroupName) throw mustContain('GroupName');
  if (GroupName.length > 255 || /[^\x20-\x7e]/.test(GroupName))
    throw invalidParameterValue(`Value (${GroupName}) for parameter groupName is invalid.`);
  refuseUnsupported(input);
  const PartitionCount = readPartitions(input);
  if (findByName(ec2, GroupName))
    throw invalidPlacementGroupDuplicate(`The Placement Group '${GroupName}' already exists.`);
  const GroupId = resourceId('pg');
  const group = ec2.placementGroups.add(GroupId, {
    ...{ GroupId, GroupName, Strategy, State: 'available' },
    GroupArn: ec2.arn(`placement-group/${GroupName}`),
    ...(PartitionCount !== undefined && { PartitionCount }),
    ...(Strategy === 'spread' && { SpreadLevel: 'rack' as const }),
  });
  ec2.tags.add(GroupId, tagsFor('placement-group'));
  return { PlacementGroup: { ...group, ...ec2.placementGroups.tagsOf(GroupId) } };
};

export const DescribePlacementGroups: Op<'DescribePlacementGroups'> = (ec2, input) => {
  const byName = (input.GroupNames ?? []).map((name) => requireByName(ec2, name).GroupId);
  const { items } = ec2.placementGroups.describe({ Filters: input.Filters }, [
    ...(input.GroupIds ?? []),
    ...byName,
  ]);
  return { PlacementGroups: items };
};

export const DeletePlacementGroup: Op<'DeletePlacementGroup'> = (ec2, input) => {
  const group = requireByName(ec2, input.GroupName ?? '');
  if (membersOf(ec2, group).length > 0)
    throw invalidPlacementGroupInUse(
      `The placement group '${group.GroupName}' is in use and may not be deleted.`,
    );
  ec2.placementGroups.delete(group.GroupId);
  return {};
};

function findByName(ec2: Inventory, name: string): PlacementGroupRecord | undefined {
  return ec2.placementGroups.values().find((one) => one.GroupName === name);
}

function requireByName(ec2: Inventory, name: string): PlacementGroupRecord {
  const found = findByName(ec2, name);
  if (!found) throw invalidPlacementGroupUnknown(`The Placement Group '${name}' is unknown.`);
  return found;
}

function refuseUnsupported({ Strategy, SpreadLevel, ...input }: CreatePlacementGroupRequest): void {
  if (SpreadLevel !== undefined && Strategy !== 'spread')
    throw invalidParameterCombination('A spread level can be given with the spread strategy only.');
  if (SpreadLevel === 'host') throw unsupported('There are no Outposts here: a spread is over racks.');
  if (Strategy === 'precision-time' || input.ParentGroupId || input.LinkedGroupId || input.Operator)
    throw unsupported('Placement groups of others, or for precision time, are not supported here.');
}

function readPartitions({
  Strategy,
  PartitionCount: count,
}: CreatePlacementGroupRequest): number | undefined {
  if (Strategy !== 'partition') {
    if (count === undefined) return undefined;
    throw invalidParameterCombination('A partition count can be given with the partition strategy only.');
  }
  if (count !== undefined && (count < 1 || count > MOST_PARTITIONS))
    throw invalidParameterValue(
      `Value (${count}) for parameter partitionCount is invalid. It is between 1 and ${MOST_PARTITIONS}.`,
    );
  return count ?? USUAL_PARTITIONS;
}
