import { findUser, type User } from '../../system/users';
import {
  fail,
  type Program,
  type ProgramCall,
  type Programs,
  quoteWord,
  runCommand,
  runText,
  succeed,
} from '../program';
import { currentUser } from './identity';

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

interface SudoRequest {
  user: string;
  isLogin: boolean;
  isShell: boolean;
  directory: string | undefined;
  words: string[];
}

const sudo: Program = async (args, call) => {
  const request = readSudo(args);
  if (request === undefined) return succeed();
  const { user, isLogin, isShell, directory, words } = request;
  const target = findUser(call.guest.disk, user.replace(/^#/, ''));
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

/** @returns undefined when no command is to be run */
function readSudo(args: readonly string[]): SudoRequest | undefined {
  const words = [...args];
  const request: SudoRequest = { user: 'root', isLogin: false, isShell: false, directory: undefined, words };
  while (words[0]?.startsWith('-')) {
    const flag = words.shift() ?? '';
    if (flag === '--') break;
    if (['-l', '-v', '-k', '-K', '-V'].includes(flag)) return undefined;
    const long = /^--(user|chdir)=(.*)$/.exec(flag);
    // A value may stand in the same word, as in `-uapache` and `-iu apache`.
    const letter = /^-[A-Za-z]*?([ugCDhprtU])(.*)$/.exec(flag);
    const value =
      long?.[2] ?? (letter?.[2] || (letter || SUDO_WITH_VALUE.has(flag) ? words.shift() : undefined));
    if (long?.[1] === 'user' || flag === '--user' || letter?.[1] === 'u')
      request.user = value ?? request.user;
    if (long?.[1] === 'chdir' || flag === '--chdir' || letter?.[1] === 'D') request.directory = value;
    const letters = flag.replace(/[ugCDhprtU].*$/, '');
    request.isLogin ||= flag === '--login' || /^-[A-Za-z]*?i/.test(letters);
    request.isShell ||= flag === '--shell' || /^-[A-Za-z]*?s/.test(letters);
  }
  return request;
}

interface SuRequest {
  command: string | undefined;
  name: string | undefined;
  isLogin: boolean;
}

/** Everything runs as root here; what `su` changes is the user that must exist, the home and the directory. */
const su: Program = async (args, call) => {
  const { command, name, isLogin } = readSu(args);
  const user = findUser(call.guest.disk, name ?? 'root');
  if (user === undefined)
    return fail(
      1,
      `${call.name}: user ${name} does not exist or the user entry does not contain all the required fields`,
    );
  const as = actAs(call, user, {});
  return await runText(as, command ?? 'bash', { cwd: homeOf(as, user, isLogin) });
};

function readSu(args: readonly string[]): SuRequest {
  const words = [...args];
  const request: SuRequest = { command: undefined, name: undefined, isLogin: false };
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (/^-[a-z]*c$/.test(word) || word === '--command') {
      request.command = words.shift();
      request.isLogin ||= word.includes('l');
    } else if (word.startsWith('--command=')) request.command = word.slice('--command='.length);
    else if (word === '-' || /^-l/.test(word) || word === '--login') {
      request.isLogin = true;
    } else if (['-s', '-u', '-g', '-G', '--shell', '--user'].includes(word)) {
      const value = words.shift();
      if (word === '-u' || word === '--user') request.name = value;
    } else if (word === '--') request.command = words.splice(0).map(quoteWord).join(' ');
    else if (!word.startsWith('-') && request.name === undefined) request.name = word;
    // `runuser -u user command…` needs no `--`.
    else if (!word.startsWith('-')) request.command = [word, ...words.splice(0)].map(quoteWord).join(' ');
  }
  return request;
}

/** Programs that run others as another user. */
export const SWITCH_PROGRAMS: Programs = { sudo, su, runuser: su };

function actAs(call: ProgramCall, user: User, variables: Record<string, string>): ProgramCall {
  const own = { HOME: user.home, USER: user.name, LOGNAME: user.name };
  const exportedEnv = { ...call.context.exportedEnv, ...own, ...variables };
  return { ...call, context: { ...call.context, exportedEnv } };
}

function homeOf({ guest, context }: ProgramCall, user: User, isLogin: boolean): string {
  return isLogin && guest.disk.has(user.home) ? user.home : context.cwd;
}

function assignment(word: string): Record<string, string> {
  const equals = word.indexOf('=');
  return { [word.slice(0, equals)]: word.slice(equals + 1) };
}
