import type { Inode } from '../../disk/inode';
import { readGroups, readUsers } from '../../system/users';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

const KINDS: Readonly<Record<Inode['kind'], string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  device: 'character special file',
};

/** `stat -c FORMAT`: with the owners and times of the disk, which just-bash does not show. */
const stat: Program = async (args, call) => {
  const { context, guest } = call;
  let format: string | undefined;
  const names: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-c') format = args[++at];
    else if (/^(--format=|--printf=)/.test(arg)) format = arg.slice(arg.indexOf('=') + 1);
    else if (!arg.startsWith('-')) names.push(arg);
  }
  if (format === undefined)
    return context.origCommand ? await context.origCommand(args) : fail(1, 'stat: missing format');
  let text = '';
  let errors = '';
  for (const name of names) {
    const path = resolvePath(call, name);
    const node = guest.disk.find(path);
    if (node === undefined) errors += `stat: cannot statx '${name}': No such file or directory\n`;
    else text += `${fill(format, name, node, call)}\n`;
  }
  return errors === '' ? succeed(text) : fail(1, errors, text);
};

export const STAT_PROGRAMS: Programs = { stat };

function fill(format: string, name: string, node: Inode, { guest }: ProgramCall): string {
  const values: Record<string, () => string> = {
    n: () => name,
    s: () => String(node.kind === 'file' ? node.size : 0),
    a: () => node.mode.toString(8),
    u: () => String(node.uid),
    g: () => String(node.gid),
    U: () => readUsers(guest.disk).find(({ uid }) => uid === node.uid)?.name ?? 'UNKNOWN',
    G: () => readGroups(guest.disk).find(({ gid }) => gid === node.gid)?.name ?? 'UNKNOWN',
    A: () => describeMode(node),
    F: () => KINDS[node.kind],
    i: () => String(node.ino),
    Y: () => String(Math.floor(node.mtime.getTime() / 1000)),
    y: () => `${node.mtime.toISOString().replace('T', ' ').replace('Z', '000000')} +0000`,
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) =>
    letter === '%' ? '%' : (values[letter]?.() ?? whole),
  );
}

/** As in `drwxr-xr-x`. */
export function describeMode({ kind, mode }: Inode): string {
  const first = { file: '-', directory: 'd', symlink: 'l', device: 'c' }[kind];
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  const special = (at: number, bit: number, set: string) => {
    if (mode & bit) letters[at] = letters[at] === '-' ? set.toUpperCase() : set;
  };
  special(2, 0o4000, 's');
  special(5, 0o2000, 's');
  special(8, 0o1000, 't');
  return `${first}${letters.join('')}`;
}
