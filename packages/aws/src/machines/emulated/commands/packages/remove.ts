import type { ExecResult } from 'just-bash';
import type { Disk } from '../../disk/disk';
import { isInstalled, readInstalled, removePackages, rpmArchitecture } from '../../packages/installed';
import type { Package } from '../../packages/package';
import { findPackage, packageId, withRequirements } from '../../packages/repository';
import { fail, type ProgramCall, succeed } from '../program';
import { archOf, transaction } from './report';
import type { Request } from './request';

/** `dnf remove`: packages, what needs them, and what only they needed. */
export function remove(request: Request, call: ProgramCall): ExecResult {
  const { disk } = call.guest;
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
function withRequirementsOf(disk: Disk, gone: readonly Package[]): Package[] {
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
