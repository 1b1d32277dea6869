import type { ExecResult } from 'just-bash';
import {
  installPackages,
  isInstalled,
  readInstalled,
  removePackages,
  rpmArchitecture,
} from '../packages/installed';
import type { Package } from '../packages/package';
import { findPackage, packageId, withRequirements } from '../packages/repository';
import { fail, type Program, type ProgramCall, type Programs, succeed } from './program';

/** AWS seconds: reading the repository's metadata, and each megabyte and package after that. */
const METADATA_SECONDS = 3;
const SECONDS_PER_MEGABYTE = 0.1;
const SECONDS_PER_PACKAGE = 0.3;
const RULE = '='.repeat(80);

interface Request {
  quiet: boolean;
  yes: boolean;
  /** `--allowerasing`: what is in the way is removed. */
  erases: boolean;
  /** `--skip-broken`: what cannot be installed is left out. */
  skips: boolean;
  command: string;
  names: string[];
}

const dnf: Program = async (args, call) => {
  const request = parseArguments(args);
  switch (request.command) {
    case 'install':
    case 'localinstall':
    case 'reinstall':
      return await install(request, call);
    case 'remove':
    case 'erase':
    case 'autoremove':
      return remove(request, call);
    case 'update':
    case 'upgrade':
    case 'check-update':
    case 'check-release-update':
    case 'distro-sync':
    case 'upgrade-minimal':
      return await upgrade(request, call);
    case 'clean':
      return succeed(request.quiet ? '' : '17 files removed\n');
    case 'makecache':
      await call.system.sleep(METADATA_SECONDS, call.context.signal);
      return succeed(request.quiet ? '' : `${metadataLine(call)}Metadata cache created.\n`);
    case 'list':
      return list(request, call);
    case 'info':
      return info(request, call);
    case 'search':
      return search(request, call);
    case 'swap':
      return await swap(request, call);
    case 'module':
      return module(request, call);
    case 'group':
    case 'groupinstall':
      return fail(
        1,
        'Error: Nothing to do.',
        request.names
          .filter((name) => name !== 'install')
          .map((name) => `Module or Group '${name}' is not available.\n`)
          .join(''),
      );
    case 'repolist':
      return succeed(
        'repo id                  repo name\namazonlinux              Amazon Linux 2023 repository\nkernel-livepatch         Amazon Linux 2023 Kernel Livepatch repository\n',
      );
    case '--version':
      return succeed('4.14.0\n');
    case '':
      return fail(1, 'usage: dnf [options] COMMAND');
    default:
      return fail(
        1,
        `No such command: ${request.command}. Please use /usr/bin/${call.name} --help\nIt could be a DNF plugin command, try: "dnf install 'dnf-command(${request.command})'"`,
      );
  }
};

export const DNF_PROGRAMS: Programs = { dnf, yum: dnf };

const WITH_VALUE = new Set([
  '-x',
  '-c',
  '-d',
  '-e',
  '--exclude',
  '--enablerepo',
  '--disablerepo',
  '--setopt',
  '--releasever',
]);

function parseArguments(args: readonly string[]): Request {
  const request: Request = {
    ...{ quiet: false, yes: false, erases: false, skips: false, command: '', names: [] },
  };
  const words = args.filter((_, at) => !WITH_VALUE.has(args[at - 1] ?? ''));
  for (const arg of words) {
    if (/^-[yqv]+$/.test(arg)) {
      request.yes ||= arg.includes('y');
      request.quiet ||= arg.includes('q');
    } else if (arg === '--assumeyes') request.yes = true;
    else if (arg === '--quiet') request.quiet = true;
    else if (arg === '--allowerasing') request.erases = true;
    else if (arg === '--skip-broken' || /^--setopt=(?:\*\.)?strict=(?:0|False)$/i.test(arg))
      request.skips = true;
    else if (arg === '--version') request.command = arg;
    else if (arg.startsWith('-')) continue;
    else if (request.command === '') request.command = arg;
    else request.names.push(arg);
  }
  return request;
}

async function install(request: Request, call: ProgramCall): Promise<ExecResult> {
  const { system, context } = call;
  if (request.names.length === 0) return fail(1, 'Error: Need to pass a list of pkgs to install');
  await system.sleep(METADATA_SECONDS, context.signal);
  const unknown = request.names.filter((name) => findPackage(name) === undefined);
  if (unknown.length > 0 && request.skips) {
    const names = request.names.filter((name) => !unknown.includes(name));
    if (names.length > 0) return await install({ ...request, names }, call);
  }
  if (unknown.length > 0) {
    const missing = unknown.map((name) => `No match for argument: ${name}\n`).join('');
    return fail(
      1,
      `Error: Unable to find a match: ${unknown.join(' ')}`,
      `${request.quiet ? '' : metadataLine(call)}${missing}`,
    );
  }
  const present = request.names
    .flatMap((name) => findPackage(name) ?? [])
    .filter(({ name }) => isInstalled(system.disk, name));
  const wanted = withRequirements(request.names).filter(({ name }) => !isInstalled(system.disk, name));
  const architecture = rpmArchitecture(system.disk);
  const inTheWay = wanted.flatMap((entry) =>
    (entry.conflicts ?? []).filter((name) => isInstalled(system.disk, name)).map((name) => ({ entry, name })),
  );
  if (inTheWay.length > 0 && !request.erases) {
    const names = request.names.filter((name) => !inTheWay.some(({ entry }) => entry === findPackage(name)));
    if (request.skips && names.length > 0) return await install({ ...request, names }, call);
    return fail(1, conflict(inTheWay, architecture), request.quiet ? '' : metadataLine(call));
  }
  const already = present.map(
    (entry) => `Package ${packageId(entry)}.${archOf(entry, architecture)} is already installed.\n`,
  );
  const head = `${request.quiet ? '' : metadataLine(call)}${already.join('')}`;
  if (wanted.length === 0)
    return succeed(`${head}${request.quiet ? '' : 'Dependencies resolved.\nNothing to do.\nComplete!\n'}`);
  if (!request.yes)
    return fail(
      1,
      '',
      `${head}${plan(wanted, request.names, architecture)}Is this ok [y/N]: Operation aborted.\n`,
    );
  const megabytes = wanted.reduce((sum, { size }) => sum + size, 0) / 1024;
  await system.sleep(megabytes * SECONDS_PER_MEGABYTE + wanted.length * SECONDS_PER_PACKAGE, context.signal);
  removePackages(
    system.disk,
    inTheWay.map(({ name }) => name),
  );
  installPackages(system.disk, wanted, 'amazonlinux');
  if (request.quiet) return succeed(`${head}\n${installedList(wanted, architecture)}\n`);
  return succeed(
    `${head}${plan(wanted, request.names, architecture)}${transaction(wanted, 'Installing', architecture)}\n${installedList(wanted, architecture)}\nComplete!\n`,
  );
}

function conflict(inTheWay: readonly { entry: Package; name: string }[], architecture: string): string {
  const problems = inTheWay.map(({ entry, name }) => {
    const other = findPackage(name);
    const installed = other ? `${packageId(other)}.${archOf(other, architecture)}` : name;
    const asked = `${packageId(entry)}.${archOf(entry, architecture)}`;
    return ` Problem: problem with installed package ${installed}
  - package ${installed} from @System conflicts with ${entry.name} provided by ${asked} from amazonlinux
  - package ${installed} from amazonlinux conflicts with ${entry.name} provided by ${asked} from amazonlinux
  - conflicting requests
`;
  });
  return `Error: \n${problems.join('')}(try to add '--allowerasing' to command line to replace conflicting packages or '--skip-broken' to skip uninstallable packages)`;
}

/** `dnf swap old new`. */
async function swap(request: Request, call: ProgramCall): Promise<ExecResult> {
  const [, wanted] = request.names;
  if (wanted === undefined) return fail(2, 'usage: dnf swap [options] remove_spec install_spec');
  return await install({ ...request, names: [wanted], erases: true }, call);
}

function search(request: Request, call: ProgramCall): ExecResult {
  const architecture = rpmArchitecture(call.system.disk);
  const found = request.names.flatMap((name) => findPackage(name) ?? []);
  if (found.length === 0) return succeed(`${metadataLine(call)}No matches found.\n`);
  const rows = found.map((entry) => `${entry.name}.${archOf(entry, architecture)} : ${entry.summary}\n`);
  return succeed(`${metadataLine(call)}${rows.join('')}`);
}

/** Amazon Linux 2023 has no modules. */
function module({ names }: Request, call: ProgramCall): ExecResult {
  const [verb = 'list', ...wanted] = names;
  if (verb === 'list' || verb === 'info' || wanted.length === 0) return succeed(metadataLine(call));
  return fail(
    1,
    `Error: Problems in request:\nmissing groups or modules: ${wanted.join(', ')}`,
    wanted.map((name) => `Unable to resolve argument ${name}\n`).join(''),
  );
}

function remove(request: Request, call: ProgramCall): ExecResult {
  const { disk } = call.system;
  const installed = request.names.filter((name) => isInstalled(disk, findPackage(name)?.name ?? name));
  const absent = request.names
    .filter((name) => !installed.includes(name))
    .map((name) => `No match for argument: ${name}\n`);
  if (installed.length === 0)
    return succeed(
      `${absent.join('')}No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n`,
    );
  if (!request.yes) return fail(1, '', 'Is this ok [y/N]: Operation aborted.\n');
  const architecture = rpmArchitecture(disk);
  const gone = new Set(installed.flatMap((name) => findPackage(name) ?? []));
  for (const entry of withRequirementsOf(disk, [...gone])) gone.add(entry);
  removePackages(
    disk,
    [...gone].map(({ name }) => name),
  );
  const lines = [...gone].map((entry) => `  ${packageId(entry)}.${archOf(entry, architecture)}\n`).join('');
  return succeed(
    `${absent.join('')}Dependencies resolved.\n${transaction([...gone], 'Erasing', architecture)}\nRemoved:\n${lines}\nComplete!\n`,
  );
}

/** What only the removed packages required goes with them; what needs a removed one goes too. */
function withRequirementsOf(disk: ProgramCall['system']['disk'], gone: readonly Package[]): Package[] {
  const names = new Set(gone.map(({ name }) => name));
  const rest = readInstalled(disk).flatMap(({ name }) => (names.has(name) ? [] : (findPackage(name) ?? [])));
  const dependents = rest.filter(({ requires }) => requires?.some((name) => names.has(name)));
  for (const { name } of dependents) names.add(name);
  const kept = new Set(rest.filter(({ name }) => !names.has(name)).flatMap(({ requires }) => requires ?? []));
  const orphans = withRequirements([...names]).filter(({ name }) => {
    const entry = readInstalled(disk).find((candidate) => candidate.name === name);
    return entry !== undefined && entry.repository !== 'System' && !kept.has(name);
  });
  return [...dependents, ...orphans];
}

async function upgrade(request: Request, call: ProgramCall): Promise<ExecResult> {
  await call.system.sleep(METADATA_SECONDS, call.context.signal);
  if (request.quiet) return succeed();
  const head = metadataLine(call);
  if (request.command.startsWith('check')) return succeed(head);
  return succeed(`${head}Dependencies resolved.\nNothing to do.\nComplete!\n`);
}

function list(request: Request, call: ProgramCall): ExecResult {
  const [first = '', ...rest] = request.names;
  const onlyInstalled = first === 'installed';
  const patterns = ['installed', 'available', 'all'].includes(first) ? rest : request.names;
  const rows = readInstalled(call.system.disk)
    .filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => matches(name, pattern)))
    .map(({ name, version, release, arch, repository }) =>
      row(`${name}.${arch}`, `${version}-${release}`, `@${repository}`),
    );
  const known = patterns.flatMap((pattern) => findPackage(pattern) ?? []);
  const available = onlyInstalled ? [] : known.filter(({ name }) => !isInstalled(call.system.disk, name));
  if (rows.length + available.length === 0) return fail(1, 'Error: No matching Packages to list');
  const architecture = rpmArchitecture(call.system.disk);
  const offered = available.map((entry) =>
    row(`${entry.name}.${archOf(entry, architecture)}`, `${entry.version}-${entry.release}`, 'amazonlinux'),
  );
  return succeed(
    `${rows.length > 0 ? `Installed Packages\n${rows.join('')}` : ''}${offered.length > 0 ? `Available Packages\n${offered.join('')}` : ''}`,
  );
}

function info(request: Request, call: ProgramCall): ExecResult {
  const found = request.names.flatMap((name) => findPackage(name) ?? []);
  if (found.length === 0) return fail(1, 'Error: No matching Packages to list');
  const architecture = rpmArchitecture(call.system.disk);
  const texts = found.map(
    (entry) =>
      `${isInstalled(call.system.disk, entry.name) ? 'Installed' : 'Available'} Packages\nName         : ${entry.name}\nVersion      : ${entry.version}\nRelease      : ${entry.release}\nArchitecture : ${archOf(entry, architecture)}\nSize         : ${entry.size} k\nSummary      : ${entry.summary}\n`,
  );
  return succeed(texts.join('\n'));
}

function metadataLine({ system }: ProgramCall): string {
  return `Last metadata expiration check: 0:00:01 ago on ${system.now().toUTCString().replace(/ GMT$/, '')}.\n`;
}

function plan(packages: readonly Package[], asked: readonly string[], architecture: string): string {
  const names = new Set(asked.map((name) => findPackage(name)?.name));
  const line = (entry: Package) =>
    ` ${entry.name.padEnd(24)} ${archOf(entry, architecture).padEnd(8)} ${`${entry.version}-${entry.release}`.padEnd(26)} amazonlinux ${`${entry.size} k`.padStart(7)}\n`;
  const direct = packages.filter(({ name }) => names.has(name)).map(line);
  const others = packages.filter(({ name }) => !names.has(name)).map(line);
  const size = packages.reduce((sum, entry) => sum + entry.size, 0);
  return `Dependencies resolved.
${RULE}
 Package                  Arch     Version                    Repository     Size
${RULE}
Installing:
${direct.join('')}${others.length > 0 ? `Installing dependencies:\n${others.join('')}` : ''}
Transaction Summary
${RULE}
Install  ${packages.length} Package${packages.length === 1 ? '' : 's'}

Total download size: ${size > 1024 ? `${(size / 1024).toFixed(1)} M` : `${size} k`}
`;
}

function transaction(packages: readonly Package[], verb: string, architecture: string): string {
  const total = packages.length;
  const lines = packages.map(
    (entry, index) =>
      `  ${verb.padEnd(17)}: ${`${packageId(entry)}.${archOf(entry, architecture)}`.padEnd(48)} ${index + 1}/${total}\n`,
  );
  return `Running transaction check\nTransaction check succeeded.\nRunning transaction test\nTransaction test succeeded.\nRunning transaction\n  Preparing        :${' '.repeat(50)}1/1\n${lines.join('')}`;
}

function installedList(packages: readonly Package[], architecture: string): string {
  return `Installed:\n${packages.map((entry) => `  ${packageId(entry)}.${archOf(entry, architecture)}\n`).join('')}`;
}

function archOf(entry: Package, native: string): string {
  return entry.arch === 'native' ? native : entry.arch;
}

function row(name: string, version: string, repository: string): string {
  return `${name.padEnd(40)} ${version.padEnd(28)} ${repository}\n`;
}

function matches(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(name);
}
