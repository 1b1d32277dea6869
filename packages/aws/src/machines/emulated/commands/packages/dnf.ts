import type { ExecResult } from 'just-bash';
import { isAmazonLinuxGroup } from '../../packages/distribution';
import { fail, type Program, type ProgramCall, type Programs, succeed } from '../program';
import { clearCache, fillCache } from './cache';
import { install, METADATA_SECONDS, swap } from './install';
import { info, list, search } from './queries';
import { remove } from './remove';
import { metadataLine } from './report';
import { parseArguments, type Request } from './request';

type Command = (request: Request, call: ProgramCall) => Promise<ExecResult> | ExecResult;

/** What dnf does, by the names that each of its commands has. */
const COMMANDS: readonly (readonly [readonly string[], Command])[] = [
  [['install', 'localinstall', 'reinstall'], install],
  [['remove', 'erase', 'autoremove'], remove],
  [['update', 'upgrade', 'upgrade-minimal', 'check-update', 'check-release-update', 'distro-sync'], upgrade],
  [['clean'], clean],
  [['makecache'], makeCache],
  [['list'], list],
  [['info'], info],
  [['search'], search],
  [['swap'], swap],
  [['module'], module],
  [['group', 'groupinstall'], group],
  [['repolist'], () => succeed(REPOSITORIES)],
  [['--version'], () => succeed('4.14.0\n')],
  [[''], () => fail(1, 'usage: dnf [options] COMMAND')],
];

/** Commands of dnf and of the plugins on the image that this machine does not have. */
const LACKING = new Set(
  `alias changelog config-manager copr debuginfo-install deplist downgrade download groupinfo grouplist groupremove groups history mark
  needs-restarting offline-upgrade provides repodiff repograph repoinfo repomanage repoquery reposync shell supportinfo updateinfo versionlock
  whatprovides builddep system-upgrade check`.split(/\s+/),
);

const REPOSITORIES =
  'repo id                  repo name\namazonlinux              Amazon Linux 2023 repository\nkernel-livepatch         Amazon Linux 2023 Kernel Livepatch repository\n';

const dnf: Program = async (args, call) => {
  const request = parseArguments(args);
  const [, run] = COMMANDS.find(([names]) => names.includes(request.command)) ?? [];
  if (run) return await run(request, call);
  if (LACKING.has(request.command)) return call.lacks(`dnf ${request.command}`);
  return fail(
    1,
    `No such command: ${request.command}. Please use /usr/bin/${call.name} --help\nIt could be a DNF plugin command, try: "dnf install 'dnf-command(${request.command})'"`,
  );
};

/** `dnf`, and `yum`, which is the same. */
export const DNF_PROGRAMS: Programs = { dnf, yum: dnf };

/** `dnf clean all`: takes away what was downloaded of repositories. */
function clean({ quiet, names }: Request, { guest }: ProgramCall): ExecResult {
  if (names.length === 0)
    return fail(1, 'Error: Requires argument metadata, packages, dbcache, expire-cache, all');
  return succeed(quiet ? '' : `${clearCache(guest.disk)} files removed\n`);
}

async function makeCache({ quiet }: Request, call: ProgramCall): Promise<ExecResult> {
  fillCache(call.guest.disk);
  await call.guest.sleep(METADATA_SECONDS, call.context.signal);
  return succeed(quiet ? '' : `${metadataLine(call)}Metadata cache created.\n`);
}

function group({ names }: Request, { lacks }: ProgramCall): ExecResult {
  const known = names.filter(isAmazonLinuxGroup);
  if (known.length > 0) return lacks(`package group ${known.join(', ')}`);
  return fail(
    1,
    'Error: Nothing to do.',
    names
      .filter((name) => name !== 'install')
      .map((name) => `Module or Group '${name}' is not available.\n`)
      .join(''),
  );
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

async function upgrade(request: Request, call: ProgramCall): Promise<ExecResult> {
  fillCache(call.guest.disk);
  await call.guest.sleep(METADATA_SECONDS, call.context.signal);
  if (request.quiet) return succeed();
  const head = metadataLine(call);
  if (request.command.startsWith('check')) return succeed(head);
  return succeed(`${head}Dependencies resolved.\nNothing to do.\nComplete!\n`);
}
