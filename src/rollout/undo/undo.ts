import {
  CancelInstanceRefreshCommand,
  type InstanceRefresh,
  RollbackInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../../aws';
import type { BuildRecord } from '../../build/record';
import type { Target } from '../../build/state';
import { TargetBusy } from '../../errors';
import { findVersionsInUse } from '../../image/uses/versions';
import { moveDefaultVersion } from '../default-version';
import { describeGroups } from '../groups';
import { takeGroup } from '../lease';
import { findActiveRefresh, isOwnRefresh } from '../refresh';
import { deleteVersions, listVersions } from '../template';
import { bringBack } from './bring-back';
import { findOwnVersions } from './own-versions';
import { type Leaving, takeOut } from './take-out';

/**
 * Undoes the rollouts of a build, but those that serve: a group whose refresh has succeeded keeps the new version. Touches only what is
 * provably the build's own: its refresh is rolled back; the first image of a group that was empty is taken out again, with the servers
 * that run it; a group whose fleet was not healthy after its refresh is brought back to the version that it had; then the template
 * versions that it made and that nobody uses are deleted. Before each act the build takes the lease of the group, which it may have given
 * back.
 *
 * @param undone takes what was undone, in words
 * @throws TargetBusy while another build has a group in which something is to be undone, or while a group is being brought back
 * @returns whether anybody uses a version of the build, and so its image
 */
export async function undoRollouts(record: BuildRecord, undone: string[] = []): Promise<boolean> {
  const rollouts = await findRollouts(record);
  undone.push(...(await stopRefreshes(record, rollouts)));
  const leaving = await takeOutUnverified(record, rollouts);
  if (leaving.now.length > 0) undone.push(`servers ${leaving.now.join(', ')}`);
  await bringBackUnhealthy(record, rollouts);
  // Only now, and with all groups in view: some may share a launch template.
  const inUse = await findVersionsInUse([...new Set(rollouts.map(templateOf))], new Set(leaving.all));
  let serves = false;
  for (const { target, versions } of rollouts) {
    const unused = versions.filter((version) => !inUse.has(`${target.launchTemplateId} ${version}`));
    if (unused.length < versions.length) serves = true;
    for (const version of await discardVersions(record, target, unused))
      undone.push(`version ${version} of launch template ${target.launchTemplateId}`);
  }
  return serves;
}

/** A target, and the versions of its launch template that the build made for it. */
interface Rollout {
  target: Target;
  versions: string[];
}

const templateOf = ({ target }: Rollout) => target.launchTemplateId;

/** A build that made no versions has touched no group. */
async function findRollouts(record: BuildRecord): Promise<Rollout[]> {
  const found = (record.targets ?? []).map(async (target) => ({
    target,
    versions: await findOwnVersions(record, target),
  }));
  return (await Promise.all(found)).filter(({ versions }) => versions.length > 0);
}

/** @returns those that were stopped, in words */
async function stopRefreshes(record: BuildRecord, rollouts: Rollout[]): Promise<string[]> {
  const groups = await describeGroups(rollouts.map(({ target }) => target.autoScalingGroup));
  const there = rollouts.filter(({ target }) => groups.has(target.autoScalingGroup));
  return (await Promise.all(there.map((rollout) => stopRefresh(record, rollout)))).flat();
}

/** Rolls back the refresh of this build if it runs; where AWS cannot, cancels it. */
async function stopRefresh(record: BuildRecord, { target, versions }: Rollout): Promise<string[]> {
  const active = await findActiveRefresh(target.autoScalingGroup);
  const isStopping = active?.Status === 'RollbackInProgress' || active?.Status === 'Cancelling';
  if (!active || isStopping || !isOwn(active, record, { target, versions })) return [];
  await takeGroup(target.autoScalingGroup, record.id);
  const input = { AutoScalingGroupName: target.autoScalingGroup };
  try {
    const stop = target.canRollBack
      ? autoScaling().send(new RollbackInstanceRefreshCommand(input))
      : autoScaling().send(new CancelInstanceRefreshCommand(input));
    await stop;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault', 'ActiveInstanceRefreshNotFound')) return [];
    if (!isAwsError(error, 'IrreversibleInstanceRefreshFault', 'IrreversibleInstanceRefresh')) throw error;
    await autoScaling().send(new CancelInstanceRefreshCommand(input));
  }
  return [`instance refresh ${active.InstanceRefreshId} of ${target.autoScalingGroup}`];
}

/** One that a person started to a version of the build is that person's; one that was not written down goes to such a version as the pipeline prefers. */
function isOwn(active: InstanceRefresh, record: BuildRecord, { target, versions }: Rollout): boolean {
  const written = record.rollouts[target.autoScalingGroup]?.refreshId;
  if (written) return active.InstanceRefreshId === written;
  return versions.some((version) => isOwnRefresh(active, target, version));
}

/**
 * Takes first images that were never verified out of their groups again. Looks at the groups after the refreshes were
 * stopped: one that succeeded just before has given its group the new version.
 *
 * @returns the servers that leave
 */
async function takeOutUnverified(record: BuildRecord, rollouts: Rollout[]): Promise<Leaving> {
  const groups = await describeGroups(rollouts.map(({ target }) => target.autoScalingGroup));
  const leaving: Leaving = { all: [], now: [] };
  for (const { target, versions } of rollouts) {
    const group = groups.get(target.autoScalingGroup);
    const isVerified = record.rollouts[target.autoScalingGroup]?.verified !== undefined;
    if (!group || !target.isFirstImage || isVerified) continue;
    const { all, now } = await takeOut(record.id, target, group, versions);
    leaving.all.push(...all);
    leaving.now.push(...now);
  }
  return leaving;
}

/** What a group is being brought back from it needs until it is back. */
async function bringBackUnhealthy(record: BuildRecord, rollouts: Rollout[]): Promise<void> {
  const groups = await describeGroups(rollouts.map(({ target }) => target.autoScalingGroup));
  const waits: string[] = [];
  for (const { target, versions } of rollouts) {
    const group = groups.get(target.autoScalingGroup);
    const wait = group && (await bringBack(record, target, group, versions));
    if (wait) waits.push(wait);
  }
  if (waits.length > 0) throw new TargetBusy(waits.join(' '));
}

/** @returns those that were deleted */
async function discardVersions(record: BuildRecord, target: Target, unused: string[]): Promise<string[]> {
  const { launchTemplateId, autoScalingGroup, currentVersion, defaultVersion } = target;
  const all = await listVersions(launchTemplateId);
  const isThere = (version: string) => all.some(({ VersionNumber }) => String(VersionNumber) === version);
  let versions = unused.filter(isThere);
  if (versions.length === 0) return [];
  await takeGroup(autoScalingGroup, record.id);
  const current = String(all.find((version) => version.DefaultVersion)?.VersionNumber);
  // EC2 does not delete the default version.
  if (versions.includes(current)) {
    const before = [defaultVersion, currentVersion].find(isThere);
    if (before) await moveDefaultVersion(launchTemplateId, before);
    else versions = versions.filter((version) => version !== current);
  }
  await deleteVersions(launchTemplateId, versions);
  return versions;
}
