import { z } from 'zod';
import type { Disk } from '../disk/disk';

const Size = z.union([z.string(), z.number()]);

/** `swap`. */
export const Swap = z.looseObject({
  filename: z.string().default('/swap.img'),
  size: Size.default('auto'),
  maxsize: Size.optional(),
});

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** Of a machine with less than 2 GB of memory, as cloud-init suggests it. */
const SUGGESTED_BYTES = 1024 ** 3;

/** The commands that make a swap file and use it; none for a size of 0. */
export function swapCommands({ filename, size }: z.infer<typeof Swap>): string[][] {
  const bytes = sizeInBytes(size);
  if (bytes === 0) return [];
  return [
    ['fallocate', '-l', String(bytes), filename],
    ['chmod', '0600', filename],
    ['mkswap', filename],
    ['swapon', filename],
  ];
}

function sizeInBytes(size: string | number): number {
  if (size === 'auto') return SUGGESTED_BYTES;
  const [, number, unit = ''] = /^([\d.]+)\s*([BKMGT]?)B?$/i.exec(String(size)) ?? [];
  return number === undefined ? 0 : Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? 1));
}

/** Mounts without those that are only named to be left out, as in `[swap, null]`. */
export function mountsOf(mounts: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return mounts.filter((entry) => entry[1] !== null);
}

/** Adds to /etc/fstab what cloud-init adds to it. */
export function writeFstab(
  disk: Disk,
  swapFile: string | undefined,
  mounts: readonly (readonly unknown[])[],
): void {
  const DEFAULTS = ['', '', 'auto', 'defaults,nofail', '0', '2'];
  const rows = mountsOf(mounts).map((entry) => DEFAULTS.map((value, at) => String(entry[at] ?? value)));
  const swap = swapFile === undefined ? [] : [[swapFile, 'none', 'swap', 'sw', '0', '0']];
  const lines = [...rows, ...swap].map(([source, target, type, options, ...rest]) =>
    [source, target, type, `${options},comment=cloudconfig`, ...rest].join('\t'),
  );
  if (lines.length > 0) disk.append('/etc/fstab', `${lines.join('\n')}\n`);
}
