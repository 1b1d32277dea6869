import type { Package } from '../../packages/package';
import { findPackage, packageId } from '../../packages/repository';
import type { ProgramCall } from '../program';

const RULE = '='.repeat(80);

/** The line that most commands begin with. */
export function metadataLine({ guest }: ProgramCall): string {
  return `Last metadata expiration check: 0:00:01 ago on ${guest.now().toUTCString().replace(/ GMT$/, '')}.\n`;
}

/** The table of what will be installed. */
export function plan(packages: readonly Package[], asked: readonly string[], architecture: string): string {
  const names = new Set(asked.map((name) => findPackage(name)?.name));
  const line = (entry: Package) =>
    ` ${entry.name.padEnd(24)} ${archOf(entry, architecture).padEnd(8)} ${`${entry.version}-${entry.release}`.padEnd(26)} amazonlinux ${`${entry.size} k`.padStart(7)}\n`;
  const direct = packages.filter(({ name }) => names.has(name)).map(line);
  const others = packages.filter(({ name }) => !names.has(name)).map(line);
  const size = packages.reduce((sum, entry) => sum + entry.size, 0);
  return `Dependencies resolved.
${RULE}
 Package                  Arch     Version                    Repository     Size
${RULE}
Installing:
${direct.join('')}${others.length > 0 ? `Installing dependencies:\n${others.join('')}` : ''}
Transaction Summary
${RULE}
Install  ${packages.length} Package${packages.length === 1 ? '' : 's'}

Total download size: ${size > 1024 ? `${(size / 1024).toFixed(1)} M` : `${size} k`}
`;
}

/** The steps of a transaction, one line a package. */
export function transaction(packages: readonly Package[], verb: string, architecture: string): string {
  const total = packages.length;
  const lines = packages.map(
    (entry, index) =>
      `  ${verb.padEnd(17)}: ${`${packageId(entry)}.${archOf(entry, architecture)}`.padEnd(48)} ${index + 1}/${total}\n`,
  );
  return `Running transaction check\nTransaction check succeeded.\nRunning transaction test\nTransaction test succeeded.\nRunning transaction\n  Preparing        :${' '.repeat(50)}1/1\n${lines.join('')}`;
}

/** What was installed. */
export function installedList(packages: readonly Package[], architecture: string): string {
  return `Installed:\n${packages.map((entry) => `  ${packageId(entry)}.${archOf(entry, architecture)}\n`).join('')}`;
}

/** The architecture of a package on a machine of this one. */
export function archOf(entry: Package, native: string): string {
  return entry.arch === 'native' ? native : entry.arch;
}
