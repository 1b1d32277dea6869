import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { z } from 'zod';
import { autoScaling } from '../aws';
import { describeGroups } from './groups';
import { holdGroup } from './lease';
import { checkAsPlanned } from './planned';
import type { StartRefreshInput } from './refresh';
import { checkVersion } from './template';

/**
 * Brings the first image into an empty group: there is nothing to refresh, so the group starts with the new version. Looks at the
 * group again just before: Plan saw it minutes ago. A repeated call finds what the first has done.
 *
 * @returns when it was done, in milliseconds since 1970
 * @throws TargetNotRefreshable if somebody else has changed the group since
 * @throws LeaseLost if another build has the group
 */
export async function scaleOut(input: z.infer<typeof StartRefreshInput>): Promise<{ endedAt: number }> {
  const { build, target, version, fence } = input;
  const { autoScalingGroup, launchTemplateId, initialCapacity, minCapacity = 0 } = target;
  const LaunchTemplate = { LaunchTemplateId: launchTemplateId, Version: version };
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  const isDone =
    group?.DesiredCapacity === initialCapacity &&
    group.LaunchTemplate?.LaunchTemplateId === launchTemplateId &&
    group.LaunchTemplate.Version === version;
  if (isDone) return { endedAt: Date.now() };
  await checkAsPlanned(target);
  await checkVersion(target, version);
  await holdGroup(autoScalingGroup, build.id, fence);
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: autoScalingGroup,
      LaunchTemplate,
      DesiredCapacity: initialCapacity,
      ...(minCapacity > (group?.MinSize ?? 0) && { MinSize: minCapacity }),
    }),
  );
  return { endedAt: Date.now() };
}
