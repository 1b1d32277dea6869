import { type Program, type Programs, succeed } from '../program';

const df: Program = () =>
  succeed(
    'Filesystem     1K-blocks    Used Available Use% Mounted on\n/dev/xvda1       8310764 1650000   6660764  20% /\ntmpfs             481264       0    481264   0% /tmp\n',
  );

const free: Program = () =>
  succeed(
    '               total        used        free      shared  buff/cache   available\nMem:          942528      180000      512000        2800      250528      700000\nSwap:              0           0           0\n',
  );

const uptime: Program = (_, { guest }) => {
  const minutes = Math.floor((guest.now().getTime() - guest.bootedAt.getTime()) / 60_000);
  return succeed(
    ` ${guest.now().toISOString().slice(11, 19)} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`,
  );
};

/** What the machine has and how much of it is free: the same numbers always. */
export const CAPACITY_PROGRAMS: Programs = {
  df,
  free,
  uptime,
  nproc: () => succeed('2\n'),
  sync: () => succeed(),
};
