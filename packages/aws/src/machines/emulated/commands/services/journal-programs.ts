import { decodeBytesToUtf8 } from 'just-bash';
import type { Guest } from '../../system/guest';
import { formatJournalEntry, formatSyslogTime } from '../../system/journal';
import { unitName } from '../../systemd/units/unit-file';
import { type Program, type ProgramCall, type Programs, succeed } from '../program';

/** What a command line of `journalctl` asks for. */
interface JournalQuery {
  unit?: string;
  identifier?: string;
  limit: number;
  isShort: boolean;
}

/** Options that have a value, and may have it as the next word. */
const VALUED =
  /^(-u|--unit|-n|--lines|-o|--output|-t|--identifier|-p|--priority|-S|--since|-U|--until|-g|--grep)$/;

const journalctl: Program = (args, call) => {
  const kept = keep(args, call);
  if (kept) return kept;
  const query: JournalQuery = { limit: Number.POSITIVE_INFINITY, isShort: true };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, option = '', value = ''] = /^(--[a-z]+)=(.*)$/.exec(arg) ?? [];
    const joined = /^-n(\d+)$/.exec(arg);
    if (option !== '') readOption(query, option, value);
    else if (joined) query.limit = Number(joined[1]);
    else if (/^-[a-z]*u$/.test(arg)) query.unit = args[++at];
    else if (VALUED.test(arg)) readOption(query, arg, args[++at] ?? '');
  }
  const { journal, hostname } = call.guest;
  const entries = journal
    .of(query.unit === undefined ? undefined : unitName(query.unit))
    .filter(({ identifier }) => query.identifier === undefined || identifier === query.identifier)
    .slice(-Math.min(query.limit, 10_000));
  if (entries.length === 0) return succeed('-- No entries --\n');
  return succeed(
    entries
      .map((entry) => `${query.isShort ? formatJournalEntry(entry, hostname) : entry.message}\n`)
      .join(''),
  );
};

function readOption(query: JournalQuery, option: string, value: string): void {
  if (option === '-u' || option === '--unit') query.unit = value;
  else if (option === '-t' || option === '--identifier') query.identifier = value;
  else if (option === '-n' || option === '--lines') query.limit = Number(value);
  else if (option === '-o' || option === '--output') query.isShort = value !== 'cat';
}

/** Of a journal file. */
const SHOWN_SIZE = '8.0M';

/** What `journalctl` does with the journal's files instead of showing it; undefined where it is to be shown. */
function keep(args: readonly string[], { guest }: ProgramCall): ReturnType<typeof succeed> | undefined {
  const has = (name: string) => args.some((arg) => arg === name || arg.startsWith(`${name}=`));
  const vacuums = ['--vacuum-time', '--vacuum-size', '--vacuum-files'].filter(has);
  if (has('--disk-usage'))
    return succeed(`Archived and active journals take up ${SHOWN_SIZE} in the file system.\n`);
  if (has('--rotate')) guest.journal.rotate();
  if (vacuums.length > 0) return vacuum(guest);
  return ['--rotate', '--flush', '--sync', '--relinquish-var'].some(has) ? succeed() : undefined;
}

function vacuum({ journal }: Guest): ReturnType<typeof succeed> {
  const deleted = journal.vacuum();
  const lines = [
    ...deleted.map((file) => `Deleted archived journal ${file} (${SHOWN_SIZE}).\n`),
    `Vacuuming done, freed ${deleted.length === 0 ? '0B' : `${deleted.length * 8}.0M`} of archived journals from ${journal.folder}.\n`,
  ];
  return succeed('', lines.join(''));
}

const logger: Program = (args, { guest, context }) => {
  let tag = 'root';
  let toStderr = false;
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-t' || arg === '--tag') tag = args[++at] ?? tag;
    else if (arg === '-p' || arg === '-f' || arg === '--priority') at += 1;
    else if (arg === '-s' || arg === '--stderr') toStderr = true;
    else if (!arg.startsWith('-')) words.push(arg);
  }
  const text = words.length > 0 ? words.join(' ') : decodeBytesToUtf8(context.stdin);
  const lines = text.split('\n').filter((line) => line !== '');
  for (const line of lines) guest.journal.write(tag, line);
  const at = formatSyslogTime(guest.now());
  guest.disk.append(
    '/var/log/messages',
    lines.map((line) => `${at} ${guest.hostname} ${tag}: ${line}\n`).join(''),
  );
  return succeed('', toStderr ? lines.map((line) => `<13>${at} ${tag}: ${line}\n`).join('') : '');
};

export const JOURNAL_PROGRAMS: Programs = { journalctl, logger };
