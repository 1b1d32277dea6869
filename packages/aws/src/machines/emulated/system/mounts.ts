import type { Disk } from '../disk/disk';

const TABLE = '/proc/mounts';

/** A line of /proc/mounts or /etc/fstab. */
export interface Mount {
  source: string;
  target: string;
  type: string;
  options: string;
}

/** What is mounted now. */
export function readMounts(disk: Disk): Mount[] {
  return readTable(disk, TABLE);
}

/** What is to be mounted at boot. */
export function readFstab(disk: Disk): Mount[] {
  return readTable(disk, '/etc/fstab');
}

/** Says what is mounted. */
export function writeMounts(disk: Disk, mounts: readonly Mount[]): void {
  const rows = mounts.map(
    ({ source, target, type, options }) => `${source} ${target} ${type} ${options} 0 0\n`,
  );
  disk.write(TABLE, rows.join(''));
}

function readTable(disk: Disk, path: string): Mount[] {
  if (!disk.has(path)) return [];
  return disk
    .readText(path)
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [source = '', target = '', type = 'auto', options = 'defaults'] = line.split(/\s+/);
      return { source, target, type, options };
    });
}
