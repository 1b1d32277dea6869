import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { BuildRecord } from '../../build/record';
import type { Target } from '../../build/state';
import { TargetBusy } from '../../errors';
import { findVersionsInUse } from '../../image/uses/versions';
import { moveDefaultVersion } from '../default-version';
import { describeGroups } from '../groups';
import { takeGroup } from '../lease';
import { deleteVersions, listVersions } from '../template';
import { noteVersion } from '../version-parameter';
import { bringBack, isLongOver } from './bring-back';
import { noteLeft } from './left';
import { findOwnVersions } from './own-versions';
import type { Rollout } from './rollout';
import { stopRefresh } from './stop';
import { takeOut } from './take-out';

/**
 * Undoes the rollouts of a build, but those that serve: a group that was verified keeps the new version. Touches only what is
 * provably the build's own: its refresh is rolled back; the first image of a group that was empty is taken out again, with the servers
 * that run it; a group whose fleet was not verified after its refresh is brought back to the version that it had; then the template
 * versions that it made and that nobody uses are deleted. Before each act the build takes the lease of the group, which it may have given
 * back. Each group is dealt with alone. What cannot be brought back is named in the record.
 *
 * @param undone takes what was undone, in words
 * @param isLate that somebody looks for what came after the undoing: no group is brought back any more
 * @throws TargetBusy while another build has a group in which something is to be undone, or while a group is being brought back
 * @returns whether anybody uses a version of the build, and so its image
 */
export async function undoRollouts(
  record: BuildRecord,
  undone: string[] = [],
  isLate = false,
): Promise<boolean> {
  const leaving = new Set<string>();
  const round = new Round();
  const rollouts: Rollout[] = [];
  for (const target of record.targets ?? [])
    await round.alone(async () => {
      const rollout = { target, versions: await findOwnVersions(record, target) };
      // A build that made no version has touched no group.
      if (rollout.versions.length === 0) return;
      rollouts.push(rollout);
      for (const id of await undoRollout(record, rollout, undone, isLate)) leaving.add(id);
    });
  // What a group is being brought back from it needs until it is back.
  round.end();
  // Only now, and with all groups in view: some may share a launch template.
  const inUse = await findVersionsInUse([...new Set(rollouts.map(templateOf))], leaving);
  let serves = false;
  for (const { target, versions } of rollouts)
    await round.alone(async () => {
      const unused = versions.filter((version) => !inUse.has(`${target.launchTemplateId} ${version}`));
      if (unused.length < versions.length) serves = true;
      for (const version of await discardVersions(record, target, unused))
        undone.push(`version ${version} of launch template ${target.launchTemplateId}`);
    });
  round.end();
  return serves;
}

const templateOf = ({ target }: Rollout) => target.launchTemplateId;

/** What went wrong, one group at a time. */
class Round {
  private readonly problems: unknown[] = [];

  async alone(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (problem) {
      this.problems.push(problem);
    }
  }

  /** @throws what went wrong: TargetBusy where all of it only takes its time */
  end(): void {
    const { problems } = this;
    const words = problems.map((one) => (one instanceof Error ? one.message : String(one)));
    if (problems.length > 0 && problems.every((one) => one instanceof TargetBusy))
      throw new TargetBusy(words.join(' '));
    const others = problems.filter((one) => !(one instanceof TargetBusy));
    if (others.length === 1) throw others[0];
    if (others.length > 1) throw new AggregateError(others, words.join('; '));
  }
}

/**
 * Undoes the rollout to one group.
 *
 * @returns the servers that leave it
 */
async function undoRollout(
  record: BuildRecord,
  rollout: Rollout,
  undone: string[],
  isLate: boolean,
): Promise<string[]> {
  const { target, versions } = rollout;
  const { autoScalingGroup, isFirstImage } = target;
  undone.push(...(await stopRefresh(record, rollout)));
  // Looked at after its refresh was stopped: one that succeeded just before has given the group the new version.
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  const isVerified = record.rollouts[autoScalingGroup]?.verified !== undefined;
  if (group && isFirstImage && !isVerified && !isLongOver(record)) {
    const { all, now } = await takeOut(record.id, target, group, versions);
    if (now.length > 0) undone.push(`servers ${now.join(', ')}`);
    return all;
  }
  const { waits, left } = await bringBack(record, rollout, isLate);
  if (left) await noteLeft(record, rollout, left);
  if (waits) throw new TargetBusy(waits);
  await noteCurrentVersion(record, rollout, group);
  return [];
}

/** A group that keeps the version of a build that failed, or has another by now, has its stack know it. */
async function noteCurrentVersion(
  record: BuildRecord,
  { target, versions }: Rollout,
  group: AutoScalingGroup | undefined,
): Promise<void> {
  const { autoScalingGroup, launchTemplateId } = target;
  const { LaunchTemplateId, Version = '' } = group?.LaunchTemplate ?? {};
  if (LaunchTemplateId !== launchTemplateId || !/^\d+$/.test(Version)) return;
  const isVerified = record.rollouts[autoScalingGroup]?.verified !== undefined;
  if (!isVerified && !versions.includes(Version)) return;
  await noteVersion(autoScalingGroup, Version, (noted) =>
    versions.some((own) => own === Version || own === noted),
  );
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
