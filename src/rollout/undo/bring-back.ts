import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { type BuildRecord, updateRollout } from '../../build/record';
import type { Target } from '../../build/state';
import { logger } from '../../log';
import { takeGroup } from '../lease';
import { beginRefresh, findActiveRefresh, isRefreshTo } from '../refresh';
import { findVersion } from '../template';

/**
 * Brings a group back to the version that it had, when its refresh has succeeded and its fleet was then not healthy: AWS rolls back only a
 * refresh that runs, so there is another one. Once a build: where that one fails too, people have to look.
 *
 * @param versions those of the build
 * @returns what it waits for, in words; undefined when there is nothing to bring back, or no more
 */
export async function bringBack(
  record: BuildRecord,
  target: Target,
  group: AutoScalingGroup,
  versions: readonly string[],
): Promise<string | undefined> {
  const { autoScalingGroup, launchTemplateId, currentVersion } = target;
  const isAtOwn =
    group.LaunchTemplate?.LaunchTemplateId === launchTemplateId &&
    versions.includes(group.LaunchTemplate.Version ?? '');
  if (!isAtOwn || !isToBringBack(record, target)) return undefined;
  const words = `The Auto Scaling group ${autoScalingGroup} is being brought back to version ${currentVersion} of its launch template`;
  const active = await findActiveRefresh(autoScalingGroup);
  if (active && isRefreshTo(active, target, currentVersion)) return `${words} (${active.InstanceRefreshId}).`;
  if (active || !(await findVersion(launchTemplateId, currentVersion))) return undefined;
  const before = record.rollouts[autoScalingGroup]?.broughtBackBy;
  if (before) {
    logger.error(`${autoScalingGroup} could not be brought back to version ${currentVersion} (${before})`);
    return undefined;
  }
  await takeGroup(autoScalingGroup, record.id);
  const refreshId = await beginRefresh({ ...target, autoRollback: false, bake: 0 }, currentVersion);
  if (!refreshId) return undefined;
  await updateRollout(record.id, autoScalingGroup, { broughtBackBy: refreshId });
  return `${words} (${refreshId}).`;
}

/** Only a group whose own fleet was found not healthy, after a refresh of the build: others may serve well. */
function isToBringBack({ error, rollouts }: BuildRecord, target: Target): boolean {
  const { autoScalingGroup, isFirstImage, canRollBack, autoRollback } = target;
  const { refreshId, verified } = rollouts[autoScalingGroup] ?? {};
  const group = error?.stage?.split('/').slice(1).join('/');
  return (
    error?.name === 'FleetNotHealthy' &&
    group === autoScalingGroup &&
    refreshId !== undefined &&
    verified === undefined &&
    !isFirstImage &&
    canRollBack &&
    autoRollback
  );
}
