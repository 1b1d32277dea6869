import { decodeBytesToUtf8 } from 'just-bash';
import { BadCrontab, parseCrontab, SPOOL } from '../../cron/crontab';
import { findUser } from '../../system/users';
import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

/** `crontab [-u user] [-l | -r | file | -]`. */
const crontab: Program = (args, call) => {
  const { disk } = call.guest;
  const at = args.indexOf('-u');
  const user = at < 0 ? (call.context.env.get('USER') ?? 'root') : (args[at + 1] ?? '');
  if (findUser(disk, user) === undefined) return fail(1, `crontab:  user \`${user}' unknown`);
  const words = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  const path = `${SPOOL}/${user}`;
  if (words.includes('-e')) return call.lacks('crontab -e: there is no terminal');
  if (words.includes('-l'))
    return disk.has(path) ? succeed(disk.readText(path)) : fail(1, `no crontab for ${user}`);
  if (words.includes('-r')) {
    if (!disk.has(path)) return fail(1, `no crontab for ${user}`);
    disk.remove(path);
    return succeed();
  }
  const file = words.find((word) => word === '-' || !word.startsWith('-')) ?? '-';
  if (file !== '-' && !disk.has(resolvePath(call, file)))
    return fail(1, `${file}: No such file or directory`);
  const text = file === '-' ? decodeBytesToUtf8(call.context.stdin) : disk.readText(resolvePath(call, file));
  try {
    parseCrontab(text, user);
  } catch (error) {
    if (!(error instanceof BadCrontab)) throw error;
    return fail(1, `"${file}":${error.line}: ${error.reason}\nInvalid crontab file, can't install.`);
  }
  disk.install(path, text, 0o600);
  return succeed();
};

/** The tables of cron. */
export const CRON_PROGRAMS: Programs = { crontab };
