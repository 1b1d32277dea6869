import { type ExecResult, latin1FromBytes } from 'just-bash';
import type { Disk } from '../../disk/disk';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

/** `cp`, with what `-a` and `-p` keep: owner, group, mode and time. */
const cp: Program = async (args, call) => {
  const words: string[] = [];
  const flags = new Set<string>();
  for (const arg of args) {
    if (arg.startsWith('--preserve') || arg === '--archive')
      for (const flag of arg === '--archive' ? 'rp' : 'p') flags.add(flag);
    else if (arg === '--recursive') flags.add('r');
    else if (arg === '--no-clobber') flags.add('n');
    else if (arg === '--force' || arg === '--verbose') flags.add(arg[2] ?? '');
    else if (/^-[^-]/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
    else words.push(arg);
  }
  const keeps = flags.has('a') || flags.has('p');
  const isRecursive = flags.has('a') || flags.has('r') || flags.has('R');
  const shown = [
    ...(isRecursive ? ['-r'] : []),
    ...['v', 'n', 'f', 'i'].filter((flag) => flags.has(flag) && flag !== 'i').map((flag) => `-${flag}`),
  ];
  const { disk } = call.guest;
  const target = resolvePath(call, words.at(-1) ?? '');
  const isDirectory = disk.find(target)?.kind === 'directory' && !flags.has('T');
  const result = await original(call, [...shown, ...words]);
  if (!keeps) return result;
  for (const word of words.slice(0, -1)) {
    const source = resolvePath(call, word);
    const isContent = /(^|\/)\.$/.test(word);
    const copy = isDirectory && !isContent ? `${target}/${source.split('/').at(-1)}` : target;
    keepAttributes(disk, source, copy);
  }
  return result;
};

function keepAttributes(disk: Disk, from: string, to: string): void {
  const [source, copy] = [disk.find(from), disk.find(to)];
  if (source === undefined || copy === undefined || disk.isSymlink(to)) return;
  if (source.kind === 'directory' && copy.kind === 'directory')
    for (const name of disk.list(from))
      if (disk.has(`${to}/${name}`)) keepAttributes(disk, `${from}/${name}`, `${to}/${name}`);
  disk.setOwner(to, { uid: source.uid, gid: source.gid });
  disk.setMode(to, source.mode);
  disk.setModified(to, source.mtime);
}

/** `-I{}`, `-n1` and such as two words each, as just-bash wants them. */
const xargs: Program = async (args, call) => {
  const words: string[] = [];
  let isCommand = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const joined = /^-([InPLsad])(.+)$/.exec(arg);
    if (isCommand) words.push(arg);
    else if (joined) words.push(`-${joined[1]}`, joined[2] ?? '');
    else if (/^-[InPLsad]$/.test(arg)) words.push(arg, args[++at] ?? '');
    else {
      isCommand = !arg.startsWith('-');
      words.push(arg);
    }
  }
  return await original(call, words);
};

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  KB: 1000,
  MB: 1000 ** 2,
};
function parseSize(text: string): number {
  const match = /^(\d+)([KMG]?B?)(?:iB)?$/i.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2]?.toUpperCase() ?? ''] ?? 1) : Number.NaN;
}

function setSize(call: ProgramCall, file: string, size: number, shrinks: boolean): ExecResult {
  const { disk } = call.guest;
  const path = resolvePath(call, file);
  if (size > disk.freeBytes) return fail(1, `${call.name}: ${call.name} failed: No space left on device`);
  if (!disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(1, `${call.name}: cannot open '${file}' for writing: No such file or directory`);
  const node = disk.find(path);
  if (node?.kind === 'file' && node.size >= size && !shrinks) return succeed();
  disk.setSize(path, size);
  return succeed();
}

const truncate: Program = (args, call) => {
  const joined = args.flatMap((arg) => /^(?:-s|--size=)(.+)$/.exec(arg)?.[1] ?? []);
  const at = args.indexOf('-s');
  const size = parseSize(joined[0] ?? args[at + 1] ?? '');
  const files = args.filter((arg, index) => !arg.startsWith('-') && !(at >= 0 && index === at + 1));
  if (Number.isNaN(size)) return fail(1, `truncate: Invalid number: ‘${args[at + 1] ?? ''}’`);
  return (
    files.map((file) => setSize(call, file, size, true)).find(({ exitCode }) => exitCode !== 0) ?? succeed()
  );
};

const fallocate: Program = (args, call) => {
  const at = args.findIndex((arg) => arg === '-l' || arg === '--length');
  const size = parseSize(args[at + 1] ?? '');
  const file = args.find((arg, index) => !arg.startsWith('-') && index !== at + 1);
  if (file === undefined || Number.isNaN(size)) return fail(1, 'fallocate: no length argument specified');
  return setSize(call, file, size, false);
};

const cmp: Program = (args, call) => {
  const isSilent = args.includes('-s') || args.includes('--silent') || args.includes('--quiet');
  const names = args.filter((arg) => arg === '-' || !arg.startsWith('-'));
  const contents: Uint8Array[] = [];
  for (const name of names) {
    const path = resolvePath(call, name);
    if (name !== '-' && call.guest.disk.find(path)?.kind !== 'file')
      return fail(2, isSilent ? '' : `cmp: ${name}: No such file or directory`);
    contents.push(
      name === '-' ? Buffer.from(latin1FromBytes(call.context.stdin), 'latin1') : call.guest.disk.read(path),
    );
  }
  const [a = new Uint8Array(), b = new Uint8Array()] = contents;
  const at = a.findIndex((byte, index) => byte !== b[index]);
  if (at < 0 && a.length === b.length) return succeed();
  const line = Buffer.from(a.subarray(0, Math.max(0, at)))
    .toString('latin1')
    .split('\n').length;
  if (isSilent) return fail(1);
  return at >= 0 && at < b.length
    ? fail(1, '', `${names.join(' ')} differ: byte ${at + 1}, line ${line}\n`)
    : fail(1, `cmp: EOF on ${names[a.length < b.length ? 0 : 1]}`);
};

export const FILE_PROGRAMS: Programs = { cp, xargs, truncate, fallocate, cmp };

async function original({ context, name }: ProgramCall, args: string[]): Promise<ExecResult> {
  if (context.origCommand === undefined) throw new Error(`the shell has no ${name}`);
  return await context.origCommand(args);
}
