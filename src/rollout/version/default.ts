import { ModifyLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws';
import type { Target } from '../../build/state';
import { FleetNotHealthy } from '../../errors';
import { describeGroups } from '../groups';
import { findVersion } from '../template';

/**
 * Makes the version of a verified fleet the default of its launch template. Looks again just before whether the group still uses it,
 * and whether the default is still the one that Plan saw: one that somebody else has set since is left.
 *
 * @param own the versions that the build made: of groups that share a template each moves the default in turn
 * @returns the default that was left; undefined where it is the build's own now
 * @throws FleetNotHealthy if the group uses another version by now, or somebody has deleted the version
 */
export async function setDefaultVersion(
  target: Target,
  version: string,
  own: readonly string[],
): Promise<string | undefined> {
  const { autoScalingGroup, launchTemplateId, defaultVersion } = target;
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  const now = group?.LaunchTemplate?.Version ?? 'none';
  if (now !== version) {
    throw new FleetNotHealthy(
      `The Auto Scaling group ${autoScalingGroup} was verified with version ${version} of its launch template, and is at ${now} now: somebody else has changed it.`,
    );
  }
  const found = await findVersion(launchTemplateId, version);
  if (!found) {
    throw new FleetNotHealthy(
      `Somebody has deleted version ${version} of the launch template ${launchTemplateId}, which the Auto Scaling group ${autoScalingGroup} uses: it cannot launch servers any more. Give it a version that exists. The image is kept while its servers run it.`,
    );
  }
  if (found.DefaultVersion) return undefined;
  const before = String((await findVersion(launchTemplateId, '$Default'))?.VersionNumber);
  if (before !== defaultVersion && !own.includes(before)) return before;
  await moveDefaultVersion(launchTemplateId, version);
  return undefined;
}

/** Makes a version the default of its launch template. */
export async function moveDefaultVersion(launchTemplateId: string, version: string): Promise<void> {
  await ec2().send(
    new ModifyLaunchTemplateCommand({ LaunchTemplateId: launchTemplateId, DefaultVersion: version }),
  );
}
