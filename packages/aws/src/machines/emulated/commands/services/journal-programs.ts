import { decodeBytesToUtf8 } from 'just-bash';
import { formatJournalEntry, formatSyslogTime } from '../../system/journal';
import { unitName } from '../../systemd/units/unit-file';
import { type Program, type Programs, succeed } from '../program';

const journalctl: Program = (args, { guest }) => {
  let unit: string | undefined;
  let limit = Number.POSITIVE_INFINITY;
  let short = true;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (/^-[a-z]*u$/.test(arg) || arg === '--unit') unit = args[++at];
    else if (arg.startsWith('--unit=')) unit = arg.slice('--unit='.length);
    else if (arg === '-n' || arg === '--lines') limit = Number(args[++at]);
    else if (/^(-n|--lines=)\d+$/.test(arg)) limit = Number(/\d+$/.exec(arg)?.[0]);
    else if ((arg === '-o' && args[at + 1] === 'cat') || arg === '--output=cat') short = false;
  }
  const entries = guest.journal
    .of(unit === undefined ? undefined : unitName(unit))
    .slice(-Math.min(limit, 10_000));
  if (entries.length === 0) return succeed('-- No entries --\n');
  return succeed(
    entries.map((entry) => `${short ? formatJournalEntry(entry, guest.hostname) : entry.message}\n`).join(''),
  );
};

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
