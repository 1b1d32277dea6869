import type { Disk } from '../disk/disk';
import { ensureServiceUser } from '../system/users';
import type { Package } from './package';
import { findPackage } from './repository';

const DATABASE = '/var/lib/rpm/packages';

export interface InstalledPackage {
  name: string;
  version: string;
  release: string;
  arch: string;
  /** `System` for what the image came with. */
  repository: string;
}

/** What the disk's package database lists, by name. */
export function readInstalled(disk: Disk): InstalledPackage[] {
  if (!disk.has(DATABASE)) return [];
  return disk
    .readText(DATABASE)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', version = '', release = '', arch = '', repository = ''] = line.split(' ');
      return { name, version, release, arch, repository };
    });
}

export function isInstalled(disk: Disk, name: string): boolean {
  return readInstalled(disk).some((entry) => entry.name === name);
}

/** The machine's architecture in RPM's words. */
export function rpmArchitecture(disk: Disk): string {
  return disk.readText('/etc/rpm/platform').split('-')[0] ?? 'x86_64';
}

/** Lays the files of packages on the disk and lists them in the database. */
export function installPackages(disk: Disk, packages: readonly Package[], repository: string): void {
  for (const entry of packages) layFiles(disk, entry);
  const names = new Set(packages.map(({ name }) => name));
  const native = rpmArchitecture(disk);
  writeInstalled(disk, [
    ...readInstalled(disk).filter(({ name }) => !names.has(name)),
    ...packages.map(({ name, version, release, arch }) => ({
      name,
      version,
      release,
      arch: arch === 'native' ? native : arch,
      repository,
    })),
  ]);
}

/** Takes packages and their unchanged files off the disk; a changed configuration file stays as `.rpmsave`. */
export function removePackages(disk: Disk, names: readonly string[]): void {
  for (const name of names) {
    const entry = findPackage(name);
    if (entry === undefined) continue;
    for (const file of entry.files ?? []) {
      if (file.config && disk.has(file.path) && isChanged(disk, file.path, file.content))
        disk.write(`${file.path}.rpmsave`, disk.read(file.path).slice());
      disk.remove(file.path);
    }
    for (const program of entry.programs ?? []) {
      disk.remove(program);
      disk.remove(commandPath(program));
    }
    for (const [path] of entry.symlinks ?? []) disk.remove(path);
  }
  writeInstalled(
    disk,
    readInstalled(disk).filter(({ name }) => !names.includes(name)),
  );
}

function writeInstalled(disk: Disk, entries: readonly InstalledPackage[]): void {
  const lines = [...entries]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, version, release, arch, repository }) =>
        `${name} ${version} ${release} ${arch} ${repository}\n`,
    );
  disk.install(DATABASE, lines.join(''));
}

function layFiles(disk: Disk, entry: Package): void {
  for (const user of entry.users ?? []) ensureServiceUser(disk, user);
  for (const directory of entry.directories ?? []) disk.makeDirectory(directory);
  for (const file of entry.files ?? []) {
    if (file.config && disk.has(file.path)) continue;
    disk.install(file.path, file.content, file.mode);
  }
  for (const [path, target] of entry.symlinks ?? []) if (!disk.has(path)) disk.makeSymlink(target, path);
  for (const program of entry.programs ?? []) installProgram(disk, program);
}

/**
 * A program is a command of the shell, and the shell looks for those under /usr/bin. One that lives elsewhere is a
 * script that calls it there.
 */
export function installProgram(disk: Disk, path: string): void {
  const command = commandPath(path);
  disk.install(command, '#!/bin/sh\n', 0o755);
  if (command !== path) disk.install(path, `#!/bin/sh\nexec ${command} "$@"\n`, 0o755);
}

function commandPath(program: string): string {
  return `/usr/bin/${program.slice(program.lastIndexOf('/') + 1)}`;
}

function isChanged(disk: Disk, path: string, original: string | Uint8Array): boolean {
  return !Buffer.from(disk.read(path)).equals(Buffer.from(original));
}
