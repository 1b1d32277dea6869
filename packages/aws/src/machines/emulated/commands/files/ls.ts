import type { Inode } from '../../disk/inode';
import { monthName } from '../../system/months';
import { readGroups, readUsers } from '../../system/users';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';
import { describeMode } from './stat';

const HALF_YEAR = 182 * 24 * 3600 * 1000;
const BLOCK = 4096;

interface Entry {
  name: string;
  node: Inode;
  /** Of a symbolic link. */
  target: string | undefined;
}

/** `ls -l` and its kin, with the owners, sizes and times of the disk; without `-l` just-bash's own `ls` does. */
const ls: Program = async (args, call) => {
  const flags = new Set(args.filter((arg) => /^-[^-]/.test(arg)).flatMap((arg) => [...arg.slice(1)]));
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (!flags.has('l') && !flags.has('n')) {
    if (call.context.origCommand === undefined) throw new Error('the shell has no ls');
    const result = await call.context.origCommand(args);
    const says = (_: string, name: string) => `ls: cannot access '${name}': No such file or directory`;
    return {
      ...result,
      stderr: result.stderr.replace(/^ls: (?!cannot)(.+): No such file or directory$/gm, says),
    };
  }
  const missing: string[] = [];
  const files: Entry[] = [];
  const directories: string[] = [];
  for (const name of names.length === 0 ? ['.'] : names) {
    const path = resolvePath(call, name.replace(/(.)\/+$/, '$1'));
    const entry = readEntry(call, path, name);
    if (entry === undefined) missing.push(`ls: cannot access '${name}': No such file or directory\n`);
    else if (!flags.has('d') && call.guest.disk.find(path)?.kind === 'directory') directories.push(name);
    else files.push(entry);
  }
  const blocks: string[] = files.length === 0 ? [] : [files.map((entry) => row(call, entry, flags)).join('')];
  const isTitled = names.length > 1 || flags.has('R');
  const queue = [...directories];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const entries = readDirectory(call, name, flags);
    const total = entries.reduce((sum, { node }) => sum + blocksOf(node) * 4, 0);
    const rows = entries.map((entry) => row(call, entry, flags)).join('');
    blocks.push(`${isTitled ? `${name}:\n` : ''}total ${shownSize(total * 1024, flags, total)}\n${rows}`);
    if (flags.has('R'))
      queue.unshift(
        ...entries
          .filter(({ name: inner, node }) => node.kind === 'directory' && inner !== '.' && inner !== '..')
          .map((entry) => `${name?.replace(/\/$/, '')}/${entry.name}`),
      );
  }
  const text = blocks.join('\n');
  return missing.length === 0 ? succeed(text) : fail(2, missing.join(''), text);
};

export const LS_PROGRAMS: Programs = { ls };

function readDirectory(call: ProgramCall, name: string, flags: ReadonlySet<string>): Entry[] {
  const path = resolvePath(call, name);
  const all = call.guest.disk
    .list(path)
    .filter((inner) => flags.has('a') || flags.has('A') || !inner.startsWith('.'));
  const names = flags.has('a') ? ['.', '..', ...all] : all;
  const entries = names.flatMap(
    (inner) => readEntry(call, resolvePath(call, `${name}/${inner}`), inner) ?? [],
  );
  if (flags.has('t')) entries.sort((a, b) => b.node.mtime.getTime() - a.node.mtime.getTime());
  if (flags.has('S')) entries.sort((a, b) => sizeOf(b) - sizeOf(a));
  return flags.has('r') ? entries.reverse() : entries;
}

function readEntry({ guest: { disk } }: ProgramCall, path: string, name: string): Entry | undefined {
  const parent = disk.find(path.slice(0, path.lastIndexOf('/')) || '/');
  if (path !== '/' && parent?.kind !== 'directory') return undefined;
  const isLink = path !== '/' && disk.isSymlink(path);
  const node = isLink ? disk.findLink(path) : disk.find(path);
  return node && { name, node, target: isLink ? disk.linkTarget(path) : undefined };
}

function row({ guest }: ProgramCall, entry: Entry, flags: ReadonlySet<string>): string {
  const { node, name, target } = entry;
  const user = readUsers(guest.disk).find(({ uid }) => uid === node.uid)?.name ?? String(node.uid);
  const group = readGroups(guest.disk).find(({ gid }) => gid === node.gid)?.name ?? String(node.gid);
  const [owner, owners] = flags.has('n') ? [String(node.uid), String(node.gid)] : [user, group];
  const links = node.kind === 'directory' ? 2 : 1;
  const size = shownSize(sizeOf(entry), flags, sizeOf(entry)).padStart(6);
  const mark = flags.has('F') && node.kind === 'directory' ? '/' : '';
  const arrow = target === undefined ? '' : ` -> ${target}`;
  return `${describeMode(node)}. ${links} ${owner} ${owners} ${size} ${shownTime(node.mtime, guest.now())} ${name}${mark}${arrow}\n`;
}

function sizeOf({ node, target }: Entry): number {
  if (target !== undefined) return target.length;
  return node.kind === 'file' ? node.size : 0;
}

function blocksOf(node: Inode): number {
  return node.kind === 'file' ? Math.ceil(node.size / BLOCK) : 0;
}

function shownSize(bytes: number, flags: ReadonlySet<string>, plain: number): string {
  if (!flags.has('h')) return String(plain);
  const units = ['', 'K', 'M', 'G'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.ceil(size)}${units[unit]}`;
}

function shownTime(at: Date, now: Date): string {
  const day = `${monthName(at)} ${String(at.getUTCDate()).padStart(2)}`;
  const isOld = Math.abs(now.getTime() - at.getTime()) > HALF_YEAR;
  return isOld ? `${day}  ${at.getUTCFullYear()}` : `${day} ${at.toISOString().slice(11, 16)}`;
}
