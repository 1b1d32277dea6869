import type { Disk } from '../disk/disk';
import { readFstab } from './mounts';

const TABLE = '/proc/swaps';
const HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
/** Bytes; the first page of swap space ends with what tells it from other files. */
export const PAGE = 4096;
export const MAGIC = 'SWAPSPACE2';

interface Swap {
  path: string;
  kilobytes: number;
}

/** The swap files in use. */
export function readSwaps(disk: Disk): Swap[] {
  if (!disk.has(TABLE)) return [];
  return disk
    .readText(TABLE)
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [path = '', , kilobytes] = line.split(/\s+/);
      return { path, kilobytes: Number(kilobytes) };
    });
}

/** Says which swap files are in use. */
export function writeSwaps(disk: Disk, swaps: readonly Swap[]): void {
  const rows = swaps.map(
    ({ path, kilobytes }, at) => `${path.padEnd(39)} file\t\t${kilobytes}\t\t0\t\t${-2 - at}\n`,
  );
  disk.install(TABLE, `${HEAD}${rows.join('')}`);
}

/** At boot: what /etc/fstab names and is swap space. */
export function useSwapOfFstab(disk: Disk): void {
  const files = readFstab(disk).filter(({ type, source }) => type === 'swap' && isSwapSpace(disk, source));
  writeSwaps(
    disk,
    files.map(({ source }) => ({ path: source, kilobytes: swapSize(disk, source) })),
  );
}

/** Whether `mkswap` has made it. */
export function isSwapSpace(disk: Disk, path: string): boolean {
  const node = disk.find(path);
  return (
    node?.kind === 'file' &&
    Buffer.from(node.buffer.subarray(PAGE - MAGIC.length, PAGE)).toString('latin1') === MAGIC
  );
}

/** Of a swap file, in kilobytes. */
export function swapSize(disk: Disk, path: string): number {
  const node = disk.find(path);
  return node?.kind === 'file' ? Math.floor((node.size - PAGE) / 1024) : 0;
}
