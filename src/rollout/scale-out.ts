import { type AutoScalingGroup, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { z } from 'zod';
import { autoScaling } from '../aws';
import type { Target } from '../build/state';
import { TargetNotRefreshable } from '../errors';
import { checkClaim } from './claim';
import { describeGroups } from './groups';
import { holdGroup } from './lease';
import type { StartRefreshInput } from './refresh';

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
  const { autoScalingGroup, launchTemplateId, currentVersion, initialCapacity } = target;
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  if (group) checkClaim(group);
  if (isAt(group, target, version) && group?.DesiredCapacity === initialCapacity)
    return { endedAt: Date.now() };
  const isEmpty = group?.DesiredCapacity === 0 && (group.Instances ?? []).length === 0;
  if (!isEmpty || !isAt(group, target, currentVersion)) {
    throw new TargetNotRefreshable(
      `The Auto Scaling group ${autoScalingGroup} was empty at version ${currentVersion} of its launch template when this build was planned, and is ${describe(group)} now: somebody else has changed it, and it is left as it is. Start a new build.`,
    );
  }
  await holdGroup(autoScalingGroup, build.id, fence);
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: autoScalingGroup,
      LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: version },
      DesiredCapacity: initialCapacity,
    }),
  );
  return { endedAt: Date.now() };
}

/** Whether the group uses this version of the template; a group on `$Default` or `$Latest` is where it was planned. */
function isAt(group: AutoScalingGroup | undefined, { launchTemplateId }: Target, version: string): boolean {
  const template = group?.LaunchTemplate;
  if (template?.LaunchTemplateId !== launchTemplateId) return false;
  return template.Version === version || !/^\d+$/.test(template.Version ?? '$Default');
}

function describe(group: AutoScalingGroup | undefined): string {
  if (!group) return 'gone';
  const { DesiredCapacity, LaunchTemplate, Instances = [] } = group;
  return `at version ${LaunchTemplate?.Version} with ${Instances.length} servers of ${DesiredCapacity}`;
}
