import { decodeBytesToUtf8 } from 'just-bash';
import type { Disk } from '../../disk/disk';
import type { Guest } from '../../system/guest';
import {
  findGroup,
  findUser,
  freeId,
  readGroups,
  readUsers,
  writeGroups,
  writeUsers,
} from '../../system/users';
import { fail, type Program, type Programs, succeed } from '../program';
import { parse } from './options';

const USERADD_WITH_VALUE = [
  ...['-d', '-g', '-G', '-s', '-u', '-c', '-k', '-e', '-f', '-p', '-K', '-b'],
  ...[
    '--skel',
    '--expiredate',
    '--password',
    '--key',
    '--base-dir',
    '--home-dir',
    '--shell',
    '--uid',
    '--gid',
    '--groups',
    '--comment',
  ],
];

const useradd: Program = (args, { guest }) => {
  const { flags, values, words } = parse(args, USERADD_WITH_VALUE);
  const [name] = words;
  if (name === undefined) return fail(2, 'Usage: useradd [options] LOGIN');
  const { disk } = guest;
  const users = readUsers(disk);
  if (users.some((user) => user.name === name)) return fail(9, `useradd: user '${name}' already exists`);
  const isSystem = flags.has('-r') || flags.has('--system');
  const uid = Number(
    values.get('-u') ??
      values.get('--uid') ??
      freeId(
        users.map((user) => user.uid),
        isSystem,
      ),
  );
  const groupName = values.get('-g') ?? values.get('--gid');
  const existing = groupName === undefined ? undefined : findGroup(disk, groupName);
  if (groupName !== undefined && existing === undefined)
    return fail(6, `useradd: group '${groupName}' does not exist`);
  const taken = readGroups(disk).map((group) => group.gid);
  const gid = existing?.gid ?? (taken.includes(uid) ? freeId(taken, isSystem) : uid);
  if (existing === undefined) {
    if (findGroup(disk, name))
      return fail(9, `useradd: group ${name} exists - if you want to add this user to that group, use -g.`);
    writeGroups(disk, [...readGroups(disk), { name, gid, members: [] }]);
  }
  const home = values.get('-d') ?? values.get('--home-dir') ?? `/home/${name}`;
  const shell = values.get('-s') ?? values.get('--shell') ?? '/bin/bash';
  const comment = values.get('-c') ?? values.get('--comment') ?? '';
  writeUsers(disk, [...users, { name, uid, gid, comment, home, shell }]);
  const noHome = flags.has('-M') || flags.has('--no-create-home') || (isSystem && !flags.has('-m'));
  if (!noHome && !disk.has(home)) makeHome(disk, home, { uid, gid });
  return joinGroups(guest, name, values.get('-G') ?? values.get('--groups'), 'useradd');
};

/** A home, with the files that every new one has. */
function makeHome(disk: Disk, home: string, ids: { uid: number; gid: number }): void {
  disk.makeDirectory(home, 0o700);
  disk.setOwner(home, ids);
  for (const file of disk.listIfAny('/etc/skel')) {
    disk.write(`${home}/${file}`, disk.read(`/etc/skel/${file}`).slice());
    disk.setOwner(`${home}/${file}`, ids);
  }
}

const USERMOD_WITH_VALUE = [
  ...['-G', '-aG', '-Ga', '-d', '-g', '-s', '-c', '-u', '-l', '-e', '-p', '-f'],
  ...['--groups', '--shell', '--home', '--uid', '--login', '--comment', '--gid'],
];

const usermod: Program = (args, { guest }) => {
  const { values, words } = parse(args, USERMOD_WITH_VALUE);
  const [name = ''] = words;
  const users = readUsers(guest.disk);
  const user = users.find((candidate) => candidate.name === name);
  if (user === undefined) return fail(6, `usermod: user '${name}' does not exist`);
  const primary = values.get('-g') ?? values.get('--gid');
  if (primary !== undefined && findGroup(guest.disk, primary) === undefined)
    return fail(6, `usermod: group '${primary}' does not exist`);
  const changed = {
    ...user,
    name: values.get('-l') ?? values.get('--login') ?? user.name,
    uid: Number(values.get('-u') ?? values.get('--uid') ?? user.uid),
    shell: values.get('-s') ?? values.get('--shell') ?? user.shell,
    home: values.get('-d') ?? values.get('--home') ?? user.home,
    comment: values.get('-c') ?? values.get('--comment') ?? user.comment,
    gid: primary === undefined ? user.gid : (findGroup(guest.disk, primary)?.gid ?? user.gid),
  };
  writeUsers(
    guest.disk,
    users.map((candidate) => (candidate === user ? changed : candidate)),
  );
  const groups = ['-aG', '-Ga', '-G', '--groups']
    .map((flag) => values.get(flag))
    .find((list) => list !== undefined);
  return joinGroups(guest, changed.name, groups, 'usermod');
};

const userdel: Program = (args, { guest }) => {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const users = readUsers(guest.disk);
  const user = users.find((candidate) => candidate.name === name);
  if (user === undefined) return fail(6, `userdel: user '${name}' does not exist`);
  writeUsers(
    guest.disk,
    users.filter((candidate) => candidate !== user),
  );
  if (args.includes('-r')) guest.disk.remove(user.home);
  return succeed();
};

/** `name:password` lines; passwords are not kept, since nobody logs in. */
const chpasswd: Program = (_, { guest, context }) => {
  const lines = decodeBytesToUtf8(context.stdin)
    .split('\n')
    .filter((line) => line !== '');
  const unknown = lines.findIndex((line) => findUser(guest.disk, line.split(':')[0] ?? '') === undefined);
  if (unknown < 0) return succeed();
  const name = lines[unknown]?.split(':')[0];
  return fail(
    1,
    `chpasswd: (user ${name}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\nchpasswd: (line ${unknown + 1}, user ${name}) password not changed`,
  );
};

/** `passwd` and `chage` for somebody: passwords are not kept, but who has one must be there. */
const ofUser: Program = (args, { guest, name }) => {
  const valued = ['-E', '-M', '-m', '-W', '-I', '-d', '-n', '-x', '-w', '-i'];
  const words = args.filter(
    (arg, at) => !arg.startsWith('-') && !(name === 'chage' && valued.includes(args[at - 1] ?? '')),
  );
  const user = words.at(-1) ?? 'root';
  if (findUser(guest.disk, user) !== undefined) return succeed();
  return fail(
    1,
    name === 'chage'
      ? `chage: user '${user}' does not exist in /etc/passwd`
      : `passwd: Unknown user name '${user}'.`,
  );
};

/** Programs that make and change users. */
export const USER_PROGRAMS: Programs = { useradd, usermod, userdel, chpasswd, passwd: ofUser, chage: ofUser };

/** Makes a user a member of the groups that a list names. */
function joinGroups(guest: Guest, user: string, list: string | undefined, program: string) {
  for (const name of list?.split(',') ?? []) {
    if (findGroup(guest.disk, name) === undefined)
      return fail(6, `${program}: group '${name}' does not exist`);
    writeGroups(
      guest.disk,
      readGroups(guest.disk).map((group) =>
        group.name === name && !group.members.includes(user)
          ? { ...group, members: [...group.members, user] }
          : group,
      ),
    );
  }
  return succeed();
}
