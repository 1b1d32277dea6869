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
import { takeGroup } from './lease';
import { findActiveRefresh, isRefreshTo } from './refresh';
import { deleteVersions, isPublishedByKiln, listVersions, moveDefaultVersion } from './template';

/**
 * Undoes the rollouts of a build, but those that serve: a group whose refresh has succeeded keeps the new version.
 * A refresh that runs is rolled back; the first image of a group that was empty is taken out again. Then the
 * template versions that nothing uses are deleted. Before each act the build takes the lease of the group, which it may have given back.
 *
 * @throws TargetBusy while another build has a group in which something is to be undone
 * @returns whether the image of the build serves in any of the groups
 */
export async function undoRollouts(record: BuildRecord): Promise<boolean> {
  const rollouts = await Promise.all(
    (record.targets ?? []).map(async (target) => ({
      target,
      versions: await findOwnVersions(record, target),
    })),
  );
  await stopRefreshes(record, rollouts);
  const serving = await takeOutUnverified(record, rollouts);
  // Only now: groups that share a launch template must not lose each other's versions.
  for (const { target, versions } of rollouts) {
    const kept = serving.filter(({ launchTemplateId }) => launchTemplateId === target.launchTemplateId);
    const unused = versions.filter((version) => !kept.some((one) => one.version === version));
    await discardVersions(record, target, unused);
  }
  return serving.length > 0;
}

/** A target, and the versions of its launch template that the build made. */
interface Rollout {
  target: Target;
  versions: string[];
}

async function stopRefreshes(record: BuildRecord, rollouts: Rollout[]): Promise<void> {
  const groups = await describeGroups(rollouts.map(({ target }) => target.autoScalingGroup));
  const there = rollouts.filter(({ target }) => groups.has(target.autoScalingGroup));
  await Promise.all(there.map(({ target, versions }) => stopRefresh(record, target, versions)));
}

/**
 * Takes first images that were never verified out of their groups again. Looks at the groups after the refreshes were
 * stopped: one that succeeded just before has given its group the new version.
 *
 * @returns the versions of the build that groups keep
 */
async function takeOutUnverified(record: BuildRecord, rollouts: Rollout[]) {
  const groups = await describeGroups(rollouts.map(({ target }) => target.autoScalingGroup));
  const kept = rollouts.map(async ({ target, versions }) => {
    const version = findUsedVersion(groups.get(target.autoScalingGroup), target, versions);
    if (version === undefined || !(await keepOrTakeOut(record, target))) return [];
    return [{ launchTemplateId: target.launchTemplateId, version }];
  });
  return (await Promise.all(kept)).flat();
}

/**
 * They are looked for, since a build may end between making one and writing it down. The one that was written down counts when it is
 * deleted too: a refresh to it, or a change of the group, may have come after that.
 */
async function findOwnVersions({ id, rollouts }: BuildRecord, target: Target): Promise<string[]> {
  const versions = await listVersions(target.launchTemplateId, target.currentVersion);
  const found = versions
    .filter((version) => isPublishedByKiln(version, id))
    .map((version) => String(version.VersionNumber));
  const written = rollouts[target.autoScalingGroup]?.version;
  return [...new Set([...found, ...(written ? [written] : [])])];
}

function findUsedVersion(
  group: AutoScalingGroup | undefined,
  target: Target,
  versions: string[],
): string | undefined {
  const template = group?.LaunchTemplate;
  if (template?.LaunchTemplateId !== target.launchTemplateId) return undefined;
  return versions.find((version) => version === template.Version);
}

/** @returns whether the group keeps the image of the build */
async function keepOrTakeOut(record: BuildRecord, target: Target): Promise<boolean> {
  const { autoScalingGroup, isFirstImage, launchTemplateId, currentVersion } = target;
  const isVerified = record.rollouts[autoScalingGroup]?.verified !== undefined;
  if (!isFirstImage || isVerified) return true;
  await takeGroup(autoScalingGroup, record.id);
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
async function stopRefresh(record: BuildRecord, target: Target, versions: string[]): Promise<void> {
  if (versions.length === 0) return;
  const active = await findActiveRefresh(target.autoScalingGroup);
  const isStopping = active?.Status === 'RollbackInProgress' || active?.Status === 'Cancelling';
  if (!active || isStopping || !versions.some((version) => isRefreshTo(active, target, version))) return;
  await takeGroup(target.autoScalingGroup, record.id);
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

async function discardVersions(record: BuildRecord, target: Target, unused: string[]): Promise<void> {
  const all = await listVersions(target.launchTemplateId);
  const versions = unused.filter((one) => all.some(({ VersionNumber }) => String(VersionNumber) === one));
  if (versions.length === 0) return;
  await takeGroup(target.autoScalingGroup, record.id);
  const current = all.find((version) => version.DefaultVersion);
  // EC2 does not delete the default version.
  if (current && versions.includes(String(current.VersionNumber))) {
    await moveDefaultVersion(target.launchTemplateId, target.currentVersion);
  }
  await deleteVersions(target.launchTemplateId, versions);
}
