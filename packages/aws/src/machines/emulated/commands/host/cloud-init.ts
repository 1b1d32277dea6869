import type { ExecResult } from 'just-bash';
import type { Disk } from '../../disk/disk';
import { fail, type Program, type ProgramCall, type Programs, runCommand, succeed } from '../program';

const VERSION = '22.2.2';
const CLOUD = '/var/lib/cloud';
const STATUS_FILE = '/run/cloud-init/status.json';
const RESULT_FILE = '/run/cloud-init/result.json';
const MARKER = '/etc/cloud/cloud-init.disabled';

const COMMANDS =
  'init,modules,single,query,dhclient-hook,features,analyze,devel,collect-logs,clean,status,schema';
const USAGE = `usage: /usr/bin/cloud-init [-h] [--version] [--file FILES] [--debug] [--force]
                           {${COMMANDS}}
                           ...
`;

/** `cloud-init`, as of the version that Amazon Linux 2023 has: later ones know more options and exit statuses. */
const cloudInit: Program = async (args, call) => {
  const [command = '', ...options] = args;
  if (command === '--version' || command === '-v') return succeed(`/usr/bin/cloud-init ${VERSION}\n`);
  if (command === 'status') return await status(options, call);
  if (command === 'clean') return clean(options, call);
  if (COMMANDS.split(',').includes(command)) return call.lacks(`cloud-init ${command}`);
  return refuse(
    `argument subcommand: invalid choice: '${command}' (choose from ${COMMANDS.replace(/\w[\w-]*/g, "'$&'").replace(/,/g, ', ')})`,
  );
};

/** `cloud-init-per frequency name command…`: runs a command of `bootcmd` or a boothook as often as it says. */
const cloudInitPer: Program = async ([frequency = '', name = '', ...command], call) => {
  const { disk } = call.guest;
  const semaphores: Readonly<Record<string, string>> = {
    once: `${CLOUD}/sem/bootper.${name}.once`,
    instance: `${CLOUD}/instance/sem/bootper.${name}.instance`,
  };
  const semaphore = semaphores[frequency];
  if (command.length === 0 || (semaphore === undefined && frequency !== 'always'))
    return fail(
      1,
      'Usage: cloud-init-per frequency name cmd [ arg1 [ arg2 [ ... ] ]\n   run cmd with arguments provided.',
    );
  if (semaphore !== undefined && disk.has(semaphore)) return succeed();
  const result = await runCommand(call, command);
  if (semaphore !== undefined && result.exitCode === 0) disk.install(semaphore, '');
  return result;
};

export const CLOUD_INIT_PROGRAMS: Programs = { 'cloud-init': cloudInit, 'cloud-init-per': cloudInitPer };

function refuse(message: string): ExecResult {
  return fail(2, `${USAGE}/usr/bin/cloud-init: error: ${message}`);
}

/** The long options that are given; a text that says what is wrong where there are others. */
function readOptions(
  args: readonly string[],
  known: Readonly<Record<string, string>>,
): Set<string> | ExecResult {
  const given = new Set<string>();
  const unknown: string[] = [];
  for (const arg of args) {
    const short = /^-[a-z]{2,}$/.test(arg) ? [...arg.slice(1)].map((letter) => `-${letter}`) : [arg];
    for (const one of short) {
      const found = Object.entries(known).find(([long, letter]) => one === long || one === letter)?.[0];
      if (found === undefined) unknown.push(one);
      else given.add(found);
    }
  }
  return unknown.length > 0 ? refuse(`unrecognized arguments: ${unknown.join(' ')}`) : given;
}

interface Seen {
  readonly status: 'not run' | 'running' | 'done' | 'error' | 'disabled';
  readonly detail: string;
  readonly time: string;
}

async function status(args: readonly string[], call: ProgramCall): Promise<ExecResult> {
  const options = readOptions(args, { '--long': '-l', '--wait': '-w' });
  if (!(options instanceof Set)) return options;
  const { guest } = call;
  const waits = options.has('--wait');
  let dots = '';
  let seen = look(guest.disk);
  if (waits && (seen.status === 'running' || seen.status === 'not run')) {
    dots = '.';
    // A script of cloud-init that waits for cloud-init waits for ever on AWS, too; so does one after `clean`.
    if (guest.cloudInit.status === 'running') await guest.cloudInit.done;
    seen = look(guest.disk);
    if (seen.status === 'not run' || seen.status === 'running') await forever(call);
  }
  const lines = [
    ...(waits ? [dots] : []),
    `status: ${seen.status}`,
    ...(options.has('--long')
      ? [...(seen.time === '' ? [] : [`time: ${seen.time}`]), `detail:\n${seen.detail}`]
      : []),
  ];
  const text = `${lines.join('\n')}\n`;
  return seen.status === 'error' ? fail(1, '', text) : succeed(text);
}

/** Until the machine stops, or somebody kills the program. */
async function forever({ guest, context }: ProgramCall): Promise<void> {
  const signal = context.signal ? AbortSignal.any([guest.power, context.signal]) : guest.power;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What `status.json` and `result.json` say. */
function look(disk: Disk): Seen {
  if (disk.has(MARKER)) return { status: 'disabled', detail: `Cloud-init disabled by ${MARKER}`, time: '' };
  const v1 = readJson(disk, STATUS_FILE)?.v1;
  if (v1 === undefined) return { status: 'not run', detail: '', time: '' };
  const stages = Object.values(v1).filter((value) => typeof value === 'object' && value !== null) as {
    errors?: string[];
    start?: number;
    finished?: number;
  }[];
  const errors = stages.flatMap((stage) => stage.errors ?? []);
  const latest = Math.max(0, ...stages.flatMap(({ start, finished }) => [start ?? 0, finished ?? 0]));
  const time = latest === 0 ? '' : new Date(latest * 1000).toUTCString().replace('GMT', '+0000');
  const isRunning = !disk.has(RESULT_FILE) || typeof v1.stage === 'string';
  if (errors.length > 0) return { status: 'error', detail: errors.join('\n'), time };
  if (isRunning && typeof v1.stage === 'string')
    return { status: 'running', detail: `Running in stage: ${v1.stage}`, time };
  return { status: isRunning ? 'running' : 'done', detail: String(v1.datasource ?? ''), time };
}

function readJson(disk: Disk, path: string): { v1?: Record<string, unknown> } | undefined {
  return disk.has(path) ? (JSON.parse(disk.readText(path)) as { v1?: Record<string, unknown> }) : undefined;
}

const LOGS = ['/var/log/cloud-init.log', '/var/log/cloud-init-output.log'];

/** Takes away what says that this instance has booted, so that the next boot is a first one. */
function clean(args: readonly string[], { guest }: ProgramCall): ExecResult {
  const options = readOptions(args, { '--logs': '-l', '--reboot': '-r', '--seed': '-s' });
  if (!(options instanceof Set)) return options;
  const { disk } = guest;
  if (options.has('--logs')) for (const log of LOGS) disk.remove(log);
  for (const name of disk.listIfAny(CLOUD))
    if (name !== 'seed' || options.has('--seed')) disk.remove(`${CLOUD}/${name}`);
  if (options.has('--reboot')) guest.requestPower('reboot');
  return succeed();
}
