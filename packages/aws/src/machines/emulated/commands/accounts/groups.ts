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

/** Programs that make and remove groups. */
export const GROUP_PROGRAMS: Programs = { groupadd, groupdel };
