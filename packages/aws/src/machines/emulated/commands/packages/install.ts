import type { ExecResult } from 'just-bash';
import { isAmazonLinuxGroup, isInAmazonLinux, isOnAmazonLinuxImage } from '../../packages/distribution';
import { installPackages, isInstalled, removePackages, rpmArchitecture } from '../../packages/installed';
import type { Package } from '../../packages/package';
import { findPackage, packageId, withRequirements } from '../../packages/repository';
import { fail, type ProgramCall, succeed } from '../program';
import { fillCache } from './cache';
import { archOf, installedList, metadataLine, plan, transaction } from './report';
import type { Request } from './request';

/** AWS seconds: reading the repository's metadata, and each megabyte and package after that. */
export const METADATA_SECONDS = 3;

const SECONDS_PER_MEGABYTE = 0.1;
const SECONDS_PER_PACKAGE = 0.3;

/** `dnf install`: what is known and not there, with what it requires. */
export async function install(request: Request, call: ProgramCall): Promise<ExecResult> {
  if (request.names.length === 0) return fail(1, 'Error: Need to pass a list of pkgs to install');
  fillCache(call.guest.disk);
  await call.guest.sleep(METADATA_SECONDS, call.context.signal);
  return (await refuseUnknown(request, call)) ?? (await installKnown(request, call));
}

/**
 * @returns undefined when this machine has all packages. What Amazon Linux 2023 does not have gets dnf's own message, and what only this
 * machine does not have is named as that; `--skip-broken` goes on without what nobody has
 */
async function refuseUnknown(request: Request, call: ProgramCall): Promise<ExecResult | undefined> {
  const { names } = request;
  const foreign = names.filter((name) => !isHere(name) && !isOnlyInAmazonLinux(name));
  if (foreign.length > 0) {
    const others = names.filter((name) => !foreign.includes(name));
    if (request.skips && others.length > 0) return await install({ ...request, names: others }, call);
    const missing = foreign.map((name) => `No match for argument: ${name}\n`).join('');
    const head = request.quiet ? '' : metadataLine(call);
    return fail(1, `Error: Unable to find a match: ${foreign.join(' ')}`, `${head}${missing}`);
  }
  const lacking = names.filter((name) => !isHere(name));
  return lacking.length > 0 ? call.lacks(nameLacking(lacking)) : undefined;
}

/** Whether a package can be installed here, or came with the image. */
function isHere(name: string): boolean {
  return findPackage(name) !== undefined || isOnAmazonLinuxImage(name);
}

function isOnlyInAmazonLinux(name: string): boolean {
  return isInAmazonLinux(name) || isPackageFile(name) || (name.startsWith('@') && isAmazonLinuxGroup(name));
}

/** An RPM by its path or address. */
function isPackageFile(name: string): boolean {
  return /^https?:\/\/|\.rpm$|^\/(?:usr|bin|sbin|etc)\//.test(name);
}

function nameLacking(names: readonly string[]): string {
  return names.length === 1 ? `package ${names[0]}` : `packages ${names.join(', ')}`;
}

async function installKnown(request: Request, call: ProgramCall): Promise<ExecResult> {
  const { disk } = call.guest;
  const architecture = rpmArchitecture(disk);
  const known = request.names.filter((name) => findPackage(name) !== undefined);
  const wanted = withRequirements(known).filter(({ name }) => !isInstalled(disk, name));
  const inTheWay = wanted.flatMap((entry) =>
    (entry.conflicts ?? []).filter((name) => isInstalled(disk, name)).map((name) => ({ entry, name })),
  );
  if (inTheWay.length > 0 && !request.erases) {
    const names = request.names.filter((name) => !inTheWay.some(({ entry }) => entry === findPackage(name)));
    if (request.skips && names.length > 0) return await install({ ...request, names }, call);
    return fail(1, conflict(inTheWay, architecture), request.quiet ? '' : metadataLine(call));
  }
  const already = request.names.flatMap((name) => {
    const entry = findPackage(name);
    // Of what came with the image and has no program here, the version is not known.
    if (entry === undefined) return [`Package ${name} is already installed.\n`];
    if (!isInstalled(disk, entry.name)) return [];
    return [`Package ${packageId(entry)}.${archOf(entry, architecture)} is already installed.\n`];
  });
  const head = `${request.quiet ? '' : metadataLine(call)}${already.join('')}`;
  if (wanted.length === 0)
    return succeed(`${head}${request.quiet ? '' : 'Dependencies resolved.\nNothing to do.\nComplete!\n'}`);
  const planned = plan(wanted, request.names, architecture);
  if (!request.yes) return fail(1, '', `${head}${planned}Is this ok [y/N]: Operation aborted.\n`);
  await change(
    call,
    wanted,
    inTheWay.map(({ name }) => name),
  );
  const installed = installedList(wanted, architecture);
  if (request.quiet) return succeed(`${head}\n${installed}\n`);
  return succeed(
    `${head}${planned}${transaction(wanted, 'Installing', architecture)}\n${installed}\nComplete!\n`,
  );
}

/** Takes its time, as downloads do, and then puts packages in the place of others. */
async function change(
  { guest, context }: ProgramCall,
  wanted: readonly Package[],
  inTheWay: readonly string[],
): Promise<void> {
  const megabytes = wanted.reduce((sum, { size }) => sum + size, 0) / 1024;
  await guest.sleep(megabytes * SECONDS_PER_MEGABYTE + wanted.length * SECONDS_PER_PACKAGE, context.signal);
  removePackages(guest.disk, inTheWay);
  installPackages(guest.disk, wanted, 'amazonlinux');
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
export async function swap(request: Request, call: ProgramCall): Promise<ExecResult> {
  const [, wanted] = request.names;
  if (wanted === undefined) return fail(2, 'usage: dnf swap [options] remove_spec install_spec');
  return await install({ ...request, names: [wanted], erases: true }, call);
}
