import type { Disk } from '../../disk/disk';
import { readMounts } from '../../system/mounts';
import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

/** Of the root volume, in KB. */
const SIZE = 8_310_764;

interface FileSystem {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  /** KB. */
  readonly size: number;
  readonly used: number;
}

const FIELDS: Readonly<Record<string, { title: string; show(one: FileSystem): string }>> = {
  source: { title: 'Filesystem', show: ({ source }) => source },
  fstype: { title: 'Type', show: ({ type }) => type },
  size: { title: '1K-blocks', show: ({ size }) => String(size) },
  used: { title: 'Used', show: ({ used }) => String(used) },
  avail: { title: 'Avail', show: ({ size, used }) => String(size - used) },
  pcent: { title: 'Use%', show: ({ size, used }) => `${percent(used, size)}%` },
  itotal: { title: 'Inodes', show: ({ size }) => String(Math.floor(size / 2)) },
  iused: { title: 'IUsed', show: ({ used }) => String(Math.floor(used / 30)) },
  iavail: { title: 'IFree', show: ({ size, used }) => String(Math.floor(size / 2) - Math.floor(used / 30)) },
  ipcent: {
    title: 'IUse%',
    show: ({ size, used }) => `${percent(Math.floor(used / 30), Math.floor(size / 2))}%`,
  },
  target: { title: 'Mounted on', show: ({ target }) => target },
};

const percent = (used: number, size: number) => (size === 0 ? 0 : Math.ceil((used * 100) / size));

/** `df [-hkmPTi] [--output[=fields]] [file…]`: the same numbers always. */
const df: Program = (args, call) => {
  const flags = args.filter((arg) => /^-[a-zA-Z]+$/.test(arg)).join('');
  const asked = args
    .find((arg) => arg.startsWith('--output'))
    ?.split('=')[1]
    ?.split(',');
  const shown = args.some((arg) => arg === '--output') ? Object.keys(FIELDS) : asked;
  const unknown = shown?.find((field) => !Object.hasOwn(FIELDS, field));
  if (unknown !== undefined) return fail(1, `df: option --output: field ‘${unknown}’ unknown`);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const all = fileSystems(call.guest.disk);
  const errors: string[] = [];
  const chosen =
    names.length === 0
      ? all
      : names.flatMap((name) => {
          const path = resolvePath(call, name);
          if (call.guest.disk.has(path)) return [mountOf(all, path)];
          errors.push(`df: ${name}: No such file or directory\n`);
          return [];
        });
  const fields = shown ?? [
    'source',
    ...(flags.includes('T') ? ['fstype'] : []),
    ...(flags.includes('i') ? ['itotal', 'iused', 'iavail', 'ipcent'] : ['size', 'used', 'avail', 'pcent']),
    'target',
  ];
  const unit = unitOf(flags, args);
  const rows = [
    fields.map((field) => titleOf(field, unit, flags, shown !== undefined)),
    ...chosen.map((one) => fields.map((field) => unit.show(field, FIELDS[field]?.show(one) ?? ''))),
  ];
  const text = chosen.length === 0 ? '' : layOut(rows, fields);
  return errors.length > 0 ? fail(1, errors.join(''), text) : succeed(text);
};

export const DF_PROGRAMS: Programs = { df };

/** The root volume, and what is in memory. */
function fileSystems(disk: Disk): FileSystem[] {
  const free = disk.freeBytes / 1024;
  return readMounts(disk).flatMap(({ source, target, type }) => {
    if (target === '/') return [{ source, target, type, size: SIZE, used: SIZE - free }];
    return type === 'tmpfs' ? [{ source, target, type, size: 481_264, used: 0 }] : [];
  });
}

function mountOf(all: readonly FileSystem[], path: string): FileSystem {
  const inside = all.filter(
    ({ target }) => target === '/' || path === target || path.startsWith(`${target}/`),
  );
  const [deepest] = [...inside].sort((a, b) => b.target.length - a.target.length);
  if (!deepest) throw new Error('no root file system is mounted');
  return deepest;
}

interface Unit {
  readonly title: string;
  show(field: string, value: string): string;
}

const SIZES = ['size', 'used', 'avail'];

function unitOf(flags: string, args: readonly string[]): Unit {
  if (flags.includes('h') || args.includes('--human-readable'))
    return {
      title: 'Size',
      show: (field, value) => (SIZES.includes(field) ? human(Number(value)) : value),
    };
  const factor = flags.includes('m') || args.includes('-BM') ? 1024 : args.includes('-BG') ? 1024 ** 2 : 1;
  if (factor === 1) return { title: '1K-blocks', show: (_field, value) => value };
  const suffix = flags.includes('m') ? '' : factor === 1024 ? 'M' : 'G';
  return {
    title: factor === 1024 ? '1M-blocks' : '1G-blocks',
    show: (field, value) => (SIZES.includes(field) ? `${Math.ceil(Number(value) / factor)}${suffix}` : value),
  };
}

function titleOf(field: string, unit: Unit, flags: string, isAsked: boolean): string {
  if (field === 'size') return flags.includes('P') && unit.title === '1K-blocks' ? '1024-blocks' : unit.title;
  if (field === 'avail' && !isAsked && unit.title !== 'Size') return 'Available';
  if (field === 'pcent' && flags.includes('P')) return 'Capacity';
  return FIELDS[field]?.title ?? field;
}

/** `8.0G`, `471M` */
function human(kilobytes: number): string {
  let value = kilobytes;
  for (const unit of ['K', 'M', 'G']) {
    if (value < 1024 || unit === 'G')
      return value === 0
        ? '0'
        : `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${unit}`;
    value /= 1024;
  }
  return String(value);
}

const LEFT = ['source', 'fstype', 'target'];

function layOut(rows: readonly (readonly string[])[], fields: readonly string[]): string {
  const widths = fields.map((_field, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) =>
        LEFT.includes(fields[at] ?? '') ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join(' ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}
