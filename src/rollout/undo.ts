import {
  type AutoScalingGroup,
  CancelInstanceRefreshCommand,
  RollbackInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../aws';
import type { BuildRecord } from '../build/record';
import type { Target } from '../build/state';
import { describeGroups } from './groups';
import { findActiveRefresh, isRefreshTo } from './refresh';
import { deleteVersions, isPublishedByKiln, listVersions, moveDefaultVersion } from './template';

/**
 * Undoes the rollouts of a build, but those that serve: a group whose refresh has succeeded keeps the new version.
 * A refresh that runs is rolled back; the first image of a group that was empty is taken out again. Then the
 * template versions that nothing uses are deleted.
 *
 * @returns whether the image of the build serves in any of the groups
 */
export async function undoRollouts(record: BuildRecord): Promise<boolean> {
  const targets = record.targets ?? [];
  const groups = await describeGroups(targets.map((target) => target.autoScalingGroup));
  const serving = await Promise.all(
    targets.map((target) => undoRollout(record, target, groups.get(target.autoScalingGroup))),
  );
  return serving.includes(true);
}

async function undoRollout(
  record: BuildRecord,
  target: Target,
  group: AutoScalingGroup | undefined,
): Promise<boolean> {
  const versions = await findOwnVersions(record.id, target);
  let serves = false;
  for (const version of versions) {
    if (usesVersion(group, target, version)) serves = await keepOrTakeOut(record, target);
    else if (group) await stopRefresh(target, version);
  }
  if (!serves) await discardVersions(target, versions);
  return serves;
}

/** They are looked for, since a build may end between making one and writing it down. */
async function findOwnVersions(build: string, target: Target): Promise<string[]> {
  const versions = await listVersions(target.launchTemplateId, target.currentVersion);
  return versions
    .filter((version) => isPublishedByKiln(version, build))
    .map((version) => String(version.VersionNumber));
}

function usesVersion(group: AutoScalingGroup | undefined, target: Target, version: string): boolean {
  const template = group?.LaunchTemplate;
  return template?.LaunchTemplateId === target.launchTemplateId && template.Version === version;
}

/** @returns whether the group keeps the image of the build */
async function keepOrTakeOut(record: BuildRecord, target: Target): Promise<boolean> {
  const { autoScalingGroup, isFirstImage, launchTemplateId, currentVersion } = target;
  const isVerified = record.stages[`VerifyFleet/${autoScalingGroup}`] !== undefined;
  if (!isFirstImage || isVerified) return true;
  await autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: autoScalingGroup,
      LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: currentVersion },
      DesiredCapacity: 0,
    }),
  );
  return false;
}

/** Rolls back the refresh of this build if it runs; where AWS cannot, cancels it. */
async function stopRefresh(target: Target, version: string): Promise<void> {
  const active = await findActiveRefresh(target.autoScalingGroup);
  const isStopping = active?.Status === 'RollbackInProgress' || active?.Status === 'Cancelling';
  if (!active || isStopping || !isRefreshTo(active, target, version)) return;
  const input = { AutoScalingGroupName: target.autoScalingGroup };
  try {
    const stop = target.canRollBack
      ? autoScaling().send(new RollbackInstanceRefreshCommand(input))
      : autoScaling().send(new CancelInstanceRefreshCommand(input));
    await stop;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault', 'ActiveInstanceRefreshNotFound')) return;
    if (!isAwsError(error, 'IrreversibleInstanceRefreshFault', 'IrreversibleInstanceRefresh')) throw error;
    await autoScaling().send(new CancelInstanceRefreshCommand(input));
  }
}

async function discardVersions(target: Target, versions: string[]): Promise<void> {
  if (versions.length === 0) return;
  const all = await listVersions(target.launchTemplateId);
  const current = all.find((version) => version.DefaultVersion);
  // EC2 does not delete the default version.
  if (current && versions.includes(String(current.VersionNumber))) {
    await moveDefaultVersion(target.launchTemplateId, target.currentVersion);
  }
  await deleteVersions(target.launchTemplateId, versions);
}
