import { randomBytes } from 'node:crypto';
import type { Disk } from '../disk';
import { findGroup, findUser } from '../users';
import { formatLogTime } from '../web/access-log';
import { fail, type Program, type Programs, resolvePath, runCommand, succeed } from './program';

const KERNEL = '6.1.158-178.288.amzn2023';

const uname: Program = (args, { system }) => {
  const machine = system.disk.readText('/etc/rpm/platform').split('-')[0] ?? '';
  const fields: [string, string][] = [
    ['s', 'Linux'],
    ['n', system.options.hostname],
    ['r', `${KERNEL}.${machine}`],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', machine],
    ['p', machine],
    ['i', machine],
    ['o', 'GNU/Linux'],
  ];
  const asked = args.join('').replace(/-/g, '') || 's';
  const letters = asked.includes('a') ? 'snrvmpio' : asked;
  return succeed(
    `${fields
      .filter(([letter]) => letters.includes(letter))
      .map(([, value]) => value)
      .join(' ')}\n`,
  );
};

const hostname: Program = (args, { system }) => {
  const { hostname: full, privateIp } = system.options;
  const current = system.disk.readText('/etc/hostname').trim() || full;
  if (args.some((arg) => /^-[a-z]*[iI]/.test(arg))) return succeed(`${privateIp}\n`);
  if (args.some((arg) => arg === '-s' || arg === '--short')) return succeed(`${current.split('.')[0]}\n`);
  if (args.some((arg) => arg === '-d' || arg === '--domain'))
    return succeed(`${current.split('.').slice(1).join('.')}\n`);
  const name = args.find((arg) => !arg.startsWith('-'));
  if (name === undefined) return succeed(`${current}\n`);
  system.disk.write('/etc/hostname', `${name}\n`);
  return succeed();
};

const hostnamectl: Program = (args, { system }) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  if ((words[0] === 'set-hostname' || words[0] === 'hostname') && words[1] !== undefined) {
    system.disk.write('/etc/hostname', `${words[1]}\n`);
    return succeed();
  }
  const name = system.disk.readText('/etc/hostname').trim();
  if (words[0] === 'hostname' || args.includes('--static')) return succeed(`${name}\n`);
  return succeed(
    ` Static hostname: ${name}\n       Icon name: computer-vm\n         Chassis: vm\n  Virtualization: amazon\nOperating System: Amazon Linux 2023.9.20251117\n          Kernel: Linux ${KERNEL}\n    Architecture: ${system.disk.readText('/etc/rpm/platform').startsWith('aarch64') ? 'arm64' : 'x86-64'}\n Hardware Vendor: Amazon EC2\n  Hardware Model: ${system.options.instanceType}\n`,
  );
};

const timedatectl: Program = (args, { system }) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  if (words[0] === 'set-timezone' && words[1] !== undefined) {
    system.disk.remove('/etc/localtime');
    system.disk.makeSymlink(`../usr/share/zoneinfo/${words[1]}`, '/etc/localtime');
    return succeed();
  }
  const zone = system.disk.isSymlink('/etc/localtime')
    ? system.disk.linkTarget('/etc/localtime').replace(/^.*zoneinfo\//, '')
    : 'n/a';
  const now = system.now().toISOString().slice(0, 19).replace('T', ' ');
  return succeed(
    `           Universal time: ${now} UTC\n                Time zone: ${zone} (UTC, +0000)\nSystem clock synchronized: yes\n              NTP service: active\n`,
  );
};

const localectl: Program = (args, { system: { disk } }) => {
  const [verb, ...values] = args.filter((arg) => !arg.startsWith('-'));
  if (verb === 'set-locale') {
    const [value = ''] = values;
    disk.write('/etc/locale.conf', `${value.includes('=') ? value : `LANG=${value}`}\n`);
    return succeed();
  }
  const locale = readIfAny(disk, '/etc/locale.conf').trim() || 'LANG=C.UTF-8';
  return succeed(`   System Locale: ${locale}\n       VC Keymap: us\n      X11 Layout: us\n`);
};

/** `sysctl -w name=value`, `-p [file]` and `name`, over files under /proc/sys. */
const sysctl: Program = (args, { system: { disk } }) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const pathOf = (name: string) => `/proc/sys/${name.replace(/\./g, '/')}`;
  const reads = args.some((arg) => arg === '-p' || arg === '--system' || arg.startsWith('--load'));
  const files = args.includes('--system')
    ? disk.listIfAny('/etc/sysctl.d').map((name) => `/etc/sysctl.d/${name}`)
    : [words[0] ?? '/etc/sysctl.conf'];
  const lines = reads
    ? files
        .flatMap((file) => readIfAny(disk, file).split('\n'))
        .filter((line) => /^\s*[\w./-]+\s*=/.test(line))
    : words;
  let text = '';
  for (const line of lines) {
    const [name = '', ...value] = line.split('=').map((part) => part.trim());
    if (value.length > 0) disk.install(pathOf(name), `${value.join('=')}\n`);
    else if (!disk.has(pathOf(name)))
      return fail(255, `sysctl: cannot stat ${pathOf(name)}: No such file or directory`, text);
    const shown = disk.readText(pathOf(name)).trim();
    if (!args.includes('-q')) text += args.includes('-n') ? `${shown}\n` : `${name} = ${shown}\n`;
  }
  return succeed(text);
};

const METADATA: Readonly<Record<string, string>> = {
  '-a': 'ami-id',
  '--ami-id': 'ami-id',
  '-i': 'instance-id',
  '--instance-id': 'instance-id',
  '-t': 'instance-type',
  '--instance-type': 'instance-type',
  '-h': 'local-hostname',
  '--local-hostname': 'local-hostname',
  '-o': 'local-ipv4',
  '--local-ipv4': 'local-ipv4',
  '-v': 'public-ipv4',
  '--public-ipv4': 'public-ipv4',
  '-z': 'placement/availability-zone',
  '--availability-zone': 'placement/availability-zone',
  '-R': 'placement/region',
  '--region': 'placement/region',
  '-s': 'security-groups',
  '--security-groups': 'security-groups',
  '-m': 'mac',
};

const ec2Metadata: Program = async (args, { system }) => {
  const base = 'http://169.254.169.254/latest';
  const ttl = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (
    await system.network.fetch(`${base}/api/token`, { method: 'PUT', headers: ttl })
  ).text();
  const quiet = args.includes('--quiet') || args.includes('-q');
  const asked = args.flatMap((arg) => METADATA[arg] ?? []);
  const unknown = args.find(
    (arg) => METADATA[arg] === undefined && !['--quiet', '-q', '--all'].includes(arg),
  );
  if (unknown !== undefined) return fail(1, `ec2-metadata: unknown option ${unknown}`);
  const paths = asked.length > 0 ? asked : [...new Set(Object.values(METADATA))];
  const lines: string[] = [];
  for (const path of paths) {
    const answer = await system.network.fetch(`${base}/meta-data/${path}`, {
      headers: { 'X-aws-ec2-metadata-token': token },
    });
    const value = answer.ok ? await answer.text() : 'not available';
    lines.push(
      quiet
        ? `${value}\n`
        : `${path.replace('availability-zone', 'placement').replace(/^placement\/(region|placement)/, '$1')}: ${value}\n`,
    );
  }
  return succeed(lines.join(''));
};

const cloudInit: Program = async (args, { system }) => {
  if (args[0] !== 'status')
    return args[0] === '--version'
      ? succeed('/usr/bin/cloud-init 22.2.2\n')
      : fail(2, `usage: cloud-init status [--wait] [--long]`);
  const runsInside = system.cloudInit.status === 'running';
  // A script of cloud-init that waits for cloud-init would wait for ever on AWS, too.
  if (args.includes('--wait') && runsInside) await system.cloudInit.done;
  const { status } = system.cloudInit;
  return status === 'error' ? fail(1, '', 'status: error\n') : succeed(`status: ${status}\n`);
};

const ss: Program = (args, { system }) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const ports = [...system.ports.listening.keys()].sort((a, b) => a - b);
  if (/u/.test(flags) && !/t/.test(flags))
    return succeed('State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n');
  const rows = ports.map(
    (port) => `LISTEN 0      511                *:${String(port).padEnd(8)}        *:*    \n`,
  );
  return succeed(`State  Recv-Q Send-Q Local Address:Port   Peer Address:Port\n${rows.join('')}`);
};

const netstat: Program = (_, { system }) => {
  const ports = [...system.ports.listening.keys()].sort((a, b) => a - b);
  const rows = ports.map(
    (port) => `tcp6       0      0 ${`:::${port}`.padEnd(23)} :::*                    LISTEN\n`,
  );
  return succeed(
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State\n${rows.join('')}`,
  );
};

const power =
  (action: 'poweroff' | 'reboot'): Program =>
  (_, { system }) => {
    system.requestPower(action);
    return succeed();
  };

const shutdown: Program = async (args, { system }) => {
  if (args.includes('-c')) return succeed();
  const when = args.find((arg) => arg === 'now' || /^\+?\d+$/.test(arg)) ?? '+1';
  const action = args.includes('-r') ? 'reboot' : 'poweroff';
  const seconds = when === 'now' ? 0 : Number(when.replace('+', '')) * 60;
  const act = () => system.requestPower(action);
  if (seconds === 0) {
    act();
    return succeed();
  }
  system.sleep(seconds).then(act, () => undefined);
  return succeed(
    '',
    `Shutdown scheduled for ${formatLogTime(new Date(system.now().getTime() + seconds * 1000))}, use 'shutdown -c' to cancel.\n`,
  );
};

const getenforce: Program = (_, { system }) => {
  const mode = /^SELINUX=(\w+)/m.exec(readIfAny(system.disk, '/etc/selinux/config'))?.[1] ?? 'permissive';
  return succeed(`${mode.charAt(0).toUpperCase()}${mode.slice(1)}\n`);
};

const setenforce: Program = (args) =>
  /^(0|1|permissive|enforcing)$/i.test(args[0] ?? '')
    ? succeed()
    : fail(1, 'usage:  setenforce [ Enforcing | Permissive | 1 | 0 ]');

const mktemp: Program = (args, call) => {
  const template =
    args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-p') ?? 'tmp.XXXXXXXXXX';
  const flagged = args.indexOf('-p');
  const directory = flagged >= 0 ? (args[flagged + 1] ?? '/tmp') : '/tmp';
  if (!/XXX/.test(template)) return fail(1, `mktemp: too few X's in template ‘${template}’`);
  const random = () => randomBytes(16).toString('base64').replace(/\W/g, '');
  const name = template.replace(/X{3,}(?!.*X{3})/, (run) =>
    random().padEnd(run.length, '0').slice(0, run.length),
  );
  const isBare =
    !template.includes('/') && (template === 'tmp.XXXXXXXXXX' || flagged >= 0 || args.includes('-t'));
  const path = isBare ? `${directory}/${name}` : resolvePath(call, name);
  if (args.some((arg) => /^-[a-z]*d/.test(arg))) call.system.disk.makeDirectory(path, 0o700);
  else call.system.disk.write(path, '', 0o600);
  return succeed(`${isBare || name.startsWith('/') ? path : name}\n`);
};

const realpath: Program = (args, call) => {
  const path = args.find((arg) => !arg.startsWith('-')) ?? '';
  const absolute = resolvePath(call, path);
  if (!call.system.disk.has(absolute))
    return args.includes('-m')
      ? succeed(`${absolute}\n`)
      : fail(1, `realpath: ${path}: No such file or directory`);
  return succeed(`${call.system.disk.canonical(absolute)}\n`);
};

/** `install [-d] [-m MODE] [-o OWNER] [-g GROUP] [-D] source… target` of coreutils. */
const install: Program = (args, call) => {
  const { disk } = call.system;
  let mode = 0o755;
  let makeDirectories = false;
  let isDirectory = false;
  const names = { user: '', group: '' };
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [, long, value = ''] = /^--(mode|owner|group)=(.*)$/.exec(arg) ?? [];
    const [, short, joined] = /^-[a-zA-Z]*?([mogt])(.*)$/.exec(arg) ?? [];
    const given = long === undefined ? joined || (short === undefined ? '' : (args[++at] ?? '')) : value;
    if (long === 'mode' || short === 'm') mode = Number.parseInt(given, 8);
    else if (long === 'owner' || short === 'o') names.user = given;
    else if (long === 'group' || short === 'g') names.group = given;
    else if (short === 't') words.push(given);
    if (/^-[a-zA-Z]*d/.test(arg) || arg === '--directory') isDirectory = true;
    if (/^-[a-zA-Z]*D/.test(arg)) makeDirectories = true;
    if (!arg.startsWith('-')) words.push(arg);
  }
  const user = findUser(disk, names.user);
  const group = findGroup(disk, names.group);
  if (names.user !== '' && user === undefined) return fail(1, `install: invalid user ‘${names.user}’`);
  if (names.group !== '' && group === undefined) return fail(1, `install: invalid group ‘${names.group}’`);
  const own = (path: string) =>
    disk.setOwner(path, { ...(user && { uid: user.uid }), ...(group && { gid: group.gid }) });
  if (isDirectory) {
    for (const word of words) {
      const path = resolvePath(call, word);
      disk.makeDirectory(path);
      disk.setMode(path, mode);
      own(path);
    }
    return succeed();
  }
  const target = resolvePath(call, words.pop() ?? '');
  for (const word of words) {
    const source = resolvePath(call, word);
    const kind = disk.find(source)?.kind;
    if (kind === undefined || kind === 'directory')
      return kind === 'directory'
        ? fail(1, `install: omitting directory '${word}'`)
        : fail(1, `install: cannot stat '${word}': No such file or directory`);
    const path = disk.find(target)?.kind === 'directory' ? `${target}/${word.split('/').at(-1)}` : target;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (makeDirectories) disk.makeDirectory(parent);
    if (!disk.has(parent))
      return fail(1, `install: cannot create regular file '${path}': No such file or directory`);
    disk.write(path, disk.read(source).slice(), mode);
    own(path);
  }
  return succeed();
};

const umask: Program = (args) => (args.length === 0 ? succeed('0022\n') : succeed());

const trap: Program = (args, { traps }) => {
  const words = args.filter((arg) => arg !== '--');
  if (words.length < 2 && words[0] !== '-') return succeed();
  const [handler = '', ...signals] = words;
  for (const signal of signals) {
    const name = signal.replace(/^SIG/, '').toUpperCase();
    if (handler === '-') traps.delete(name);
    else traps.set(name, handler);
  }
  return succeed();
};

const runPlain: Program = async (args, call) => {
  const words = [...args];
  while (words[0]?.startsWith('-')) if (words.shift() === '-n') words.shift();
  return words.length === 0 ? succeed() : await runCommand(call, words);
};

/** `awk -f file`, which just-bash's awk does not know. */
const awk: Program = async (args, call) => {
  const { context, system } = call;
  if (context.origCommand === undefined) throw new Error('the shell has no awk');
  const at = args.indexOf('-f');
  if (at < 0) return await context.origCommand(args);
  const file = args[at + 1] ?? '';
  const path = resolvePath(call, file);
  if (system.disk.find(path)?.kind !== 'file')
    return fail(2, `awk: fatal: cannot open source file \`${file}' for reading: No such file or directory`);
  const text = system.disk.readText(path).replace(/^#![^\n]*/, '');
  return await context.origCommand([...args.slice(0, at), text, ...args.slice(at + 2)]);
};

const df: Program = () =>
  succeed(
    'Filesystem     1K-blocks    Used Available Use% Mounted on\n/dev/xvda1       8310764 1650000   6660764  20% /\ntmpfs             481264       0    481264   0% /tmp\n',
  );

const free: Program = () =>
  succeed(
    '               total        used        free      shared  buff/cache   available\nMem:          942528      180000      512000        2800      250528      700000\nSwap:              0           0           0\n',
  );

const uptime: Program = (_, { system }) => {
  const minutes = Math.floor((system.now().getTime() - system.bootedAt.getTime()) / 60_000);
  return succeed(
    ` ${system.now().toISOString().slice(11, 19)} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n`,
  );
};

export const HOST_PROGRAMS: Programs = {
  uname,
  hostname,
  hostnamectl,
  timedatectl,
  localectl,
  sysctl,
  'ec2-metadata': ec2Metadata,
  'cloud-init': cloudInit,
  ss,
  netstat,
  shutdown,
  poweroff: power('poweroff'),
  halt: power('poweroff'),
  reboot: power('reboot'),
  getenforce,
  setenforce,
  restorecon: () => succeed(),
  mktemp,
  realpath,
  install,
  trap,
  umask,
  ulimit: () => succeed('1024\n'),
  nohup: runPlain,
  nice: runPlain,
  nproc: () => succeed('2\n'),
  sync: () => succeed(),
  df,
  free,
  uptime,
  awk,
  gawk: (args, call) => runCommand(call, ['awk', ...args]),
};

function readIfAny(disk: Disk, path: string): string {
  return disk.has(path) ? disk.readText(path) : '';
}
