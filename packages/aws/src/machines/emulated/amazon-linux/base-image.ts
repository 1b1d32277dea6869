import image from '../../../../data/al2023/image.json';
import type { DiskSnapshot } from '../../disk-snapshot';
import type { Architecture, Edition } from '../../engine';
import { COMPLAIN } from '../commands/shell/complain';
import { EXECUTE } from '../commands/shell/execute';
import { LACK, LOOK_UP, TELL_TYPE } from '../commands/shell/lookup';
import { OPEN_TARGET } from '../commands/shell/open-target';
import { Disk } from '../disk/disk';
import { imagePrograms } from '../packages/distribution';
import { installPackages, installProgram } from '../packages/installed';
import { IMAGE_PACKAGES } from '../packages/repository';
import { writeGroups, writeUsers } from '../system/users';
import { textOf } from './text-files';

const RPM_ARCHITECTURES = { x86_64: 'x86_64', arm64: 'aarch64' } as const;

/**
 * What the minimal image lacks of the standard one, as far as services are concerned.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/ami-preinstalled-agent.html
 */
const ONLY_IN_STANDARD = ['amazon-ssm-agent'];

/**
 * Lays out the root volume of Amazon Linux 2023's image, as far as scripts see it: its users, files and programs.
 * No web server.
 */
export function buildAmazonLinux2023(
  architecture: Architecture,
  edition: Edition = 'standard',
): DiskSnapshot {
  const lacks = (name: string) => edition === 'minimal' && ONLY_IN_STANDARD.includes(name);
  // The image's files are older than every machine, whatever the clock of the embedded AWS says.
  const disk = new Disk(undefined, () => new Date(image.built));
  for (const { path } of image.directories) disk.makeDirectory(path);
  for (const [path, target] of image.symlinks) disk.makeSymlink(target, path);
  for (const { path, copyOf } of image.files) disk.install(path, textOf(copyOf ?? path));
  disk.install('/etc/rpm/platform', `${RPM_ARCHITECTURES[architecture]}-amazon-linux\n`);
  writeUsers(disk, image.users);
  writeGroups(disk, image.groups);
  giveAway(disk);
  installPackages(
    disk,
    IMAGE_PACKAGES.filter(({ name }) => !lacks(name)),
    'System',
  );
  for (const { program } of imagePrograms())
    installProgram(disk, program.startsWith('/') ? program : `/usr/bin/${program}`);
  // What bash does by itself and just-bash does not: commands of ours that no package has.
  for (const name of [COMPLAIN, EXECUTE, LACK, LOOK_UP, OPEN_TARGET, TELL_TYPE])
    disk.install(`/usr/bin/${name}`, '#!/bin/sh\n', 0o755);
  for (const service of image.services.filter((name) => !lacks(name)))
    disk.makeSymlink(
      `/usr/lib/systemd/system/${service}.service`,
      `/etc/systemd/system/multi-user.target.wants/${service}.service`,
    );
  return disk.snapshot();
}

/** Sets modes and owners when all stands: a directory that is made gives its mode to those above it. */
function giveAway(disk: Disk): void {
  for (const { path, mode, owner } of [...image.directories, ...image.files]) {
    if (mode !== undefined) disk.setMode(path, Number.parseInt(mode, 8));
    const user = image.users.find(({ name }) => name === owner);
    if (user) disk.setOwner(path, { uid: user.uid, gid: user.gid });
  }
}
