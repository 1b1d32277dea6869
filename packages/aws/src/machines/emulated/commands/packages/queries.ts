import { compileWildcard } from 'aws-languages/wildcard';
import type { ExecResult } from 'just-bash';
import { isInAmazonLinux } from '../../packages/distribution';
import { isInstalled, readInstalled, rpmArchitecture } from '../../packages/installed';
import { findPackage } from '../../packages/repository';
import { fail, type ProgramCall, succeed } from '../program';
import { archOf, metadataLine } from './report';
import type { Request } from './request';

/** `dnf search`. */
export function search(request: Request, call: ProgramCall): ExecResult {
  const architecture = rpmArchitecture(call.guest.disk);
  const found = request.names.flatMap((name) => findPackage(name) ?? []);
  if (found.length === 0 && request.names.some(isInAmazonLinux)) return lacksData(request.names, call);
  if (found.length === 0) return succeed(`${metadataLine(call)}No matches found.\n`);
  const rows = found.map((entry) => `${entry.name}.${archOf(entry, architecture)} : ${entry.summary}\n`);
  return succeed(`${metadataLine(call)}${rows.join('')}`);
}

/** `dnf list`: what is installed, and of the names given what could be. */
export function list(request: Request, call: ProgramCall): ExecResult {
  const [first = '', ...rest] = request.names;
  const onlyInstalled = first === 'installed';
  const patterns = ['installed', 'available', 'all'].includes(first) ? rest : request.names;
  const rows = readInstalled(call.guest.disk)
    .filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => matches(name, pattern)))
    .map(({ name, version, release, arch, repository }) =>
      row(`${name}.${arch}`, `${version}-${release}`, `@${repository}`),
    );
  const known = patterns.flatMap((pattern) => findPackage(pattern) ?? []);
  const available = onlyInstalled ? [] : known.filter(({ name }) => !isInstalled(call.guest.disk, name));
  if (rows.length + available.length === 0 && !onlyInstalled && patterns.some(isInAmazonLinux))
    return lacksData(patterns, call);
  if (rows.length + available.length === 0) return fail(1, 'Error: No matching Packages to list');
  const architecture = rpmArchitecture(call.guest.disk);
  const offered = available.map((entry) =>
    row(`${entry.name}.${archOf(entry, architecture)}`, `${entry.version}-${entry.release}`, 'amazonlinux'),
  );
  return succeed(
    `${rows.length > 0 ? `Installed Packages\n${rows.join('')}` : ''}${offered.length > 0 ? `Available Packages\n${offered.join('')}` : ''}`,
  );
}

/** `dnf info`. */
export function info(request: Request, call: ProgramCall): ExecResult {
  const found = request.names.flatMap((name) => findPackage(name) ?? []);
  if (found.length === 0 && request.names.some(isInAmazonLinux)) return lacksData(request.names, call);
  if (found.length === 0) return fail(1, 'Error: No matching Packages to list');
  const architecture = rpmArchitecture(call.guest.disk);
  const texts = found.map(
    (entry) =>
      `${isInstalled(call.guest.disk, entry.name) ? 'Installed' : 'Available'} Packages\nName         : ${entry.name}\nVersion      : ${entry.version}\nRelease      : ${entry.release}\nArchitecture : ${archOf(entry, architecture)}\nSize         : ${entry.size} k\nSummary      : ${entry.summary}\n`,
  );
  return succeed(texts.join('\n'));
}

/** Of a package that only Amazon Linux 2023 has, nothing but the name is known. */
function lacksData(names: readonly string[], { lacks }: ProgramCall): ExecResult {
  return lacks(`package ${names.filter(isInAmazonLinux).join(', ')}`);
}

function row(name: string, version: string, repository: string): string {
  return `${name.padEnd(40)} ${version.padEnd(28)} ${repository}\n`;
}

function matches(name: string, pattern: string): boolean {
  return compileWildcard(pattern).test(name);
}
