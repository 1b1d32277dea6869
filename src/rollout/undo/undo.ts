import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { BuildRecord } from '../../build/record';
import type { Target } from '../../build/state';
import { TargetBusy, TransientFailure } from '../../errors';
import { nameTransient, throwAll } from '../../failures';
import { findVersionsInUse } from '../../image/uses/versions';
import { describeGroups } from '../groups';
import { takeGroup } from '../lease';
import { deleteVersions, listVersions } from '../template';
import { distinctTemplatesOf, specificationsOf, templatesOf } from '../version/configuration';
import { moveDefaultVersion } from '../version/default';
import { noteVersionFor } from '../version/parameter';
import { bringBack, isLongOver } from './bring-back';
import { noteLeft } from './left';
import { findOwnRollout } from './own-versions';
import { amongOwn, ownOf, type Rollout } from './rollout';
import { stopRefresh } from './stop';
import { takeOut } from './take-out';
import { isUnreleased, withdrawUnreleased } from './unreleased';

/**
 * Undoes the rollouts of a build, but those that serve: a group that was verified keeps the new version, unless all of them were. Touches only what is
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
  given: BuildRecord,
  undone: string[] = [],
  isLate = false,
): Promise<boolean> {
  const leaving = new Set<string>();
  const round = new Round(given);
  const record =
    !isLate && isUnreleased(given)
      ? await withdrawUnreleased(
          given,
          (target, run) => round.alone(target, run),
          () => round.end(),
        )
      : given;
  const rollouts: Rollout[] = [];
  for (const target of record.targets ?? [])
    await round.alone(target, async () => {
      const rollout = await findOwnRollout(record, target);
      // A build that made no version has touched no group.
      if (ownOf(rollout).every(([, versions]) => versions.length === 0)) return;
      rollouts.push(rollout);
      for (const id of await undoRollout(record, rollout, undone, isLate)) leaving.add(id);
    });
  // What a group is being brought back from it needs until it is back.
  round.end();
  // Only now, and with all groups in view: some may share a launch template.
  const templates = [...new Set(rollouts.flatMap(ownOf).map(([id]) => id))];
  let inUse: ReadonlySet<string> | undefined;
  const [any] = rollouts;
  if (any)
    await round.alone(any.target, async () => {
      inUse = await findVersionsInUse(templates, leaving, true);
    });
  round.end();
  let serves = false;
  for (const rollout of rollouts)
    for (const [id, versions] of ownOf(rollout))
      await round.alone(rollout.target, async () => {
        // What is not known is no leave to remove.
        const unused = versions.filter((version) => inUse && !inUse.has(`${id} ${version}`));
        if (unused.length < versions.length) serves = true;
        for (const version of await discardVersions(record, rollout.target, id, unused))
          undone.push(`version ${version} of launch template ${id}`);
      });
  round.end();
  return serves || round.isIncomplete;
}

/** What went wrong, one group at a time. */
class Round {
  /** Whether something is left to people. */
  isIncomplete = false;
  private readonly problems: unknown[] = [];

  constructor(private readonly record: BuildRecord) {}

  async alone(target: Target, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (problem) {
      if (isRefusal(problem) && isLongOver(this.record)) {
        this.isIncomplete = true;
        const { name, message } = problem;
        const why = `The rollout to the Auto Scaling group ${target.autoScalingGroup} could not be undone: ${name}: ${message}`;
        await noteLeft(this.record, target, why);
      } else this.problems.push(problem);
    }
  }

  /** @throws what went wrong: TargetBusy where all of it only takes its time */
  end(): void {
    const { problems } = this;
    const others = problems.filter((one) => !(one instanceof TargetBusy));
    throwAll(others);
    const [busy, ...more] = problems.filter((one) => one instanceof TargetBusy);
    if (busy) throw new TargetBusy([busy, ...more].map(({ message }) => message).join(' '));
  }
}

/** What would be refused again. For a while all is tried again: AWS refuses much that it grants a moment later. */
function isRefusal(problem: unknown): problem is Error {
  return (
    problem instanceof Error &&
    !(problem instanceof TargetBusy) &&
    !(nameTransient(problem) instanceof TransientFailure)
  );
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
  const { autoScalingGroup, isFirstImage } = rollout.target;
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  if (!group || isMadeAnew(record, group)) return [];
  undone.push(...(await stopRefresh(record, rollout)));
  const isVerified = record.rollouts[autoScalingGroup]?.verified !== undefined;
  if (isFirstImage && !isVerified && !isLongOver(record)) {
    // Looks at the group after its refresh was stopped: one that succeeded just before has given it the new version.
    const { all, now } = await takeOut(record, rollout);
    if (now.length > 0) undone.push(`servers ${now.join(', ')}`);
    await noteCurrentVersions(rollout);
    return all;
  }
  const { waits, left } = await bringBack(record, rollout, isLate);
  if (left) await noteLeft(record, rollout.target, left);
  if (waits) throw new TargetBusy(waits);
  await noteCurrentVersions(rollout);
  return [];
}

/** A group that keeps versions of a build that failed, was brought back from them, or has others by now, has its stack know them. */
async function noteCurrentVersions(rollout: Rollout): Promise<void> {
  const { target } = rollout;
  const group = (await describeGroups([target.autoScalingGroup])).get(target.autoScalingGroup);
  for (const template of distinctTemplatesOf(target)) {
    const own = amongOwn(rollout)(template);
    const found = specificationsOf(group ?? {}).find(
      ({ LaunchTemplateId }) => LaunchTemplateId === template.launchTemplateId,
    );
    const { Version = '' } = found ?? {};
    if (!/^\d+$/.test(Version)) continue;
    await noteVersionFor(target, template, Version, (noted) =>
      own.some((version) => version === Version || version === noted),
    );
  }
}

/** A group that has the name of another and is younger than the build is a person's. */
function isMadeAnew({ startedAt }: BuildRecord, { CreatedTime }: AutoScalingGroup): boolean {
  return (
    startedAt !== undefined && CreatedTime !== undefined && CreatedTime.getTime() > Date.parse(startedAt)
  );
}

/** @returns those that were deleted */
async function discardVersions(
  record: BuildRecord,
  target: Target,
  launchTemplateId: string,
  unused: string[],
): Promise<string[]> {
  if (unused.length === 0) return [];
  const all = await listVersions(launchTemplateId);
  const isThere = (version: string) => all.some(({ VersionNumber }) => String(VersionNumber) === version);
  let versions = unused.filter(isThere);
  if (versions.length === 0) return [];
  await takeGroup(target.autoScalingGroup, record.id);
  const current = String(all.find((version) => version.DefaultVersion)?.VersionNumber);
  // EC2 does not delete the default version.
  if (versions.includes(current)) {
    const template = templatesOf(target).find((one) => one.launchTemplateId === launchTemplateId);
    const before = [template?.defaultVersion, template?.currentVersion].find(
      (version) => version !== undefined && isThere(version),
    );
    if (before) await moveDefaultVersion(launchTemplateId, before);
    else versions = versions.filter((version) => version !== current);
  }
  await deleteVersions(launchTemplateId, versions);
  return versions;
}
