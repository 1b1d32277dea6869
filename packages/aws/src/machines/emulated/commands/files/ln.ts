import type { ExecResult } from 'just-bash';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

interface Request {
  flags: ReadonlySet<string>;
  /** Of `-t`. */
  folder: string | undefined;
  words: string[];
}

/** `ln [-sfnrvT] [-t folder] target… [link]` of coreutils; just-bash's does not replace a link that leads nowhere. */
const ln: Program = async (args, call) => {
  const { flags, folder, words } = readArguments(args);
  if (!flags.has('s')) {
    if (call.context.origCommand === undefined) throw new Error('the shell has no ln');
    return await call.context.origCommand(args);
  }
  if (words.length === 0) return fail(1, "ln: missing file operand\nTry 'ln --help' for more information.");
  const last = folder ?? (words.length > 1 ? words.at(-1) : '.') ?? '.';
  const targets = folder === undefined && words.length > 1 ? words.slice(0, -1) : words;
  const { disk } = call.guest;
  const path = resolvePath(call, last);
  const isFolder =
    disk.find(path)?.kind === 'directory' && !flags.has('T') && !(flags.has('n') && disk.isSymlink(path));
  if (!isFolder && (folder !== undefined || targets.length > 1))
    return fail(1, `ln: target '${last}' is not a directory`);
  const failures = targets.flatMap((target) => {
    const name = `${last.replace(/\/$/, '')}/${target.replace(/\/+$/, '').split('/').at(-1)}`;
    return link(call, target, isFolder ? name : last, flags);
  });
  const shown = flags.has('v') ? targets.map((target) => `'${last}' -> '${target}'\n`).join('') : '';
  return failures.length === 0 ? succeed(shown) : (failures[0] ?? succeed());
};

export const LN_PROGRAMS: Programs = { ln };

function readArguments(args: readonly string[]): Request {
  const LONG: Readonly<Record<string, string>> = {
    ...{ '--symbolic': 's', '--force': 'f', '--no-dereference': 'n', '--relative': 'r' },
    ...{ '--verbose': 'v', '--no-target-directory': 'T' },
  };
  const flags = new Set<string>();
  const words: string[] = [];
  let folder: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const long = LONG[arg];
    if (long !== undefined) flags.add(long);
    else if (arg === '-t') folder = args[++at];
    else if (arg.startsWith('--target-directory=')) folder = arg.slice('--target-directory='.length);
    else if (/^-[a-zA-Z]+$/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
    else words.push(arg);
  }
  return { flags, folder, words };
}

/** @returns what went wrong; nothing where all is well */
function link(call: ProgramCall, target: string, name: string, flags: ReadonlySet<string>): ExecResult[] {
  const { disk } = call.guest;
  const path = resolvePath(call, name);
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  if (disk.find(parent)?.kind !== 'directory')
    return [fail(1, `ln: failed to create symbolic link '${name}': No such file or directory`)];
  const isThere = disk.isSymlink(path) || disk.has(path);
  if (isThere && !flags.has('f'))
    return [fail(1, `ln: failed to create symbolic link '${name}': File exists`)];
  if (isThere && !disk.isSymlink(path) && disk.find(path)?.kind === 'directory')
    return [fail(1, `ln: ${name}: cannot overwrite directory`)];
  if (isThere) disk.remove(path);
  disk.makeSymlink(flags.has('r') ? relative(parent, resolvePath(call, target)) : target, path);
  return [];
}

function relative(from: string, to: string): string {
  const [a, b] = [from, to].map((path) => path.split('/').filter((part) => part !== ''));
  const [start = [], end = []] = [a, b];
  const differs = start.findIndex((part, at) => part !== end[at]);
  const shared = differs < 0 ? start.length : differs;
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/');
}
