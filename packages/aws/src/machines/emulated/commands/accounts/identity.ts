import type { ExecResult } from 'just-bash';
import { findUser, readGroups } from '../../system/users';
import { fail, type Program, type ProgramCall, type Programs, succeed } from '../program';

const id: Program = (args, call) => {
  const { guest } = call;
  const flags = args
    .filter((arg) => arg.startsWith('-'))
    .join('')
    .replace(/-/g, '');
  const name = args.find((arg) => !arg.startsWith('-')) ?? currentUser(call);
  const user = findUser(guest.disk, name);
  if (user === undefined) return fail(1, `id: ‘${name}’: no such user`);
  const groups = readGroups(guest.disk);
  const primary = groups.find(({ gid }) => gid === user.gid) ?? {
    name: String(user.gid),
    gid: user.gid,
    members: [],
  };
  const all = [
    primary,
    ...groups.filter((group) => group.gid !== user.gid && group.members.includes(user.name)),
  ];
  const named = flags.includes('n');
  if (flags.includes('u')) return succeed(`${named ? user.name : user.uid}\n`);
  if (flags.includes('g')) return succeed(`${named ? primary.name : primary.gid}\n`);
  if (flags.includes('G'))
    return succeed(`${all.map((group) => (named ? group.name : group.gid)).join(' ')}\n`);
  const list = all.map((group) => `${group.gid}(${group.name})`).join(',');
  return succeed(`uid=${user.uid}(${user.name}) gid=${primary.gid}(${primary.name}) groups=${list}\n`);
};

/** `getent passwd|group|hosts [key]`. */
const getent: Program = (args, { guest }) => {
  const [database = '', ...keys] = args.filter((arg) => !arg.startsWith('-'));
  const file = { passwd: '/etc/passwd', group: '/etc/group', hosts: '/etc/hosts' }[database];
  if (file === undefined) return fail(1, `Unknown database: ${database}`);
  const rows = guest.disk
    .readText(file)
    .split('\n')
    .filter((row) => row !== '');
  const fields = (row: string) =>
    database === 'hosts' ? row.split(/\s+/) : row.split(':').filter((_, at) => at === 0 || at === 2);
  const found = keys.map((key) => rows.find((row) => fields(row).includes(key)));
  const text = (keys.length === 0 ? rows : found)
    .flatMap((row) => (row === undefined ? [] : [`${row}\n`]))
    .join('');
  return found.includes(undefined) ? fail(2, '', text) : succeed(text);
};

const whoami: Program = (_, call) => succeed(`${currentUser(call)}\n`);

const groups: Program = (args, call) => {
  const [name] = args;
  const listed = id(['-Gn', ...args], call) as ExecResult;
  if (listed.exitCode !== 0) return fail(1, `groups: ‘${name}’: no such user`);
  return name === undefined ? listed : succeed(`${name} : ${listed.stdout}`);
};

/** Programs that say who is who. */
export const IDENTITY_PROGRAMS: Programs = { id, whoami, groups, getent };

/** The user that `su` and `sudo` made: rights are always root's, but names and homes are not. */
export function currentUser({ guest, context }: ProgramCall): string {
  const name = context.exportedEnv?.LOGNAME ?? 'root';
  return findUser(guest.disk, name) ? name : 'root';
}
