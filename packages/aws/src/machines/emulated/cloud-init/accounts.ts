import { z } from 'zod';
import type { Disk } from '../disk/disk';
import { findGroup, findUser } from '../system/users';

/** Of Amazon Linux's `cloud.cfg`. */
export const DEFAULT_USER = 'ec2-user';

const Names = z
  .union([z.string(), z.array(z.string())])
  .transform((names) => (typeof names === 'string' ? names.split(',') : names).map((name) => name.trim()));

const Rules = z
  .union([z.string(), z.array(z.string()), z.literal(false), z.null()])
  .transform((rules) => (typeof rules === 'string' ? [rules] : rules || []));

/** An entry of `users`. */
export const User = z.looseObject({
  name: z.string(),
  gecos: z.string().optional(),
  groups: Names.optional(),
  primary_group: z.string().optional(),
  homedir: z.string().optional(),
  shell: z.string().optional(),
  uid: z.union([z.string(), z.number()]).optional(),
  system: z.boolean().default(false),
  no_create_home: z.boolean().default(false),
  sudo: Rules.optional(),
  ssh_authorized_keys: z.union([z.string().transform((key) => [key]), z.array(z.string())]).default([]),
});

export type User = z.infer<typeof User>;

/** An entry of `groups`: its name, or that with its members. */
export const Groups = z
  .union([
    z.string().transform((names) => names.split(',').map((name) => name.trim())),
    z.array(z.union([z.string(), z.record(z.string(), Names)])),
    z.record(z.string(), z.union([Names, z.null()])).transform((groups) => [groups]),
  ])
  .transform((entries) =>
    entries.flatMap((entry): [string, string[]][] =>
      typeof entry === 'string'
        ? [[entry, []]]
        : Object.entries(entry).map(([name, members]) => [name, members ?? []]),
    ),
  );

export type Groups = z.infer<typeof Groups>;

/** The user that an image has from the start, by the name that `user` gives it; undefined where it keeps its own. */
export function renamedUser(user: string | Partial<User> | undefined): User | undefined {
  const given: Partial<User> = typeof user === 'string' ? { name: user } : (user ?? {});
  const { name } = given;
  if (name === undefined || name === DEFAULT_USER) return undefined;
  return {
    ...{ gecos: 'EC2 Default User', groups: ['adm', 'wheel', 'systemd-journal'], shell: '/bin/bash' },
    ...{ sudo: ['ALL=(ALL) NOPASSWD:ALL'], system: false, no_create_home: false, ssh_authorized_keys: [] },
    ...given,
    name,
  };
}

/** Groups and users as the commands that cloud-init runs for them. */
export function accountCommands(disk: Disk, groups: Groups, users: readonly (string | User)[]): string[][] {
  const made = users.filter(
    (user): user is User => typeof user !== 'string' && findUser(disk, user.name) === undefined,
  );
  const known = new Set(groups.map(([name]) => name));
  // cloud-init makes the groups of a user that are not there.
  const missing = made
    .flatMap(({ groups: of }) => of ?? [])
    .filter((name) => !known.has(name) && findGroup(disk, name) === undefined);
  return [
    ...[...known, ...new Set(missing)].map((name) => ['groupadd', '-f', name]),
    ...made.map(userCommand),
    ...groups.flatMap(([name, members]) => members.map((member) => ['usermod', '-aG', name, member])),
  ];
}

function userCommand(user: User): string[] {
  const option = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  return [
    'useradd',
    user.name,
    ...option('-c', user.gecos),
    ...option('-g', user.primary_group),
    ...option('-G', user.groups?.join(',')),
    ...option('-d', user.homedir),
    ...option('-s', user.shell),
    ...option('-u', user.uid),
    ...(user.system ? ['-r'] : []),
    ...(user.no_create_home || user.system ? ['-M'] : ['-m']),
  ];
}

const SUDOERS = '/etc/sudoers.d/90-cloud-init-users';

/** What users may run as others. */
export function writeSudoRules(disk: Disk, users: readonly (string | User)[]): void {
  for (const user of users) {
    if (typeof user === 'string' || user.sudo === undefined || user.sudo.length === 0) continue;
    const rules = user.sudo.map((rule) => `${user.name} ${rule}\n`).join('');
    disk.append(SUDOERS, `\n# User rules for ${user.name}\n${rules}`);
    disk.setMode(SUDOERS, 0o440);
  }
}

/** The keys with which a user is let in. */
export function writeAuthorizedKeys(disk: Disk, name: string, keys: readonly string[]): void {
  const user = findUser(disk, name);
  const folder = `${user?.home}/.ssh`;
  const file = `${folder}/authorized_keys`;
  const present = disk.has(file) ? disk.readText(file).split('\n') : [];
  const added = keys.filter((key) => !present.includes(key));
  if (user === undefined || added.length === 0) return;
  disk.makeDirectory(folder, 0o700);
  disk.append(file, added.map((key) => `${key}\n`).join(''));
  disk.setMode(folder, 0o700);
  disk.setMode(file, 0o600);
  for (const path of [folder, file]) disk.setOwner(path, { uid: user.uid, gid: user.gid });
}
