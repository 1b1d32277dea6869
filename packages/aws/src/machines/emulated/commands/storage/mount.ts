import type { ExecResult } from 'just-bash';
import { type Mount, readFstab, readMounts, writeMounts } from '../../system/mounts';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

/** File systems that are made of memory: a directory of the disk stands for one. */
const IN_MEMORY = new Set(['tmpfs', 'ramfs']);
/** Of the kernel itself. */
const OF_KERNEL = new Set([
  'proc',
  'sysfs',
  'devtmpfs',
  'devpts',
  'cgroup2',
  'debugfs',
  'tracefs',
  'securityfs',
]);

interface Request {
  all: boolean;
  bind: boolean;
  type: string | undefined;
  options: string;
  words: string[];
}

const mount: Program = (args, call) => {
  const request = readRequest(args);
  const { disk } = call.guest;
  if (request.all) return mountAll(call);
  const [first, second] = request.words;
  if (first === undefined)
    return succeed(
      readMounts(disk)
        .filter(({ type }) => request.type === undefined || type === request.type)
        .map(({ source, target, type, options }) => `${source} on ${target} type ${type} (${options})\n`)
        .join(''),
    );
  if (request.options.split(',').includes('remount')) return remount(call, second ?? first, request);
  if (request.bind || /\br?bind\b/.test(request.options)) return call.lacks('bind mounts (mount --bind)');
  if (second === undefined) {
    const known = readFstab(disk).find(({ source, target }) => source === first || target === first);
    if (known === undefined) return fail(1, `mount: ${first}: can't find in /etc/fstab.`);
    return mountOne(call, known);
  }
  return mountOne(call, {
    source: first,
    target: resolvePath(call, second),
    type: request.type ?? 'auto',
    options: request.options || 'rw',
  });
};

function readRequest(args: readonly string[]): Request {
  const request: Request = { all: false, bind: false, type: undefined, options: '', words: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-a' || arg === '--all') request.all = true;
    else if (arg === '--bind' || arg === '-B' || arg === '--rbind' || arg === '-R') request.bind = true;
    else if (arg === '-t' || arg === '--types') request.type = args[++at];
    else if (arg === '-o' || arg === '--options') request.options = args[++at] ?? '';
    else if (/^-t./.test(arg)) request.type = arg.slice(2);
    else if (/^-o./.test(arg)) request.options = arg.slice(2);
    else if (/^-[LU]$/.test(arg))
      request.words.push(`${arg === '-L' ? 'LABEL' : 'UUID'}=${args[++at] ?? ''}`);
    else if (!arg.startsWith('-')) request.words.push(arg);
  }
  return request;
}

function mountAll(call: ProgramCall): ExecResult {
  const mounted = new Set(readMounts(call.guest.disk).map(({ target }) => target));
  for (const entry of readFstab(call.guest.disk)) {
    if (entry.type === 'swap' || mounted.has(entry.target) || entry.options.split(',').includes('noauto'))
      continue;
    const result = mountOne(call, entry);
    if (result.exitCode !== 0) return result;
  }
  return succeed();
}

function mountOne(call: ProgramCall, entry: Mount): ExecResult {
  const { disk } = call.guest;
  if (disk.find(entry.target)?.kind !== 'directory')
    return fail(32, `mount: ${entry.target}: mount point does not exist.`);
  const mounts = readMounts(disk);
  if (OF_KERNEL.has(entry.type)) return succeed();
  if (/\br?bind\b/.test(entry.options)) return call.lacks(`bind mounts (${entry.source} on ${entry.target})`);
  if (!IN_MEMORY.has(entry.type)) return call.lacks(nameVolume(entry));
  if (disk.list(entry.target).length > 0)
    return call.lacks(`mounts over a directory that is not empty (${entry.target})`);
  writeMounts(disk, [
    ...mounts,
    { ...entry, options: entry.options === 'defaults' ? 'rw,relatime' : entry.options },
  ]);
  return succeed();
}

function nameVolume({ source, type }: Mount): string {
  return ['nfs', 'nfs4', 'efs', 'cifs', 'fuse', 's3fs'].includes(type) || source.includes(':')
    ? `file systems of others (${type === 'auto' ? source : `${type} ${source}`})`
    : `second disk (${source})`;
}

function remount(call: ProgramCall, target: string, { options }: Request): ExecResult {
  const { disk } = call.guest;
  const mounts = readMounts(disk);
  const found = mounts.find((entry) => entry.target === target);
  if (found === undefined) return fail(32, `mount: ${target}: mount point not mounted or bad option.`);
  const added = options.split(',').filter((option) => option !== 'remount');
  const changed = { ...found, options: [...found.options.split(','), ...added].join(',') };
  writeMounts(
    disk,
    mounts.map((entry) => (entry === found ? changed : entry)),
  );
  return succeed();
}

const umount: Program = (args, call) => {
  const { disk } = call.guest;
  for (const word of args.filter((arg) => !arg.startsWith('-'))) {
    const path = resolvePath(call, word);
    const mounts = readMounts(disk);
    const found = mounts.find(({ source, target }) => target === path || source === word);
    if (found === undefined) return fail(32, `umount: ${word}: not mounted.`);
    if (found.target === '/') return fail(32, 'umount: /: target is busy.');
    for (const name of disk.listIfAny(found.target)) disk.remove(`${found.target}/${name}`);
    writeMounts(
      disk,
      mounts.filter((entry) => entry !== found),
    );
  }
  return succeed();
};

const mountpoint: Program = (args, call) => {
  const word = args.find((arg) => !arg.startsWith('-')) ?? '';
  const path = resolvePath(call, word);
  const isQuiet = args.some((arg) => /^-[a-z]*q|^--quiet$/.test(arg));
  if (!call.guest.disk.has(path))
    return fail(1, isQuiet ? '' : `mountpoint: ${word}: No such file or directory`);
  const isMounted = readMounts(call.guest.disk).some(({ target }) => target === path);
  if (isMounted) return succeed(isQuiet ? '' : `${word} is a mountpoint\n`);
  return fail(32, '', isQuiet ? '' : `${word} is not a mountpoint\n`);
};

const findmnt: Program = (args, call) => {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.some((flag) => !/^-[nrlvM]+$|^--(?:noheadings|raw|list|mountpoint|target)$|^-T$/.test(flag)))
    return call.lacks(`findmnt ${flags.join(' ')}`);
  const word = args.find((arg) => !arg.startsWith('-'));
  const found = readMounts(call.guest.disk).filter(
    ({ source, target }) => word === undefined || target === word || source === word,
  );
  if (found.length === 0) return fail(1);
  const head = flags.some((flag) => /^-[a-z]*n|noheadings/.test(flag))
    ? ''
    : 'TARGET SOURCE     FSTYPE OPTIONS\n';
  const rows = found.map(
    ({ source, target, type, options }) => `${target.padEnd(6)} ${source} ${type.padEnd(6)} ${options}\n`,
  );
  return succeed(`${head}${rows.join('')}`);
};

/** Programs that mount what is no second disk, and show what is mounted. */
export const MOUNT_PROGRAMS: Programs = { mount, umount, mountpoint, findmnt };
