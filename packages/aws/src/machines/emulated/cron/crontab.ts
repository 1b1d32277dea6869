import type { Disk } from '../disk/disk';
import { parseSchedule, type Schedule } from './schedule';

/** A line of a crontab. */
export interface Job {
  isDue: Schedule;
  command: string;
  user: string;
  environment: Readonly<Record<string, string>>;
}

/** A line that is no job, no variable and no comment: cron takes none of its file. */
export class BadCrontab extends Error {
  override readonly name = 'BadCrontab';

  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`${reason} in line ${line}`);
  }
}

/** Where `crontab` puts the tables of users. */
export const SPOOL = '/var/spool/cron';

/** Folders whose scripts run so often, as /etc/cron.d/0hourly and anacron have it. */
const FOLDERS: readonly (readonly [folder: string, schedule: string])[] = [
  ['/etc/cron.hourly', '1 * * * *'],
  ['/etc/cron.daily', '30 3 * * *'],
  ['/etc/cron.weekly', '30 3 * * 0'],
  ['/etc/cron.monthly', '30 3 1 * *'],
];

/** All jobs that the disk has now. */
export function readJobs(disk: Disk): Job[] {
  const files = ['/etc/crontab', ...disk.listIfAny('/etc/cron.d').map((name) => `/etc/cron.d/${name}`)];
  return [
    ...files
      .filter((file) => disk.find(file)?.kind === 'file')
      .flatMap((file) => readFile(disk, file, undefined)),
    ...disk.listIfAny(SPOOL).flatMap((user) => readFile(disk, `${SPOOL}/${user}`, user)),
    ...FOLDERS.flatMap(([folder, schedule]) => readFolder(disk, folder, schedule)),
  ];
}

function readFile(disk: Disk, file: string, user: string | undefined): Job[] {
  try {
    return parseCrontab(disk.readText(file), user);
  } catch (error) {
    if (error instanceof BadCrontab) return [];
    throw error;
  }
}

function readFolder(disk: Disk, folder: string, schedule: string): Job[] {
  const isDue = parseSchedule(schedule);
  if (isDue === undefined) return [];
  return disk
    .listIfAny(folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => ((disk.find(path)?.mode ?? 0) & 0o111) !== 0)
    .map((command) => ({ isDue, command, user: 'root', environment: {} }));
}

/** @param user whose table it is; undefined for one of the system's, which names the user in each line. @throws BadCrontab */
export function parseCrontab(text: string, user: string | undefined): Job[] {
  const jobs: Job[] = [];
  const environment: Record<string, string> = {};
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const [, name, value = ''] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      environment[name] = value.replace(/^(["'])(.*)\1$/, '$2');
      return;
    }
    const [, schedule = '', rest = ''] = /^(@\w+|(?:\S+\s+){4}\S+)\s+(.*)$/.exec(line) ?? [];
    if (schedule === '@reboot') return;
    const isDue = parseSchedule(schedule);
    if (isDue === undefined) throw new BadCrontab(index + 1, 'bad minute');
    const [, owner = user ?? '', command = ''] =
      user === undefined ? (/^(\S+)\s+(.+)$/.exec(rest) ?? []) : ['', user, rest];
    if (command === '') throw new BadCrontab(index + 1, 'bad command');
    jobs.push({
      isDue,
      command: command.replace(/(?<!\\)%.*$/, '').replaceAll('\\%', '%'),
      user: owner,
      environment: { ...environment },
    });
  });
  return jobs;
}
