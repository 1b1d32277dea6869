import type { Build, PackageChanges } from '../remote/answers';

/** Which packages changed from one build to another. */
export interface Difference {
  readonly added: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly { readonly name: string; readonly version: string }[];
  readonly upgraded: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** Whether records between the two name fewer changes than there were. */
  readonly isPartial: boolean;
}

/**
 * What changed from one build to a later one, by what each build between them says of itself.
 *
 * @param builds of the pipeline, in any order
 * @returns nothing where they do not lead from the one to the other
 */
export function differenceOf(
  builds: readonly Build[],
  before: string,
  after: string,
): Difference | undefined {
  const steps: PackageChanges[] = [];
  for (let id = after; id !== before; ) {
    const changes = builds.find((build) => build.id === id)?.packageChanges;
    if (!changes || steps.length > builds.length) return undefined;
    steps.unshift(changes);
    id = changes.since;
  }
  return addUp(steps);
}

function addUp(steps: readonly PackageChanges[]): Difference {
  const versions = new Map<string, { from?: string; to?: string }>();
  const note = (name: string, from: string | undefined, to: string | undefined) => {
    const known = versions.get(name);
    versions.set(name, { from: known ? known.from : from, to });
  };
  for (const { added, removed, upgraded } of steps) {
    for (const { name, version } of removed) note(name, version, undefined);
    for (const { name, version } of added) note(name, undefined, version);
    for (const { name, from, to } of upgraded) note(name, from, to);
  }
  const all = [...versions].toSorted(([a], [b]) => a.localeCompare(b));
  return {
    added: all.flatMap(([name, { from, to }]) =>
      from === undefined && to !== undefined ? [{ name, version: to }] : [],
    ),
    removed: all.flatMap(([name, { from, to }]) =>
      from !== undefined && to === undefined ? [{ name, version: from }] : [],
    ),
    upgraded: all.flatMap(([name, { from, to }]) =>
      from !== undefined && to !== undefined && from !== to ? [{ name, from, to }] : [],
    ),
    isPartial: steps.some(
      ({ counts, added, removed, upgraded }) =>
        counts.added + counts.removed + counts.upgraded > added.length + removed.length + upgraded.length,
    ),
  };
}
