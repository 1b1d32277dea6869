import { ModifyLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';
import type { Target, TemplateState } from '../../build/state';
import { FleetNotHealthy, TransientFailure } from '../../errors';
import { describeGroups } from '../groups';
import { findVersion } from '../template';
import {
  amongMade,
  amongPlanned,
  configurationAt,
  describeTemplates,
  distinctTemplatesOf,
  usesOnly,
  type Versions,
  versionIn,
} from './configuration';

/**
 * Makes the versions of a verified fleet the defaults of their launch templates. Looks again just before whether the group still uses them,
 * and whether each default is still the one that Plan saw, or the version that it saw in the group: one that somebody else has set since is left.
 *
 * @param own the versions that the build made of a template: of groups that share one each moves the default in turn
 * @param isFresh that the refresh has ended a moment ago: the group need not show yet what it has made of it
 * @returns the defaults that were left, in words; undefined where all are the build's own now
 * @throws TransientFailure if the group need not show them yet
 * @throws FleetNotHealthy if the group uses another version by now, or somebody has deleted one
 */
export async function setDefaultVersions(
  target: Target,
  versions: Versions,
  own: (launchTemplateId: string) => readonly string[],
  isFresh = false,
): Promise<string | undefined> {
  const { autoScalingGroup, policy } = target;
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  if (!usesOnly(group ?? {}, target, amongMade(target, versions))) {
    if (isFresh && usesOnly(group ?? {}, target, amongPlanned))
      throw new TransientFailure(
        `The Auto Scaling group ${autoScalingGroup} does not show yet what its refresh has brought it to.`,
      );
    const now = policy ? describeTemplates(group ?? {}) : (group?.LaunchTemplate?.Version ?? 'none');
    const before = policy
      ? `the versions ${describeTemplates(configurationAt(target, versions))} of its launch templates`
      : `version ${versions.version} of its launch template`;
    throw new FleetNotHealthy(
      `The Auto Scaling group ${autoScalingGroup} was verified with ${before}, and is at ${now} now: somebody else has changed it.`,
    );
  }
  const left: string[] = [];
  for (const template of distinctTemplatesOf(target)) {
    const version = versionIn(target, versions, template) ?? '';
    const other = await setDefaultVersion(target, template, version, own(template.launchTemplateId));
    if (other) left.push(policy ? `${template.launchTemplateId} ${other}` : other);
  }
  return left.length > 0 ? left.join(', ') : undefined;
}

async function setDefaultVersion(
  { autoScalingGroup }: Target,
  { launchTemplateId, defaultVersion, currentVersion }: TemplateState,
  version: string,
  own: readonly string[],
): Promise<string | undefined> {
  const found = await findVersion(launchTemplateId, version);
  if (!found) {
    throw new FleetNotHealthy(
      `Somebody has deleted version ${version} of the launch template ${launchTemplateId}, which the Auto Scaling group ${autoScalingGroup} uses: it cannot launch servers any more. Give it a version that exists. The image is kept while its servers run it.`,
    );
  }
  if (found.DefaultVersion) return undefined;
  const before = String((await findVersion(launchTemplateId, '$Default'))?.VersionNumber);
  // What the group had then may have become the default only since: the build that made it was about to end when this one was planned.
  if (![defaultVersion, currentVersion, ...own].includes(before)) return before;
  await moveDefaultVersion(launchTemplateId, version);
  return undefined;
}

/**
 * Gives the launch templates of a group back the defaults that they had when the build was planned, where its own versions are that by now: a group
 * whose version is the default is not brought back from it. One that somebody else has set is left.
 *
 * @param own the versions that the build made of a template
 */
export async function restoreDefaultVersions(
  target: Target,
  own: (launchTemplateId: string) => readonly string[],
): Promise<void> {
  for (const { launchTemplateId, defaultVersion, currentVersion } of distinctTemplatesOf(target)) {
    const now = String((await findVersion(launchTemplateId, '$Default'))?.VersionNumber);
    if (!own(launchTemplateId).includes(now)) continue;
    for (const before of [defaultVersion, currentVersion]) {
      if (before === undefined || !(await findVersion(launchTemplateId, before))) continue;
      await moveDefaultVersion(launchTemplateId, before);
      break;
    }
  }
}

/** Makes a version the default of its launch template. */
export async function moveDefaultVersion(launchTemplateId: string, version: string): Promise<void> {
  await ec2().send(
    new ModifyLaunchTemplateCommand({ LaunchTemplateId: launchTemplateId, DefaultVersion: version }),
  );
}
