import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Target } from '../../build/state';
import { isLeaving } from '../fleet';
import { describeGroups } from '../groups';
import { findActiveRefresh } from '../refresh';
import { findVersion } from '../template';
import { amongBefore, amongPlanned, isFrom, templatesOf, usesOnly } from '../version/configuration';

/**
 * Which of the targets of a plan run an image already, wholly: the versions of their launch templates name it, every server was launched from
 * these, they are the defaults, and no refresh is about to change that. Of targets that share a template the version of one is the default.
 *
 * @returns the names of the groups
 */
export async function findServing(targets: readonly Target[], imageId: string): Promise<Set<string>> {
  const groups = await describeGroups(targets.map(({ autoScalingGroup }) => autoScalingGroup));
  const looks = targets.map(async (target) => {
    const group = groups.get(target.autoScalingGroup);
    return group && (await serves(group, target, targets, imageId)) ? [target.autoScalingGroup] : [];
  });
  return new Set((await Promise.all(looks)).flat());
}

async function serves(
  group: AutoScalingGroup,
  target: Target,
  targets: readonly Target[],
  imageId: string,
): Promise<boolean> {
  if (target.isFirstImage || !usesOnly(group, target, amongPlanned)) return false;
  const servers = (group.Instances ?? []).filter((instance) => !isLeaving(instance));
  if (!servers.every(({ LaunchTemplate }) => isFrom(LaunchTemplate, target, amongBefore))) return false;
  for (const { launchTemplateId, currentVersion, defaultVersion } of templatesOf(target)) {
    const isOfOne = targets
      .flatMap(templatesOf)
      .some((one) => one.launchTemplateId === launchTemplateId && one.currentVersion === defaultVersion);
    if (!isOfOne) return false;
    const { LaunchTemplateData: data } = (await findVersion(launchTemplateId, currentVersion)) ?? {};
    if (data?.ImageId !== imageId || (target.userData === 'drop' && data.UserData !== undefined))
      return false;
  }
  return (await findActiveRefresh(target.autoScalingGroup)) === undefined;
}
