import { randomUUID } from '../../../random';
import type { Disk } from '../../disk/disk';
import { readFstab } from '../../system/mounts';
import { isSwapSpace, MAGIC, PAGE, readSwaps, swapSize, writeSwaps } from '../../system/swaps';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';

const mkswap: Program = (args, call) => {
  const word = args.filter((arg, at) => !arg.startsWith('-') && !/^-[LUp]$/.test(args[at - 1] ?? ''))[0];
  if (word === undefined) return fail(1, 'mkswap: error: Nowhere to set up swap on?');
  const path = resolvePath(call, word);
  const { disk } = call.guest;
  const node = disk.find(path);
  if (node?.kind !== 'file' && path.startsWith('/dev/')) return call.lacks(`second disk (${word})`);
  if (node?.kind !== 'file') return fail(1, `mkswap: cannot open ${word}: No such file or directory`);
  if (node.size < 10 * PAGE) return fail(1, `mkswap: error: swap area needs to be at least 40 KiB`);
  const { size } = node;
  const header = new Uint8Array(PAGE);
  header.set(Buffer.from(MAGIC), PAGE - MAGIC.length);
  disk.write(path, header);
  disk.setSize(path, size);
  return succeed(
    `Setting up swapspace version 1, size = ${showSize(size - PAGE)} (${size - PAGE} bytes)\nno label, UUID=${randomUUID()}\n`,
    (node.mode & 0o077) === 0
      ? ''
      : `mkswap: ${word}: insecure permissions ${(node.mode & 0o777).toString(8).padStart(4, '0')}, fix with: chmod 0600 ${word}\n`,
  );
};

function showSize(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes >= 1024
    ? `${(megabytes / 1024).toFixed(1)} GiB`
    : `${megabytes.toFixed(1).replace(/\.0$/, '')} MiB`;
}

const swapon: Program = (args, call) => {
  const { disk } = call.guest;
  const flags = args.filter((arg) => arg.startsWith('-')).join(' ');
  const words = args.filter(
    (arg, at) => !arg.startsWith('-') && args[at - 1] !== '-p' && args[at - 1] !== '--priority',
  );
  if (/(?:^| )(?:-s|--summary)\b/.test(flags)) return succeed(disk.readText('/proc/swaps'));
  if (/--show/.test(flags) || (args.length === 0 && words.length === 0)) return succeed(show(disk, flags));
  const files = /(?:^| )(?:-a|--all)/.test(flags)
    ? readFstab(disk)
        .filter(({ type }) => type === 'swap')
        .map(({ source }) => source)
    : words;
  for (const word of files) {
    const path = resolvePath(call, word);
    if (path.startsWith('/dev/')) return call.lacks(`second disk (${word})`);
    if (!disk.has(path)) return fail(255, `swapon: cannot open ${word}: No such file or directory`);
    if (!isSwapSpace(disk, path)) return fail(255, `swapon: ${word}: read swap header failed`);
    const swaps = readSwaps(disk);
    if (swaps.some((swap) => swap.path === path)) {
      if (words.length > 0) return fail(255, `swapon: ${word}: swapon failed: Device or resource busy`);
      continue;
    }
    writeSwaps(disk, [...swaps, { path, kilobytes: swapSize(disk, path) }]);
  }
  return succeed();
};

function show(disk: Disk, flags: string): string {
  const swaps = readSwaps(disk);
  if (swaps.length === 0) return '';
  const rows = swaps.map(
    ({ path, kilobytes }, at) => `${path} file ${Math.round(kilobytes / 1024)}M   0B   ${-2 - at}\n`,
  );
  return `${/noheadings/.test(flags) ? '' : 'NAME      TYPE SIZE USED PRIO\n'}${rows.join('')}`;
}

const swapoff: Program = (args, call: ProgramCall) => {
  const { disk } = call.guest;
  const words = args.filter((arg) => !arg.startsWith('-')).map((word) => resolvePath(call, word));
  const swaps = readSwaps(disk);
  if (args.includes('-a') || args.includes('--all')) {
    writeSwaps(disk, []);
    return succeed();
  }
  const unknown = words.find((path) => !swaps.some((swap) => swap.path === path));
  if (unknown !== undefined) return fail(4, `swapoff: ${unknown}: swapoff failed: Invalid argument`);
  writeSwaps(
    disk,
    swaps.filter(({ path }) => !words.includes(path)),
  );
  return succeed();
};

/** Swap space in files: nothing is ever put there, but it is counted. */
export const SWAP_PROGRAMS: Programs = { mkswap, swapon, swapoff };
