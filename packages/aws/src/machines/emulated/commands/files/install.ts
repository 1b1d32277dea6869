import type { ExecResult } from 'just-bash';
import { findGroup, findUser } from '../../system/users';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

interface Request {
  mode: number;
  makesParents: boolean;
  isDirectory: boolean;
  user: string;
  group: string;
  words: string[];
}

/** `install [-d] [-m MODE] [-o OWNER] [-g GROUP] [-D] source… target` of coreutils. */
const install: Program = (args, call) => {
  const { disk } = call.guest;
  const request = parseArguments(args);
  const user = findUser(disk, request.user);
  const group = findGroup(disk, request.group);
  if (request.user !== '' && user === undefined) return fail(1, `install: invalid user ‘${request.user}’`);
  if (request.group !== '' && group === undefined)
    return fail(1, `install: invalid group ‘${request.group}’`);
  const own = (path: string) =>
    disk.setOwner(path, { ...(user && { uid: user.uid }), ...(group && { gid: group.gid }) });
  return request.isDirectory ? makeDirectories(call, request, own) : copyFiles(call, request, own);
};

function parseArguments(args: readonly string[]): Request {
  const request: Request = {
    ...{ mode: 0o755, makesParents: false, isDirectory: false, user: '', group: '', words: [] },
  };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, long, value = ''] = /^--(mode|owner|group)=(.*)$/.exec(arg) ?? [];
    const [, short, joined] = /^-[a-zA-Z]*?([mogt])(.*)$/.exec(arg) ?? [];
    const given = long === undefined ? joined || (short === undefined ? '' : (args[++at] ?? '')) : value;
    if (long === 'mode' || short === 'm') request.mode = Number.parseInt(given, 8);
    else if (long === 'owner' || short === 'o') request.user = given;
    else if (long === 'group' || short === 'g') request.group = given;
    else if (short === 't') request.words.push(given);
    if (/^-[a-zA-Z]*d/.test(arg) || arg === '--directory') request.isDirectory = true;
    if (/^-[a-zA-Z]*D/.test(arg)) request.makesParents = true;
    if (!arg.startsWith('-')) request.words.push(arg);
  }
  return request;
}

function makeDirectories(
  call: ProgramCall,
  { words, mode }: Request,
  own: (path: string) => void,
): ExecResult {
  const { disk } = call.guest;
  for (const word of words) {
    const path = resolvePath(call, word);
    disk.makeDirectory(path);
    disk.setMode(path, mode);
    own(path);
  }
  return succeed();
}

function copyFiles(call: ProgramCall, request: Request, own: (path: string) => void): ExecResult {
  const { disk } = call.guest;
  const words = [...request.words];
  const target = resolvePath(call, words.pop() ?? '');
  for (const word of words) {
    const source = resolvePath(call, word);
    const kind = disk.find(source)?.kind;
    if (kind === 'directory') return fail(1, `install: omitting directory '${word}'`);
    if (kind === undefined) return fail(1, `install: cannot stat '${word}': No such file or directory`);
    const path = disk.find(target)?.kind === 'directory' ? `${target}/${word.split('/').at(-1)}` : target;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (request.makesParents) disk.makeDirectory(parent);
    if (!disk.has(parent))
      return fail(1, `install: cannot create regular file '${path}': No such file or directory`);
    disk.write(path, disk.read(source).slice(), request.mode);
    own(path);
  }
  return succeed();
}

/** `install` of coreutils. */
export const INSTALL_PROGRAMS: Programs = { install };
