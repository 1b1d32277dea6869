import { compileWildcard } from 'aws-languages/wildcard';
import type { ExecResult } from 'just-bash';
import { isOnAmazonLinuxImage } from '../../packages/distribution';
import { type InstalledPackage, readInstalled } from '../../packages/installed';
import { findPackage } from '../../packages/repository';
import { fail, type Program, type ProgramCall, type Programs, resolvePath, succeed } from '../program';
import { findUnknownTag, formatPackage } from './query-format';

/** What a command line asks the database for. */
interface Query {
  readonly flags: string;
  readonly names: readonly string[];
  readonly format: string | undefined;
}

/** `rpm -q`: the database of what is installed; nothing is installed with it here. */
const rpm: Program = (args, call) => {
  const query = readArguments(args);
  const { flags, names } = query;
  if (!/q/.test(flags)) {
    if (args.includes('--version')) return succeed('RPM version 4.16.1.3\n');
    return call.lacks(`rpm ${args.join(' ')}`);
  }
  const installed = readInstalled(call.guest.disk);
  const [first] = installed;
  const unknown = query.format !== undefined && first ? findUnknownTag(first, query.format) : undefined;
  if (unknown !== undefined) return call.lacks(`rpm tag ${unknown}`);
  if (/a/.test(flags)) {
    const patterns = names.map((name) => compileWildcard(name));
    const chosen = installed.filter(
      ({ name }) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name)),
    );
    return succeed(chosen.map((entry) => show(entry, query)).join(''));
  }
  if (/f/.test(flags)) return showOwners(call, query, installed);
  const missing = names.find((name) => isOnAmazonLinuxImage(name) && findPackage(name) === undefined);
  if (missing !== undefined) return call.lacks(`package ${missing} in its RPM database`);
  return showNamed(query, installed);
};

export const RPM_PROGRAMS: Programs = { rpm };

function readArguments(args: readonly string[]): Query {
  const names: string[] = [];
  let flags = '';
  let format: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--queryformat' || arg === '--qf') format = args[++at] ?? '';
    else if (/^--(queryformat|qf)=/.test(arg)) format = arg.slice(arg.indexOf('=') + 1);
    else if (arg === '--query') flags += 'q';
    else if (arg === '--all') flags += 'a';
    else if (arg === '--list') flags += 'l';
    else if (arg === '--file') flags += 'f';
    else if (arg.startsWith('--')) continue;
    else if (arg.startsWith('-')) flags += arg.slice(1);
    else names.push(arg);
  }
  return { flags, names, format };
}

const idOf = ({ name, version, release, arch }: InstalledPackage) => `${name}-${version}-${release}.${arch}`;

function filesOf({ name }: InstalledPackage): string[] {
  const found = findPackage(name);
  return [
    ...(found?.directories ?? []),
    ...(found?.files ?? []).map(({ path }) => path),
    ...(found?.programs ?? []),
  ];
}

function show(entry: InstalledPackage, { flags, format }: Query): string {
  if (format !== undefined) return formatPackage(entry, format);
  if (!/l/.test(flags)) return `${idOf(entry)}\n`;
  const files = filesOf(entry);
  return files.length === 0 ? '(contains no files)\n' : `${files.join('\n')}\n`;
}

function showNamed(query: Query, installed: readonly InstalledPackage[]): ExecResult {
  const lines = query.names.map((name) => {
    const entry = installed.find((candidate) =>
      [candidate.name, `${candidate.name}.${candidate.arch}`, idOf(candidate)].includes(name),
    );
    return entry
      ? { ok: true, text: show(entry, query) }
      : { ok: false, text: `package ${name} is not installed\n` };
  });
  const text = lines.map((line) => line.text).join('');
  const missing = lines.filter(({ ok }) => !ok).length;
  return missing === 0 ? succeed(text) : fail(missing, '', text);
}

/** `rpm -qf file`: whose file it is. */
function showOwners(call: ProgramCall, query: Query, installed: readonly InstalledPackage[]): ExecResult {
  const { disk } = call.guest;
  const lines = query.names.map((name) => {
    const path = resolvePath(call, name);
    if (!disk.has(path))
      return { ok: false, text: '', error: `error: file ${path}: No such file or directory\n` };
    const owner = installed.find((entry) => filesOf(entry).includes(path));
    return owner
      ? { ok: true, text: show(owner, query), error: '' }
      : { ok: false, text: `file ${path} is not owned by any package\n`, error: '' };
  });
  const text = lines.map((line) => line.text).join('');
  const failed = lines.filter(({ ok }) => !ok).length;
  return failed === 0 ? succeed(text) : fail(failed, lines.map(({ error }) => error).join(''), text);
}
