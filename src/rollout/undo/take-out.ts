import {
  type AutoScalingGroup,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../../aws';
import type { Target } from '../../build/state';
import { takeGroup } from '../lease';

/**
 * Takes the first image of a build out of a group that was empty: the group goes back to the version that it had, and the servers that run
 * a version of the build go. Others are somebody else's and stay; a group of which somebody else has changed the version stays whole.
 *
 * @param versions those of the build
 * @returns the servers that go
 */
export async function takeOut(
  build: string,
  target: Target,
  group: AutoScalingGroup,
  versions: readonly string[],
): Promise<string[]> {
  const { autoScalingGroup, launchTemplateId, currentVersion } = target;
  const isOwn = (template: AutoScalingGroup['LaunchTemplate']) =>
    template?.LaunchTemplateId === launchTemplateId && versions.includes(template.Version ?? '');
  if (!isOwn(group.LaunchTemplate)) return [];
  const { Instances = [], MinSize = 0, DesiredCapacity = 0 } = group;
  const own = Instances.filter(({ LaunchTemplate }) => isOwn(LaunchTemplate));
  const isAllOwn = own.length === Instances.length;
  await takeGroup(autoScalingGroup, build);
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: autoScalingGroup,
      LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: currentVersion },
      // What a person wants at least stays wanted.
      ...(isAllOwn && { DesiredCapacity: MinSize }),
    }),
  );
  const ids = own.flatMap(({ InstanceId }) => InstanceId ?? []);
  if (isAllOwn && MinSize === 0) return ids;
  // Below its MinSize a group does not shrink: one of the old version takes the place.
  let surplus = isAllOwn ? 0 : DesiredCapacity - MinSize;
  for (const id of ids) await terminate(id, surplus-- > 0);
  return ids;
}

/** One that goes already is no error. */
async function terminate(InstanceId: string, ShouldDecrementDesiredCapacity: boolean): Promise<void> {
  try {
    await autoScaling().send(
      new TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
    );
  } catch (error) {
    if (isAwsError(error, 'ScalingActivityInProgressFault', 'ScalingActivityInProgress')) return;
    if (!isAwsError(error, 'ValidationError') || !/not found/i.test(error.message)) throw error;
  }
}
