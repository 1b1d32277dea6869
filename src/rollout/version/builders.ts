import { describeGroups } from '../groups';
import { builderOf, listVersions } from '../template';
import { specificationsOf } from './configuration';

/** The builds of this deployment that made versions of the launch templates of groups. Versions have no tags: their descriptions say it. */
export async function findBuilders(groups: readonly string[]): Promise<(string | undefined)[]> {
  const found = [...(await describeGroups([...new Set(groups)])).values()];
  const templates = new Set(
    found.flatMap(specificationsOf).flatMap(({ LaunchTemplateId }) => LaunchTemplateId ?? []),
  );
  const versions = await Promise.all([...templates].map((id) => listVersions(id)));
  return versions.flat().map(builderOf);
}
