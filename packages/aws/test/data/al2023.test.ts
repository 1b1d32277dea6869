import files from '../../data/al2023/files.json';
import image from '../../data/al2023/image.json';
import packages from '../../data/al2023/packages.json';
import { amazonLinux2023 } from '../../src/machines/emulated/base-images';
import { EXECUTE } from '../../src/machines/emulated/commands/shell/execute';
import { OPEN_TARGET } from '../../src/machines/emulated/commands/shell/open-target';
import { Disk } from '../../src/machines/emulated/disk/disk';
import { BASE_PACKAGES, BASE_SERVICES, EXTRA_PACKAGES } from '../../src/machines/emulated/packages/base';
import { HTTPD_PACKAGES } from '../../src/machines/emulated/packages/httpd';
import { installPackages } from '../../src/machines/emulated/packages/installed';
import { NGINX_PACKAGES } from '../../src/machines/emulated/packages/nginx';
import type { Package } from '../../src/machines/emulated/packages/package';
import { MIME_TYPES_FILE } from '../../src/machines/emulated/web/mime-types';

/** Commands of bash's own that are no programs of its package. */
const internal = [EXECUTE, OPEN_TARGET].map((name) => `/usr/bin/${name}`);

function contentOf(path: string): string {
  const lines = files[path];
  if (!lines) throw new Error(`no lines of ${path}`);
  return lines.map((line) => `${line}\n`).join('');
}

function readPackage({ image: _, files: laid, ...entry }: (typeof packages)[number]): Package {
  return {
    ...entry,
    ...(laid && {
      files: laid.map(({ path, mode, config }) => ({
        path,
        content: contentOf(path),
        ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
        ...(config && { config }),
      })),
    }),
  };
}

/** What stands on a disk: kind, mode, owner and content of each path. */
function listDisk(disk: Disk, directory = '/'): string[] {
  return disk.list(directory).flatMap((name) => {
    const path = `${directory === '/' ? '' : directory}/${name}`;
    const node = disk.findLink(path);
    if (!node || disk.isSymlink(path)) return [`${path} -> ${node && disk.linkTarget(path)}`];
    const facts = `${path} ${node.kind} ${node.mode.toString(8)} ${node.uid}:${node.gid} ${node.mtime.toISOString()}`;
    return node.kind === 'directory' ? [facts, ...listDisk(disk, path)] : [`${facts} ${disk.readText(path)}`];
  });
}

function layImage(machine: 'x86_64' | 'aarch64'): Disk {
  const disk = new Disk(undefined, () => new Date(image.built));
  for (const { path } of image.directories) disk.makeDirectory(path);
  for (const [path, target] of image.symlinks) disk.makeSymlink(target, path);
  for (const { path, copyOf } of image.files) disk.install(path, contentOf(copyOf ?? path));
  disk.install('/etc/rpm/platform', `${machine}-amazon-linux\n`);
  const { users, groups } = image;
  const rows = (lines: string[]) => lines.map((line) => `${line}\n`).join('');
  disk.install(
    '/etc/passwd',
    rows(
      users.map((user) =>
        [user.name, 'x', user.uid, user.gid, user.comment, user.home, user.shell].join(':'),
      ),
    ),
  );
  disk.install(
    '/etc/group',
    rows(groups.map(({ name, gid, members }) => [name, 'x', gid, members.join()].join(':'))),
  );
  for (const { path, mode, owner } of [...image.directories, ...image.files]) {
    if (mode !== undefined) disk.setMode(path, Number.parseInt(mode, 8));
    const user = users.find(({ name }) => name === owner);
    if (user) disk.setOwner(path, { uid: user.uid, gid: user.gid });
  }
  const own = packages.filter((entry) => entry.image).map(readPackage);
  installPackages(disk, own, 'System');
  for (const path of internal) disk.install(path, '#!/bin/sh\n', 0o755);
  for (const service of image.services)
    disk.makeSymlink(
      `/usr/lib/systemd/system/${service}.service`,
      `/etc/systemd/system/multi-user.target.wants/${service}.service`,
    );
  return disk;
}

test('the packages are those of the repository, in its order', () => {
  const repository = [...BASE_PACKAGES, ...EXTRA_PACKAGES, ...HTTPD_PACKAGES, ...NGINX_PACKAGES];
  expect(packages.map(readPackage)).toEqual(
    repository.map((entry) => ({
      ...entry,
      ...(entry.programs && { programs: entry.programs.filter((path) => !internal.includes(path)) }),
    })),
  );
});

test('the packages and services of the image are told from those of the repository', () => {
  const names = packages.filter((entry) => entry.image).map(({ name }) => name);
  expect(names).toEqual(BASE_PACKAGES.map(({ name }) => name));
  expect(image.services).toEqual(BASE_SERVICES);
});

test.each([
  ['x86_64', 'x86_64'],
  ['arm64', 'aarch64'],
] as const)('a disk laid out from the files is the image for %s', (architecture, machine) => {
  const known = new Disk(amazonLinux2023(architecture), () => new Date(0));
  expect(listDisk(layImage(machine))).toEqual(listDisk(known));
});

test('the types that web servers know are those of /etc/mime.types', () => {
  expect(contentOf('/etc/mime.types')).toBe(MIME_TYPES_FILE);
});

test('every file has its lines, and no lines are of no file', () => {
  const paths = [
    ...image.files.filter(({ copyOf }) => copyOf === undefined).map(({ path }) => path),
    ...packages.flatMap((entry) => (entry.files ?? []).map(({ path }) => path)),
  ];
  expect(Object.keys(files)).toEqual(paths.sort());
});
