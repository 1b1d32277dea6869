import { findGroup, freeId, readGroups, readUsers, writeGroups } from '../../system/users';
import { fail, type Program, type Programs, succeed } from '../program';
import { parse } from './options';

const groupadd: Program = (args, { guest }) => {
  const { flags, values, words } = parse(args, ['-g', '--gid']);
  const [name] = words;
  if (name === undefined) return fail(2, 'Usage: groupadd [options] GROUP');
  const groups = readGroups(guest.disk);
  if (groups.some((group) => group.name === name)) {
    return flags.has('-f') || flags.has('--force')
      ? succeed()
      : fail(9, `groupadd: group '${name}' already exists`);
  }
  const isSystem = flags.has('-r') || flags.has('--system');
  const gid = Number(
    values.get('-g') ??
      values.get('--gid') ??
      freeId(
        groups.map((group) => group.gid),
        isSystem,
      ),
  );
  writeGroups(guest.disk, [...groups, { name, gid, members: [] }]);
  return succeed();
};

const groupdel: Program = (args, { guest }) => {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const group = findGroup(guest.disk, name);
  if (group === undefined) return fail(6, `groupdel: group '${name}' does not exist`);
  const owner = readUsers(guest.disk).find(({ gid }) => gid === group.gid);
  if (owner) return fail(8, `groupdel: cannot remove the primary group of user '${owner.name}'`);
  writeGroups(
    guest.disk,
    readGroups(guest.disk).filter((candidate) => candidate.name !== group.name),
  );
  return succeed();
};

const groupmod: Program = (args, { guest: { disk } }) => {
  const { values, words } = parse(args, ['-n', '-g', '--new-name', '--gid']);
  const group = findGroup(disk, words[0] ?? '');
  if (group === undefined) return fail(6, `groupmod: group '${words[0] ?? ''}' does not exist`);
  const name = values.get('-n') ?? values.get('--new-name') ?? group.name;
  const gid = Number(values.get('-g') ?? values.get('--gid') ?? group.gid);
  writeGroups(
    disk,
    readGroups(disk).map((one) => (one.name === group.name ? { ...one, name, gid } : one)),
  );
  return succeed();
};

/** `gpasswd -a user group` and `-d`. */
const gpasswd: Program = (args, { guest: { disk }, lacks }) => {
  const { flags, values, words } = parse(args, ['-a', '-d', '--add', '--delete']);
  const added = values.get('-a') ?? values.get('--add');
  const removed = values.get('-d') ?? values.get('--delete');
  if (flags.size > 0 || (added ?? removed) === undefined) return lacks(`gpasswd ${args.join(' ')}`);
  const group = findGroup(disk, words[0] ?? '');
  if (group === undefined) return fail(3, `gpasswd: group '${words[0] ?? ''}' does not exist in /etc/group`);
  const user = added ?? removed ?? '';
  if (!readUsers(disk).some(({ name }) => name === user))
    return fail(3, `gpasswd: user '${user}' does not exist`);
  const others = group.members.filter((member) => member !== user);
  const members = added === undefined ? others : [...others, user];
  writeGroups(
    disk,
    readGroups(disk).map((one) => (one.name === group.name ? { ...one, members } : one)),
  );
  return succeed(
    `${added === undefined ? 'Removing' : 'Adding'} user ${user} ${added === undefined ? 'from' : 'to'} group ${group.name}\n`,
  );
};

/** Programs that make, change and remove groups. */
export const GROUP_PROGRAMS: Programs = { groupadd, groupdel, groupmod, gpasswd };
