import type { PackageChanges } from '../../build/record';

/** A package as a bill of materials names it. */
export interface Listed {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** So many of each kind stand in a record: it has room for 400 kB, and a new release of a distribution changes all. */
const MOST_LISTED = 100;

/** So much of a name or a version, which have no such length unless somebody makes fun of them. */
const MOST_CHARACTERS = 200;

function cut<Change extends Readonly<Record<string, string>>>(changes: readonly Change[]): Change[] {
  return changes
    .slice(0, MOST_LISTED)
    .map(
      (change) =>
        Object.fromEntries(
          Object.entries(change).map(([key, text]) => [key, text.slice(0, MOST_CHARACTERS)]),
        ) as Change,
    );
}

/** What is otherwise now: of a package of which several versions are there (kernels) each is one. */
export function comparePackages(
  since: string,
  before: readonly Listed[],
  now: readonly Listed[],
  kernel: { from?: string | undefined; to?: string | undefined } = {},
): PackageChanges {
  const { added, removed, upgraded } = listChanges(before, now);
  return {
    since,
    counts: { added: added.length, removed: removed.length, upgraded: upgraded.length },
    added: cut(added),
    removed: cut(removed),
    upgraded: cut(upgraded),
    ...(kernel.from &&
      kernel.to &&
      kernel.from !== kernel.to && { kernel: { from: kernel.from, to: kernel.to } }),
  };
}

/** All that is otherwise now, however much. */
export function listChanges(
  before: readonly Listed[],
  now: readonly Listed[],
): Pick<PackageChanges, 'added' | 'removed' | 'upgraded'> {
  const old = groupByPackage(before);
  const all = groupByPackage(now);
  const added: PackageChanges['added'] = [];
  const removed: PackageChanges['removed'] = [];
  const upgraded: PackageChanges['upgraded'] = [];
  for (const [key, { name, versions }] of all) {
    const earlier = old.get(key)?.versions ?? [];
    const came = versions.filter((version) => !earlier.includes(version));
    const went = earlier.filter((version) => !versions.includes(version));
    came.forEach((version, at) => {
      const from = went[at];
      if (from === undefined) added.push({ name, version });
      else upgraded.push({ name, from, to: version });
    });
    for (const version of went.slice(came.length)) removed.push({ name, version });
  }
  for (const [key, { name, versions }] of old)
    if (!all.has(key)) removed.push(...versions.map((version) => ({ name, version })));
  return { added, removed, upgraded };
}

/** By what a package is without its version: its purl says the kind of package and the architecture. */
function groupByPackage(listed: readonly Listed[]): Map<string, { name: string; versions: string[] }> {
  const groups = new Map<string, { name: string; versions: string[] }>();
  for (const { name, version, purl } of listed) {
    const key = purl.replace(/@[^@?]*(?=\?|$)/, '');
    const group = groups.get(key) ?? { name, versions: [] };
    group.versions.push(version);
    groups.set(key, group);
  }
  return groups;
}

/** What changed, in one line; undefined where nothing did. */
export function describeChanges({ counts, kernel, since }: PackageChanges): string | undefined {
  const parts = [
    counts.upgraded > 0 && `${counts.upgraded} upgraded`,
    counts.added > 0 && `${counts.added} added`,
    counts.removed > 0 && `${counts.removed} removed`,
    kernel && `kernel ${kernel.from} to ${kernel.to}`,
  ].filter((part) => typeof part === 'string');
  return parts.length > 0 ? `packages since ${since}: ${parts.join(', ')}` : undefined;
}
