import { isOnAmazonLinuxImage } from '../../packages/distribution';
import { readInstalled } from '../../packages/installed';
import { findPackage } from '../../packages/repository';
import { fail, type Program, type Programs, succeed } from '../program';

const rpm: Program = (args, { guest, lacks }) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (!/q/.test(flags) && !flags.includes('--query')) {
    if (flags.includes('--version')) return succeed('RPM version 4.16.1.3\n');
    return lacks(`rpm ${args.join(' ')}`);
  }
  const installed = readInstalled(guest.disk);
  const id = (entry: (typeof installed)[number]) =>
    `${entry.name}-${entry.version}-${entry.release}.${entry.arch}`;
  if (/a/.test(flags)) return succeed(installed.map((entry) => `${id(entry)}\n`).join(''));
  const unknown = names.find((name) => isOnAmazonLinuxImage(name) && findPackage(name) === undefined);
  if (unknown !== undefined) return lacks(`package ${unknown} in its RPM database`);
  const lines = names.map((name) => {
    const entry = installed.find((candidate) =>
      [candidate.name, `${candidate.name}.${candidate.arch}`, id(candidate)].includes(name),
    );
    if (entry === undefined) return { ok: false, text: `package ${name} is not installed\n` };
    if (!/l/.test(flags)) return { ok: true, text: `${id(entry)}\n` };
    const found = findPackage(entry.name);
    const files = [
      ...(found?.directories ?? []),
      ...(found?.files ?? []).map(({ path }) => path),
      ...(found?.programs ?? []),
    ];
    return { ok: true, text: files.length === 0 ? '(contains no files)\n' : `${files.join('\n')}\n` };
  });
  const text = lines.map((line) => line.text).join('');
  const missing = lines.filter(({ ok }) => !ok).length;
  return missing === 0 ? succeed(text) : fail(missing, '', text);
};

export const RPM_PROGRAMS: Programs = { rpm };
