import { BASE_PACKAGES, EXTRA_PACKAGES } from './base';
import { HTTPD_PACKAGES } from './httpd';
import { NGINX_PACKAGES } from './nginx';
import type { Package } from './package';

const REPOSITORY: readonly Package[] = [
  ...BASE_PACKAGES,
  ...EXTRA_PACKAGES,
  ...HTTPD_PACKAGES,
  ...NGINX_PACKAGES,
];

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
