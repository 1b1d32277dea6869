import type { Guest } from '../../system/guest';
import { readCommandLine } from '../../systemd/units/command-line';
import { fail, type Program, type Programs, succeed } from '../program';

const FIRST_SERVICE = 2000;

interface Process {
  pid: number;
  user: string;
  command: string;
}

/** systemd and the programs of services that run; what a script starts by hand has no number here. */
function listProcesses({ systemd }: Guest): Process[] {
  const services = systemd.known.flatMap((name, index) => {
    const unit = systemd.units.find(name);
    if (unit === undefined || systemd.state(name).sub !== 'running') return [];
    const { argv } = readCommandLine(unit, unit.commands.get('ExecStart')?.at(-1) ?? '');
    return [{ pid: FIRST_SERVICE + index, user: unit.user, command: argv.join(' ') }];
  });
  return [
    { pid: 1, user: 'root', command: '/usr/lib/systemd/systemd --switched-root --system' },
    ...services,
  ];
}

const ps: Program = (args, { guest }) => {
  const isBsd = args.join('').includes('u');
  const rows = listProcesses(guest).map(({ pid, user, command }) =>
    isBsd
      ? `${user.padEnd(10)} ${String(pid).padStart(6)}  0.0  0.5  10000  5000 ?        Ss   00:00   0:00 ${command}\n`
      : `${user.padEnd(10)} ${String(pid).padStart(6)}       1  0 00:00 ?        00:00:00 ${command}\n`,
  );
  const head = isBsd
    ? 'USER          PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n'
    : 'UID           PID    PPID  C STIME TTY          TIME CMD\n';
  return succeed(`${head}${rows.join('')}`);
};

const pgrep: Program = (args, { guest }) => {
  const pattern = args.find((arg) => !arg.startsWith('-'));
  if (pattern === undefined) return fail(2, 'pgrep: no matching criteria specified');
  const isWhole = args.some((arg) => /^-[a-z]*f/.test(arg));
  const isExact = args.some((arg) => /^-[a-z]*x/.test(arg));
  const expression = new RegExp(isExact ? `^(?:${pattern})$` : pattern);
  const found = listProcesses(guest).filter(({ command }) =>
    expression.test(isWhole ? command : (command.split(' ')[0]?.split('/').at(-1) ?? '')),
  );
  const shown = args.some((arg) => /^-[a-z]*[al]/.test(arg));
  const text = found.map(({ pid, command }) => `${pid}${shown ? ` ${command}` : ''}\n`).join('');
  return found.length > 0 ? succeed(text) : fail(1);
};

/** Numbers of shells; only that they are there can be asked of them. */
const isShell = (pid: number) => pid >= 1500 && pid < FIRST_SERVICE;

const kill: Program = async (args, { guest }) => {
  const pids = args.filter((arg) => /^\d+$/.test(arg));
  if (pids.length === 0)
    return fail(1, 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ...');
  const processes = listProcesses(guest);
  for (const pid of pids) {
    if (args[0] === '-0' && isShell(Number(pid))) continue;
    const unit = processes.some((process) => String(process.pid) === pid)
      ? guest.systemd.known[Number(pid) - FIRST_SERVICE]
      : undefined;
    if (unit === undefined) return fail(1, `kill: (${pid}) - No such process`);
    if (args[0] !== '-0') await guest.systemd.stop(unit);
  }
  return succeed();
};

const pidof: Program = (args, { guest }) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const found = listProcesses(guest).filter(({ command }) => names.includes(nameOf(command)));
  return found.length > 0 ? succeed(`${found.map(({ pid }) => pid).join(' ')}\n`) : fail(1);
};

/** `pkill` and `killall`: services are stopped, or read their settings again at `-HUP`. */
const killByName: Program = async (args, { guest, name }) => {
  const signal = args.find((arg) => /^-(?:[A-Z]+|\d+)$/.test(arg))?.replace(/^-(?:SIG)?/, '') ?? 'TERM';
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  if (wanted.length === 0) return fail(2, `${name}: no process selection criteria`);
  const found = listProcesses(guest).filter(
    ({ pid, command }) =>
      pid !== 1 &&
      wanted.some((word) => (name === 'killall' ? nameOf(command) === word : new RegExp(word).test(command))),
  );
  for (const { pid } of found) {
    const unit = guest.systemd.known[pid - FIRST_SERVICE];
    if (unit === undefined || signal === '0') continue;
    if (signal === 'HUP' || signal === '1') await guest.systemd.reload(unit);
    else await guest.systemd.stop(unit);
  }
  if (found.length > 0) return succeed();
  return fail(1, name === 'killall' ? `${wanted[0]}: no process found` : '');
};

function nameOf(command: string): string {
  return command.split(' ')[0]?.split('/').at(-1) ?? '';
}

export const PROCESS_PROGRAMS: Programs = { ps, pgrep, kill, pidof, pkill: killByName, killall: killByName };
