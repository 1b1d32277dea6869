import { randomUUID } from '../../random';
import type { Disk } from '../disk/disk';
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
  /** So many of the first entries are in archived files. */
  private archived = 0;

  constructor(
    private readonly now: () => Date,
    private readonly disk: Disk,
  ) {}

  /** Where its files are, under the machine's id. */
  get folder(): string {
    const id = this.disk.has('/etc/machine-id') ? this.disk.readText('/etc/machine-id').trim() : '';
    return id === '' ? '/run/log/journal' : `/var/log/journal/${id}`;
  }

  /** Opens the file that it is written to. */
  open(): void {
    const file = `${this.folder}/system.journal`;
    if (!this.disk.has(file)) this.disk.install(file, 'LPKSHHRH', 0o640);
  }

  /** Archives what there is, and begins a new file. */
  rotate(): void {
    this.open();
    this.disk.install(`${this.folder}/system@${randomUUID().replace(/-/g, '')}.journal`, 'LPKSHHRH', 0o640);
    this.archived = this.entries.length;
  }

  /** Deletes archived files, with the entries in them. @returns their paths */
  vacuum(): string[] {
    const files = this.disk
      .listIfAny(this.folder)
      .filter((name) => name.includes('@'))
      .map((name) => `${this.folder}/${name}`);
    for (const file of files) this.disk.remove(file);
    this.entries.splice(0, this.archived);
    this.archived = 0;
    return files;
  }

  write(identifier: string, message: string, unit?: string): void {
    for (const line of message.replace(/\n$/, '').split('\n'))
      this.entries.push({ at: this.now(), identifier, message: line, ...(unit && { unit }) });
    const over = Math.max(0, this.entries.length - LIMIT);
    this.entries.splice(0, over);
    this.archived = Math.max(0, this.archived - over);
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
