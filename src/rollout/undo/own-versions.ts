import { type BuildRecord, imageOf } from '../../build/record';
import type { Target, TemplateState } from '../../build/state';
import { isPublishedByKiln, listVersions } from '../template';
import { templatesOf, versionIn } from '../version/configuration';
import type { OwnVersions, Rollout } from './rollout';

/**
 * The versions of a target's launch templates that are provably a build's own: those which its record names, also when somebody has deleted
 * them since. Where the build came not to write one down, those that say that they are of the build and name its image: the oldest, as many
 * as the build has templates without a note, since a person can only copy one after that.
 */
export async function findOwnRollout(record: BuildRecord, target: Target): Promise<Rollout> {
  const [own, ...others] = templatesOf(target);
  const versions = own ? await findOwnVersions(record, target, own) : [];
  const more: OwnVersions[] = [];
  for (const template of others) {
    const { launchTemplateId, reference } = template;
    const found = await findOwnVersions(record, target, template);
    more.push({ launchTemplateId, reference, template, versions: found });
  }
  return { target, versions, ...(more.length > 0 && { others: more }) };
}

async function findOwnVersions(
  record: BuildRecord,
  target: Target,
  template: TemplateState,
): Promise<string[]> {
  const { launchTemplateId, currentVersion } = template;
  const written = findWritten(record, target, template);
  if (written) return [written];
  const known = (record.targets ?? []).flatMap((one) =>
    templatesOf(one)
      .filter((other) => other.launchTemplateId === launchTemplateId)
      .map((other) => findWritten(record, one, other)),
  );
  const versions = await listVersions(launchTemplateId, currentVersion);
  return versions
    .filter(
      (version) =>
        isPublishedByKiln(version, record.id) &&
        imageOf(record) !== undefined &&
        version.LaunchTemplateData?.ImageId === imageOf(record),
    )
    .map(({ VersionNumber = 0 }) => VersionNumber)
    .toSorted((a, b) => a - b)
    .map(String)
    .filter((version) => !known.includes(version))
    .slice(0, known.filter((version) => version === undefined).length);
}

function findWritten({ rollouts }: BuildRecord, target: Target, template: TemplateState): string | undefined {
  const written = rollouts[target.autoScalingGroup];
  return written && versionIn(target, written, template);
}
