import type { Disk } from '../disk/disk';

export interface User {
  name: string;
  uid: number;
  gid: number;
  comment: string;
  home: string;
  shell: string;
}

export interface Group {
  name: string;
  gid: number;
  members: readonly string[];
}

const PASSWD = '/etc/passwd';
const GROUP = '/etc/group';

export function readUsers(disk: Disk): User[] {
  return readRows(disk, PASSWD).map(([name = '', , uid, gid, comment = '', home = '/', shell = '']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    comment,
    home,
    shell,
  }));
}

export function readGroups(disk: Disk): Group[] {
  return readRows(disk, GROUP).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter((member) => member !== ''),
  }));
}

export function findUser(disk: Disk, nameOrId: string): User | undefined {
  return readUsers(disk).find((user) => user.name === nameOrId || String(user.uid) === nameOrId);
}

export function findGroup(disk: Disk, nameOrId: string): Group | undefined {
  return readGroups(disk).find((group) => group.name === nameOrId || String(group.gid) === nameOrId);
}

export function writeUsers(disk: Disk, users: readonly User[]): void {
  const rows = users.map(({ name, uid, gid, comment, home, shell }) =>
    [name, 'x', uid, gid, comment, home, shell].join(':'),
  );
  disk.write(PASSWD, `${rows.join('\n')}\n`);
}

export function writeGroups(disk: Disk, groups: readonly Group[]): void {
  const rows = groups.map(({ name, gid, members }) => [name, 'x', gid, members.join(',')].join(':'));
  disk.write(GROUP, `${rows.join('\n')}\n`);
}

/** The next free id for a user or group: below 1000 for those of services. */
export function freeId(taken: readonly number[], system: boolean): number {
  if (!system) return Math.max(999, ...taken.filter((id) => id >= 1000 && id < 60000)) + 1;
  let id = 999;
  while (taken.includes(id)) id -= 1;
  return id;
}

/** Adds a group and a user of that name, as a package's scriptlet does; what exists stays. */
export function ensureServiceUser(disk: Disk, user: User): void {
  const groups = readGroups(disk);
  if (!groups.some((group) => group.name === user.name))
    writeGroups(disk, [...groups, { name: user.name, gid: user.gid, members: [] }]);
  const users = readUsers(disk);
  if (!users.some((existing) => existing.name === user.name)) writeUsers(disk, [...users, user]);
}

function readRows(disk: Disk, path: string): string[][] {
  if (!disk.has(path)) return [];
  return disk
    .readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(':'));
}
