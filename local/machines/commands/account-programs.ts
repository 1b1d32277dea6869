import { decodeBytesToUtf8, type ExecResult } from 'just-bash';
import {
  findGroup,
  findUser,
  freeId,
  readGroups,
  readUsers,
  type User,
  writeGroups,
  writeUsers,
} from '../users';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  quoteWord,
  resolvePath,
  runCommand,
  runText,
  succeed,
} from './program';

const id: Program = (args, call) => {
  const { system } = call;
  const flags = args
    .filter((arg) => arg.startsWith('-'))
    .join('')
    .replace(/-/g, '');
  const name = args.find((arg) => !arg.startsWith('-')) ?? currentUser(call);
  const user = findUser(system.disk, name);
  if (user === undefined) return fail(1, `id: ‘${name}’: no such user`);
  const groups = readGroups(system.disk);
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

const useradd: Program = (args, { system }) => {
  const { flags, values, words } = parse(args, [
    '-d',
    '-g',
    '-G',
    '-s',
    '-u',
    '-c',
    '--home-dir',
    '--shell',
    '--uid',
    '--gid',
    '--groups',
    '--comment',
  ]);
  const [name] = words;
  if (name === undefined) return fail(2, 'Usage: useradd [options] LOGIN');
  const { disk } = system;
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
  if (!noHome && !disk.has(home)) {
    disk.makeDirectory(home, 0o700);
    disk.setOwner(home, { uid, gid });
    for (const file of disk.listIfAny('/etc/skel')) {
      disk.write(`${home}/${file}`, disk.read(`/etc/skel/${file}`).slice());
      disk.setOwner(`${home}/${file}`, { uid, gid });
    }
  }
  return joinGroups(system, name, values.get('-G') ?? values.get('--groups'), 'useradd');
};

const usermod: Program = (args, { system }) => {
  const { values, words } = parse(args, [
    '-G',
    '-aG',
    '-d',
    '-g',
    '-s',
    '-c',
    '--groups',
    '--shell',
    '--home',
  ]);
  const [name = ''] = words;
  const users = readUsers(system.disk);
  const user = users.find((candidate) => candidate.name === name);
  if (user === undefined) return fail(6, `usermod: user '${name}' does not exist`);
  const primary = values.get('-g');
  const changed = {
    ...user,
    shell: values.get('-s') ?? values.get('--shell') ?? user.shell,
    home: values.get('-d') ?? values.get('--home') ?? user.home,
    comment: values.get('-c') ?? user.comment,
    gid: primary === undefined ? user.gid : (findGroup(system.disk, primary)?.gid ?? user.gid),
  };
  writeUsers(
    system.disk,
    users.map((candidate) => (candidate === user ? changed : candidate)),
  );
  return joinGroups(system, name, values.get('-aG') ?? values.get('-G') ?? values.get('--groups'), 'usermod');
};

const userdel: Program = (args, { system }) => {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const users = readUsers(system.disk);
  const user = users.find((candidate) => candidate.name === name);
  if (user === undefined) return fail(6, `userdel: user '${name}' does not exist`);
  writeUsers(
    system.disk,
    users.filter((candidate) => candidate !== user),
  );
  if (args.includes('-r')) system.disk.remove(user.home);
  return succeed();
};

const groupadd: Program = (args, { system }) => {
  const { flags, values, words } = parse(args, ['-g', '--gid']);
  const [name] = words;
  if (name === undefined) return fail(2, 'Usage: groupadd [options] GROUP');
  const groups = readGroups(system.disk);
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
  writeGroups(system.disk, [...groups, { name, gid, members: [] }]);
  return succeed();
};

const groupdel: Program = (args, { system }) => {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const group = findGroup(system.disk, name);
  if (group === undefined) return fail(6, `groupdel: group '${name}' does not exist`);
  const owner = readUsers(system.disk).find(({ gid }) => gid === group.gid);
  if (owner) return fail(8, `groupdel: cannot remove the primary group of user '${owner.name}'`);
  writeGroups(
    system.disk,
    readGroups(system.disk).filter((candidate) => candidate.name !== group.name),
  );
  return succeed();
};

/** `name:password` lines; passwords are not kept, since nobody logs in. */
const chpasswd: Program = (_, { system, context }) => {
  const lines = decodeBytesToUtf8(context.stdin)
    .split('\n')
    .filter((line) => line !== '');
  const unknown = lines.findIndex((line) => findUser(system.disk, line.split(':')[0] ?? '') === undefined);
  if (unknown < 0) return succeed();
  const name = lines[unknown]?.split(':')[0];
  return fail(
    1,
    `chpasswd: (user ${name}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\nchpasswd: (line ${unknown + 1}, user ${name}) password not changed`,
  );
};

/** `getent passwd|group|hosts [key]`. */
const getent: Program = (args, { system }) => {
  const [database = '', ...keys] = args.filter((arg) => !arg.startsWith('-'));
  const file = { passwd: '/etc/passwd', group: '/etc/group', hosts: '/etc/hosts' }[database];
  if (file === undefined) return fail(1, `Unknown database: ${database}`);
  const rows = system.disk
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

const changeOwner: Program = (args, call) => {
  const { name: program, system } = call;
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
    if (!system.disk.has(path))
      missing.push(`${program}: cannot access '${word}': No such file or directory\n`);
    else change(call, path, ids, recursive, follow);
  }
  return missing.length === 0 ? succeed() : fail(1, missing.join(''));
};

const whoami: Program = (_, call) => succeed(`${currentUser(call)}\n`);

const groups: Program = (args, call) => {
  const [name] = args;
  const listed = id(['-Gn', ...args], call) as ExecResult;
  if (listed.exitCode !== 0) return fail(1, `groups: ‘${name}’: no such user`);
  return name === undefined ? listed : succeed(`${name} : ${listed.stdout}`);
};

const SUDO_WITH_VALUE = new Set([
  '-u',
  '-g',
  '-C',
  '-D',
  '-h',
  '-p',
  '-r',
  '-t',
  '-U',
  '--user',
  '--group',
  '--chdir',
]);

const sudo: Program = async (args, call) => {
  const words = [...args];
  let user = 'root';
  let isLogin = false;
  let isShell = false;
  let directory: string | undefined;
  while (words[0]?.startsWith('-')) {
    const flag = words.shift() ?? '';
    if (flag === '--') break;
    if (['-l', '-v', '-k', '-K', '-V'].includes(flag)) return succeed();
    const long = /^--(user|chdir)=(.*)$/.exec(flag);
    // A value may stand in the same word, as in `-uapache` and `-iu apache`.
    const letter = /^-[A-Za-z]*?([ugCDhprtU])(.*)$/.exec(flag);
    const value =
      long?.[2] ?? (letter?.[2] || (letter || SUDO_WITH_VALUE.has(flag) ? words.shift() : undefined));
    if (long?.[1] === 'user' || flag === '--user' || letter?.[1] === 'u') user = value ?? user;
    if (long?.[1] === 'chdir' || flag === '--chdir' || letter?.[1] === 'D') directory = value;
    isLogin ||= flag === '--login' || /^-[A-Za-z]*?i/.test(flag.replace(/[ugCDhprtU].*$/, ''));
    isShell ||= flag === '--shell' || /^-[A-Za-z]*?s/.test(flag.replace(/[ugCDhprtU].*$/, ''));
  }
  const target = findUser(call.system.disk, user.replace(/^#/, ''));
  if (target === undefined)
    return fail(1, `sudo: unknown user ${user}\nsudo: error initializing audit plugin sudoers_audit`);
  const assigned: Record<string, string> = {};
  while (/^\w+=/.test(words[0] ?? '')) Object.assign(assigned, assignment(words.shift() ?? ''));
  if (words.length === 0 && !isLogin && !isShell)
    return fail(1, 'usage: sudo -h | -K | -k | -V\nusage: sudo [-u user] [command]');
  const as = actAs(call, target, { SUDO_USER: currentUser(call), SUDO_UID: '0', SUDO_GID: '0', ...assigned });
  if (words.length === 0) return await runText(as, 'bash', { cwd: homeOf(as, target, isLogin) });
  const result = await runCommand(as, words, directory ?? homeOf(as, target, isLogin));
  const missing = result.exitCode === 127 && result.stderr.includes('command not found');
  return missing ? { ...result, exitCode: 1, stderr: `sudo: ${words[0]}: command not found\n` } : result;
};

/** Everything runs as root here; what `su` changes is the user that must exist, the home and the directory. */
const su: Program = async (args, call) => {
  const words = [...args];
  let command: string | undefined;
  let name: string | undefined;
  let login = false;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (/^-[a-z]*c$/.test(word) || word === '--command') {
      command = words.shift();
      login ||= word.includes('l');
    } else if (word.startsWith('--command=')) command = word.slice('--command='.length);
    else if (word === '-' || /^-l/.test(word) || word === '--login') {
      login = true;
    } else if (['-s', '-u', '-g', '-G', '--shell', '--user'].includes(word)) {
      const value = words.shift();
      if (word === '-u' || word === '--user') name = value;
    } else if (word === '--') command = words.splice(0).map(quoteWord).join(' ');
    else if (!word.startsWith('-') && name === undefined) name = word;
    // `runuser -u user command…` needs no `--`.
    else if (!word.startsWith('-')) command = [word, ...words.splice(0)].map(quoteWord).join(' ');
  }
  const user = findUser(call.system.disk, name ?? 'root');
  if (user === undefined)
    return fail(
      1,
      `${call.name}: user ${name} does not exist or the user entry does not contain all the required fields`,
    );
  const as = actAs(call, user, {});
  return await runText(as, command ?? 'bash', { cwd: homeOf(as, user, login) });
};

export const ACCOUNT_PROGRAMS: Programs = {
  id,
  useradd,
  usermod,
  userdel,
  groupadd,
  groupdel,
  chpasswd,
  getent,
  passwd: () => succeed(),
  chown: changeOwner,
  chgrp: changeOwner,
  sudo,
  su,
  whoami,
  groups,
  runuser: su,
};

interface Parsed {
  flags: Set<string>;
  values: Map<string, string>;
  words: string[];
}

function parse(args: readonly string[], withValue: readonly string[]): Parsed {
  const parsed: Parsed = { flags: new Set(), values: new Map(), words: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, long, value] = /^(--[\w-]+)=(.*)$/.exec(arg) ?? [];
    if (long !== undefined && value !== undefined) parsed.values.set(long, value);
    else if (withValue.includes(arg)) parsed.values.set(arg, args[++at] ?? '');
    else if (arg.startsWith('-'))
      for (const letter of arg.startsWith('--') ? [arg] : arg.slice(1))
        parsed.flags.add(arg.startsWith('--') ? arg : `-${letter}`);
    else parsed.words.push(arg);
  }
  return parsed;
}

function joinGroups(system: ProgramCall['system'], user: string, list: string | undefined, program: string) {
  for (const name of list?.split(',') ?? []) {
    if (findGroup(system.disk, name) === undefined)
      return fail(6, `${program}: group '${name}' does not exist`);
    writeGroups(
      system.disk,
      readGroups(system.disk).map((group) =>
        group.name === name && !group.members.includes(user)
          ? { ...group, members: [...group.members, user] }
          : group,
      ),
    );
  }
  return succeed();
}

type Ids = { uid?: number; gid?: number };

function parseOwner({ system }: ProgramCall, spec: string, isGroup: boolean): Ids | string {
  const [userName = '', groupName] = isGroup ? ['', spec] : spec.split(/[:.]/);
  const ids: Ids = {};
  if (userName !== '') {
    const user = findUser(system.disk, userName);
    if (user === undefined && !/^\d+$/.test(userName)) return `invalid user: ‘${spec}’`;
    ids.uid = user?.uid ?? Number(userName);
    if (groupName === '' && user) ids.gid = user.gid;
  }
  if (groupName !== undefined && groupName !== '') {
    const group = findGroup(system.disk, groupName);
    if (group === undefined && !/^\d+$/.test(groupName)) return `invalid group: ‘${spec}’`;
    ids.gid = group?.gid ?? Number(groupName);
  }
  return ids;
}

function referenceIds(call: ProgramCall, path: string): Ids | string {
  const node = call.system.disk.find(resolvePath(call, path));
  return node
    ? { uid: node.uid, gid: node.gid }
    : `failed to get attributes of '${path}': No such file or directory`;
}

function change(call: ProgramCall, path: string, ids: Ids, recursive: boolean, follow: boolean): void {
  const { disk } = call.system;
  disk.setOwner(path, ids, follow);
  if (!recursive || disk.find(path)?.kind !== 'directory') return;
  for (const name of disk.list(path)) {
    const child = `${path === '/' ? '' : path}/${name}`;
    const isLink = disk.isSymlink(child);
    disk.setOwner(child, ids, false);
    if (!isLink) change(call, child, ids, true, false);
  }
}

/** The user that `su` and `sudo` made: rights are always root's, but names and homes are not. */
function currentUser({ system, context }: ProgramCall): string {
  const name = context.exportedEnv?.LOGNAME ?? 'root';
  return findUser(system.disk, name) ? name : 'root';
}

function actAs(call: ProgramCall, user: User, variables: Record<string, string>): ProgramCall {
  const own = { HOME: user.home, USER: user.name, LOGNAME: user.name };
  const exportedEnv = { ...call.context.exportedEnv, ...own, ...variables };
  return { ...call, context: { ...call.context, exportedEnv } };
}

function homeOf({ system, context }: ProgramCall, user: User, isLogin: boolean): string {
  return isLogin && system.disk.has(user.home) ? user.home : context.cwd;
}

function assignment(word: string): Record<string, string> {
  const equals = word.indexOf('=');
  return { [word.slice(0, equals)]: word.slice(equals + 1) };
}
