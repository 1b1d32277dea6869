import { findGroup, findUser } from '../../system/users';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

const changeOwner: Program = (args, call) => {
  const { name: program, guest } = call;
  const words = args.filter((arg) => !arg.startsWith('-'));
  const recursive = args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === '--recursive');
  const follow = !args.some((arg) => /^-[a-zA-Z]*h/.test(arg) || arg === '--no-dereference');
  const reference = args.find((arg) => arg.startsWith('--reference='));
  const [spec = '', ...rest] = reference ? ['', ...words] : words;
  if (rest.length === 0)
    return fail(1, `${program}: missing operand\nTry '${program} --help' for more information.`);
  const ids = reference
    ? referenceIds(call, reference.slice('--reference='.length))
    : parseOwner(call, spec, program === 'chgrp');
  if (typeof ids === 'string') return fail(1, `${program}: ${ids}`);
  const missing: string[] = [];
  for (const word of rest) {
    const path = resolvePath(call, word);
    if (!guest.disk.has(path))
      missing.push(`${program}: cannot access '${word}': No such file or directory\n`);
    else change(call, path, ids, recursive, follow);
  }
  return missing.length === 0 ? succeed() : fail(1, missing.join(''));
};

/** Programs that give files to others. */
export const OWNERSHIP_PROGRAMS: Programs = { chown: changeOwner, chgrp: changeOwner };

type Ids = { uid?: number; gid?: number };

function parseOwner({ guest }: ProgramCall, spec: string, isGroup: boolean): Ids | string {
  const [userName = '', groupName] = isGroup ? ['', spec] : spec.split(/[:.]/);
  const ids: Ids = {};
  if (userName !== '') {
    const user = findUser(guest.disk, userName);
    if (user === undefined && !/^\d+$/.test(userName)) return `invalid user: ‘${spec}’`;
    ids.uid = user?.uid ?? Number(userName);
    if (groupName === '' && user) ids.gid = user.gid;
  }
  if (groupName !== undefined && groupName !== '') {
    const group = findGroup(guest.disk, groupName);
    if (group === undefined && !/^\d+$/.test(groupName)) return `invalid group: ‘${spec}’`;
    ids.gid = group?.gid ?? Number(groupName);
  }
  return ids;
}

function referenceIds(call: ProgramCall, path: string): Ids | string {
  const node = call.guest.disk.find(resolvePath(call, path));
  return node
    ? { uid: node.uid, gid: node.gid }
    : `failed to get attributes of '${path}': No such file or directory`;
}

function change(call: ProgramCall, path: string, ids: Ids, recursive: boolean, follow: boolean): void {
  const { disk } = call.guest;
  disk.setOwner(path, ids, follow);
  if (!recursive || disk.find(path)?.kind !== 'directory') return;
  for (const name of disk.list(path)) {
    const child = `${path === '/' ? '' : path}/${name}`;
    const isLink = disk.isSymlink(child);
    disk.setOwner(child, ids, false);
    if (!isLink) change(call, child, ids, true, false);
  }
}
