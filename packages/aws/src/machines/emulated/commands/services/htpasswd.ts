import { decodeBytesToUtf8, type ExecResult } from 'just-bash';
import { randomBytes } from '../../../random';
import { hashPassword, hashSha } from '../../web/password-file';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

const USAGE =
  'Usage:\n\thtpasswd [-cimBdpsDv] passwordfile username\n\thtpasswd -b[cmBdpsDv] passwordfile username password\n';

/** `htpasswd`: who may log in to a site, with passwords as MD5 of Apache, or of SHA-1 with `-s`. */
const htpasswd: Program = (args, call) => {
  const flags = new Set(args.flatMap((arg) => (/^-[a-zA-Z]+$/.test(arg) ? [...arg.slice(1)] : [])));
  const words = args.filter((arg) => !/^-[a-zA-Z]+$/.test(arg));
  const unknown = ['B', 'd', 'C', 'r', '2', '5'].find((flag) => flags.has(flag));
  if (unknown !== undefined) return call.lacks(`htpasswd -${unknown}`);
  const file = flags.has('n') ? undefined : words.shift();
  const [user, given] = words;
  if (user === undefined || (file === undefined && !flags.has('n'))) return fail(2, USAGE);
  if (flags.has('D') && file !== undefined) return remove(call, file, user);
  const [first = ''] = decodeBytesToUtf8(call.context.stdin).split('\n');
  const password = flags.has('b') ? given : first;
  if (password === undefined) return fail(2, USAGE);
  if (!flags.has('b') && password === '')
    return fail(3, 'htpasswd: unable to read passwords: the standard input is no terminal');
  const salt = randomBytes(6).toString('base64').replace(/\+/g, '.').slice(0, 8);
  const kept = flags.has('s') ? hashSha(password) : flags.has('p') ? password : hashPassword(password, salt);
  const line = `${user}:${kept}`;
  return file === undefined ? succeed(`${line}\n\n`) : write(call, file, user, line, flags.has('c'));
};

/** Programs of httpd-tools; its others only measure and convert. */
export const HTPASSWD_PROGRAMS: Programs = {
  htpasswd,
  ...Object.fromEntries(
    ['ab', 'htdigest', 'htdbm', 'logresolve'].map((name): [string, Program] => [
      name,
      (_, { lacks }) => lacks(`program ${name} (of the package httpd-tools)`),
    ]),
  ),
};

function write(call: ProgramCall, file: string, user: string, line: string, isNew: boolean): ExecResult {
  const { disk } = call.guest;
  const path = resolvePath(call, file);
  const isMissing = disk.find(path)?.kind !== 'file';
  if (isMissing && (!isNew || !disk.has(path.slice(0, path.lastIndexOf('/')) || '/')))
    return fail(
      1,
      isNew
        ? `htpasswd: cannot create file ${file}`
        : `htpasswd: cannot modify file ${file}; use '-c' to create it`,
    );
  const before = isNew ? [] : linesOf(disk.readText(path));
  const at = before.findIndex((one) => one.startsWith(`${user}:`));
  const after = at < 0 ? [...before, line] : before.with(at, line);
  disk.write(path, `${after.join('\n')}\n`);
  return succeed('', `${at < 0 ? 'Adding' : 'Updating'} password for user ${user}\n`);
}

function remove(call: ProgramCall, file: string, user: string): ExecResult {
  const { disk } = call.guest;
  const path = resolvePath(call, file);
  if (disk.find(path)?.kind !== 'file')
    return fail(1, `htpasswd: cannot modify file ${file}; use '-c' to create it`);
  const before = linesOf(disk.readText(path));
  const after = before.filter((one) => !one.startsWith(`${user}:`));
  if (after.length === before.length) return succeed('', `User ${user} not found\n`);
  disk.write(path, after.map((one) => `${one}\n`).join(''));
  return succeed('', `Deleting password for user ${user}\n`);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
