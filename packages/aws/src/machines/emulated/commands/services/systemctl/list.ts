import type { ExecResult } from 'just-bash';
import type { Guest } from '../../../system/guest';
import type { UnitFile } from '../../../systemd/units/unit-file';
import { fail, succeed } from '../../program';
import type { Verbs } from './verb';

type Flags = ReadonlySet<string>;

/** Verbs that list units, and the one that says how all are together. */
export const LIST: Verbs = {
  'list-timers': (guest) => succeed(listTimers(guest)),
  'list-units': (guest, patterns, flags) => succeed(listUnits(guest, patterns, flags)),
  'list-unit-files': (guest, patterns, flags) => succeed(listUnitFiles(guest, patterns, flags)),
  'is-system-running': (guest, _, flags) => showWhole(guest, flags),
};

/** The values of an option that names some: `--state=failed,active`. */
function valuesOf(flags: Flags, option: string): string[] | undefined {
  return [...flags]
    .find((flag) => flag.startsWith(`${option}=`))
    ?.slice(option.length + 1)
    .split(',');
}

const hasLegend = (flags: Flags) => !flags.has('--no-legend') && !flags.has('--legend=false');

function isMeant(name: string, patterns: readonly string[], types: readonly string[] | undefined): boolean {
  if (types && !types.includes(name.split('.').at(-1) ?? '')) return false;
  return (
    patterns.length === 0 ||
    patterns.some((pattern) => {
      const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
      return new RegExp(`^${source}(\\.service)?$`).test(name);
    })
  );
}

/** Cells under their heads, as wide as the widest. */
function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd(),
  );
}

const LEGEND = `
LOAD   = Reflects whether the unit definition was properly loaded.
ACTIVE = The high-level unit activation state, i.e. generalization of SUB.
SUB    = The low-level unit activation state, values depend on unit type.
`;

function listUnits(guest: Guest, patterns: readonly string[], flags: Flags): string {
  const types = valuesOf(flags, '--type');
  const states = flags.has('--failed') ? ['failed'] : valuesOf(flags, '--state');
  const isAll = flags.has('--all') || flags.has('-a');
  const rows = guest.systemd.known.flatMap((name) => {
    const { active, sub } = guest.systemd.state(name);
    if (!isMeant(name, patterns, types)) return [];
    if (states ? !states.includes(active) && !states.includes(sub) : active === 'inactive' && !isAll)
      return [];
    return [[name, 'loaded', active, sub, guest.systemd.units.find(name)?.description ?? '']];
  });
  const legend = hasLegend(flags);
  const lines = layOut([...(legend ? [['UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION']] : []), ...rows]);
  const mark = (line: string) =>
    rows.some(([name, , active]) => active === 'failed' && line.startsWith(`${name} `)) ? '●' : ' ';
  const text = lines.map((line) => (flags.has('--plain') ? `${line}\n` : `${mark(line)} ${line}\n`)).join('');
  if (!legend) return text;
  return `${text}${rows.length > 0 ? LEGEND : ''}\n${rows.length} loaded units listed.\n`.replace(
    /\n\n(0 loaded)/,
    '\n$1',
  );
}

function listUnitFiles(guest: Guest, patterns: readonly string[], flags: Flags): string {
  const [types, states] = [valuesOf(flags, '--type'), valuesOf(flags, '--state')];
  const names = new Set([
    ...guest.disk.listIfAny('/usr/lib/systemd/system'),
    ...guest.disk.listIfAny('/etc/systemd/system'),
  ]);
  const rows = [...names]
    .filter((name) => /\.(service|timer)$/.test(name) && isMeant(name, patterns, types))
    .sort()
    .flatMap((name) => {
      const unit = guest.systemd.units.find(name);
      const state = guest.systemd.units.isMasked(name) ? 'masked' : unit && stateOf(guest, unit);
      if (state === undefined || (states && !states.includes(state))) return [];
      return [[name, state, 'disabled']];
    });
  const legend = hasLegend(flags);
  const lines = layOut([...(legend ? [['UNIT FILE', 'STATE', 'PRESET']] : []), ...rows]);
  const text = lines.map((line) => `${line}\n`).join('');
  return legend ? `${text}\n${rows.length} unit files listed.\n` : text;
}

function stateOf(guest: Guest, unit: UnitFile): string {
  if (unit.wantedBy.length === 0) return 'static';
  return guest.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled';
}

/** The boot is over when cloud-init is. https://www.freedesktop.org/software/systemd/man/252/systemctl.html#is-system-running */
async function showWhole(guest: Guest, flags: Flags): Promise<ExecResult> {
  if (guest.cloudInit.status === 'running' && flags.has('--wait')) await guest.cloudInit.done;
  const isQuiet = flags.has('--quiet') || flags.has('-q');
  const hasFailed = guest.systemd.known.some((name) => guest.systemd.state(name).active === 'failed');
  const state = guest.cloudInit.status === 'running' ? 'starting' : hasFailed ? 'degraded' : 'running';
  const text = isQuiet ? '' : `${state}\n`;
  return state === 'running' ? succeed(text) : fail(1, '', text);
}

function listTimers(guest: Guest): string {
  const timers = guest.systemd.known.filter(
    (name) => name.endsWith('.timer') && guest.systemd.state(name).active === 'active',
  );
  const rows = timers.map((name) => `${name.padEnd(32)} ${name.replace(/timer$/, 'service')}\n`);
  return `UNIT                             ACTIVATES\n${rows.join('')}\n${timers.length} timers listed.\n`;
}
