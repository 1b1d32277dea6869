import type { BuildRecord } from '../../build/record';
import type { Target } from '../../build/state';
import { isPublishedByKiln, listVersions } from '../template';

/**
 * The versions of a target's launch template that are provably a build's own: that which its record names, also when somebody has deleted
 * it since. Where the build came not to write it down, those that say that they are of the build and name its image: the oldest, as many
 * as the build has targets without a note, since a person can only copy one after that.
 */
export async function findOwnVersions(record: BuildRecord, target: Target): Promise<string[]> {
  const { launchTemplateId, autoScalingGroup, currentVersion } = target;
  const written = record.rollouts[autoScalingGroup]?.version;
  if (written) return [written];
  const siblings = (record.targets ?? []).filter((one) => one.launchTemplateId === launchTemplateId);
  const known = siblings.map((one) => record.rollouts[one.autoScalingGroup]?.version);
  const versions = await listVersions(launchTemplateId, currentVersion);
  return versions
    .filter(
      (version) =>
        isPublishedByKiln(version, record.id) &&
        record.imageId !== undefined &&
        version.LaunchTemplateData?.ImageId === record.imageId,
    )
    .map(({ VersionNumber = 0 }) => VersionNumber)
    .toSorted((a, b) => a - b)
    .map(String)
    .filter((version) => !known.includes(version))
    .slice(0, known.filter((version) => version === undefined).length);
}
