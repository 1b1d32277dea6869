import packages, { type RepositoryPackage } from '../../../../data/al2023/packages.json';
import { textOf } from '../amazon-linux/text-files';
import type { Package, PackageFile } from './package';

const REPOSITORY: readonly Package[] = packages.map(readPackage);

/** Those that the image has from the start. */
export const IMAGE_PACKAGES: readonly Package[] = REPOSITORY.filter((_, index) => packages[index]?.image);

class UnknownPackage extends Error {
  override readonly name = 'UnknownPackage';
}

/** A package of the Amazon Linux repository by its name, what it provides, or `name-version…`. */
export function findPackage(name: string): Package | undefined {
  const bare = name.replace(/\.(x86_64|aarch64|noarch)$/, '');
  return (
    REPOSITORY.find((entry) => entry.name === bare) ??
    REPOSITORY.find((entry) => entry.provides?.includes(bare)) ??
    REPOSITORY.find((entry) => [`${entry.name}-${entry.version}`, packageId(entry)].includes(bare))
  );
}

/** The package and all that it requires, requirements first. @throws UnknownPackage */
export function withRequirements(names: readonly string[]): Package[] {
  const ordered = new Set<Package>();
  const visiting = new Set<string>();
  const visit = (name: string) => {
    const found = findPackage(name);
    if (found === undefined) throw new UnknownPackage(name);
    if (visiting.has(found.name)) return;
    visiting.add(found.name);
    for (const requirement of found.requires ?? []) visit(requirement);
    ordered.add(found);
  };
  for (const name of names) visit(name);
  return [...ordered];
}

/** As in `httpd-2.4.62-1.amzn2023`. */
export function packageId(entry: Pick<Package, 'name' | 'version' | 'release'>): string {
  return `${entry.name}-${entry.version}-${entry.release}`;
}

function readPackage({ image: _, files, ...entry }: RepositoryPackage): Package {
  return { ...entry, ...(files && { files: files.map(readFile) }) };
}

function readFile({ path, mode, config }: NonNullable<RepositoryPackage['files']>[number]): PackageFile {
  return {
    path,
    content: textOf(path),
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
    ...(config && { config }),
  };
}
