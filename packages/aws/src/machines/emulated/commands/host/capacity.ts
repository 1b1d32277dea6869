import { readSwaps } from '../../system/swaps';
import { type Program, type Programs, succeed } from '../program';

/** `free`, in kilobytes or in what `-m`, `-g` and `-h` ask for. */
const free: Program = (args, { guest }) => {
  const swap = readSwaps(guest.disk).reduce((sum, { kilobytes }) => sum + kilobytes, 0);
  const flags = args.join('');
  const show = (kilobytes: number) => {
    if (flags.includes('h')) return kilobytes === 0 ? '0B' : `${Math.round(kilobytes / 1024)}Mi`;
    const unit = flags.includes('m') ? 1024 : flags.includes('g') ? 1024 ** 2 : 1;
    return String(Math.floor(kilobytes / unit));
  };
  const row = (name: string, numbers: readonly number[]) =>
    `${name.padEnd(8)}${numbers.map((number) => show(number).padStart(12)).join('')}\n`;
  return succeed(
    `               total        used        free      shared  buff/cache   available\n${row('Mem:', [942_528, 180_000, 512_000, 2800, 250_528, 700_000])}${row('Swap:', [swap, 0, swap])}`,
  );
};

const uptime: Program = (_, { guest }) => {
  const minutes = Math.floor((guest.now().getTime() - guest.bootedAt.getTime()) / 60_000);
  return succeed(
    ` ${guest.now().toISOString().slice(11, 19)} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`,
  );
};

/** What the machine has and how much of it is free: the same numbers always. */
export const CAPACITY_PROGRAMS: Programs = {
  free,
  uptime,
  nproc: () => succeed('2\n'),
  sync: () => succeed(),
};
