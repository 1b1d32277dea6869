import { monthName } from './months';

export interface JournalEntry {
  at: Date;
  /** The program that wrote, as `httpd` or `systemd`. */
  identifier: string;
  unit?: string;
  message: string;
}

const LIMIT = 2000;

/** systemd's journal of this boot: the last entries. */
export class Journal {
  private readonly entries: JournalEntry[] = [];

  constructor(private readonly now: () => Date) {}

  write(identifier: string, message: string, unit?: string): void {
    for (const line of message.replace(/\n$/, '').split('\n'))
      this.entries.push({ at: this.now(), identifier, message: line, ...(unit && { unit }) });
    if (this.entries.length > LIMIT) this.entries.splice(0, this.entries.length - LIMIT);
  }

  /** Entries of a unit (what it wrote and what systemd said of it), or all. */
  of(unit?: string): readonly JournalEntry[] {
    return unit === undefined ? this.entries : this.entries.filter((entry) => entry.unit === unit);
  }
}

/** One entry as `journalctl` shows it. */
export function formatJournalEntry(entry: JournalEntry, hostname: string): string {
  return `${formatSyslogTime(entry.at)} ${hostname} ${entry.identifier}: ${entry.message}`;
}

/** As in `Nov 03 09:00:00`, in UTC. */
export function formatSyslogTime(date: Date): string {
  const month = monthName(date);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${month} ${day} ${date.toISOString().slice(11, 19)}`;
}
