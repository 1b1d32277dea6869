import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { FLEET_TAG } from '../../tags';

/**
 * What keeps Kiln from changing a group: its roles may do that only where the group has the tag.
 *
 * @returns what to change, as a command; undefined where nothing is in the way
 */
export function findGroupTagProblem({
  AutoScalingGroupName,
  Tags = [],
}: AutoScalingGroup): string | undefined {
  if (Tags.some(({ Key }) => Key === FLEET_TAG)) return undefined;
  return `has no tag ${FLEET_TAG}: Kiln may change no other group. Give it one, if Kiln shall change it: aws autoscaling create-or-update-tags --tags ResourceId=${AutoScalingGroupName},ResourceType=auto-scaling-group,Key=${FLEET_TAG},Value=yes,PropagateAtLaunch=false`;
}
