import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { z } from 'zod';
import { autoScaling } from '../aws/auto-scaling';
import { describeGroups } from './groups';
import { holdGroup } from './lease';
import { checkAsPlanned } from './planned';
import type { StartRefreshInput } from './refresh';
import { checkVersions } from './template';
import { amongMade, configurationAt, isAt } from './version/configuration';

/**
 * Brings the first image into an empty group: there is nothing to refresh, so the group starts with the new version,
 * and with all else of its mixed instances policy as it is. Looks at the
 * group again just before: Plan saw it minutes ago. A repeated call finds what the first has done.
 *
 * @returns when it was done, in milliseconds since 1970
 * @throws TargetNotRefreshable if somebody else has changed the group since
 * @throws LeaseLost if another build has the group
 */
export async function scaleOut(input: z.infer<typeof StartRefreshInput>): Promise<{ endedAt: number }> {
  const { build, target, version, others, fence } = input;
  const { autoScalingGroup, initialCapacity, minCapacity = 0 } = target;
  const versions = { version, others };
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  // The version is the build's own: nobody else has brought the group to it. How many servers it has may have changed since.
  const isDone = group !== undefined && isAt(group, target, amongMade(target, versions));
  if (isDone) return { endedAt: Date.now() };
  await checkAsPlanned(target);
  await checkVersions(build.id, target, versions);
  await holdGroup(autoScalingGroup, build.id, fence);
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: autoScalingGroup,
      ...configurationAt(target, versions),
      DesiredCapacity: initialCapacity,
      ...(minCapacity > (group?.MinSize ?? 0) && { MinSize: minCapacity }),
    }),
  );
  return { endedAt: Date.now() };
}
