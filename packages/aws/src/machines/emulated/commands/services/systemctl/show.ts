import type { ExecResult } from 'just-bash';
import type { Guest } from '../../../system/guest';
import { formatJournalEntry } from '../../../system/journal';
import { describeExit } from '../../../systemd/units/exit-status';
import { unitName } from '../../../systemd/units/unit-file';
import type { UnitState } from '../../../systemd/units/unit-state';
import { fail, succeed } from '../../program';
import type { Verbs } from './verb';

/** Verbs that only tell. */
export const SHOW: Verbs = {
  'get-default': () => succeed('multi-user.target\n'),
  'is-active': (guest, names, flags) => showStates(guest, names, flags, ['active']),
  'is-failed': (guest, names, flags) => showStates(guest, names, flags, ['failed']),
  'is-enabled'(guest, names, flags) {
    const states = names.map((name) => {
      const unit = guest.systemd.units.find(name);
      if (guest.systemd.units.isMasked(name)) return { ok: false, line: 'masked\n', error: '' };
      if (unit === undefined)
        return {
          ok: false,
          line: '',
          error: `Failed to get unit file state for ${unitName(name)}: No such file or directory\n`,
        };
      if (unit.wantedBy.length === 0) return { ok: true, line: 'static\n', error: '' };
      const ok = guest.systemd.units.isEnabled(unit);
      return { ok, line: ok ? 'enabled\n' : 'disabled\n', error: '' };
    });
    const quiet = flags.has('--quiet') || flags.has('-q');
    const text = quiet ? '' : states.map(({ line }) => line).join('');
    const error = states.map((state) => state.error).join('');
    return states.some(({ ok }) => ok) ? succeed(text, error) : fail(1, error, text);
  },
  status(guest, names) {
    if (names.length === 0) return succeed(`● ${guest.hostname}\n    State: running\n`);
    const results = names.map((name) => describe(guest, name));
    const text = results.map((result) => result.stdout).join('\n');
    const errors = results.map((result) => result.stderr).join('');
    const exitCode = Math.max(...results.map((result) => result.exitCode));
    return { stdout: text, stderr: errors, exitCode, stdoutKind: 'text' };
  },
  cat(guest, names) {
    const unit = guest.systemd.units.find(names[0] ?? '');
    if (unit === undefined) return fail(1, `No files found for ${unitName(names[0] ?? '')}.`);
    return succeed(`# ${unit.path}\n${guest.disk.readText(unit.path)}`);
  },
  show(guest, names, flags) {
    const name = names[0] ?? '';
    const state = guest.systemd.state(name);
    const unit = guest.systemd.units.find(name);
    const values: Record<string, string> = {
      Id: unitName(name),
      LoadState: guest.systemd.units.isMasked(name) ? 'masked' : unit ? 'loaded' : 'not-found',
      ActiveState: state.active,
      SubState: state.sub,
      UnitFileState: unit === undefined ? '' : guest.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled',
      Description: unit?.description ?? unitName(name),
      FragmentPath: unit?.path ?? '',
      Result: state.result,
      ExecMainStatus: String(state.exitCode),
      MainPID: state.sub === 'running' ? '1234' : '0',
    };
    const asked = [...flags].flatMap((flag) => /^--property=(.+)$/.exec(flag)?.[1]?.split(',') ?? []);
    const keys = asked.length > 0 ? asked : Object.keys(values);
    return succeed(
      keys
        .map((key) => (flags.has('--value') ? `${values[key] ?? ''}\n` : `${key}=${values[key] ?? ''}\n`))
        .join(''),
    );
  },
};

function showStates(
  guest: Guest,
  names: readonly string[],
  flags: ReadonlySet<string>,
  wanted: readonly string[],
): ExecResult {
  const states = names.map((name) => guest.systemd.state(name).active);
  const quiet = flags.has('--quiet') || flags.has('-q');
  const text = quiet ? '' : states.map((state) => `${state}\n`).join('');
  if (states.some((state) => wanted.includes(state))) return succeed(text);
  const unknown = names.every((name) => guest.systemd.units.find(name) === undefined);
  return fail(wanted.includes('failed') ? 1 : unknown ? 4 : 3, '', text);
}

function describe(guest: Guest, name: string): ExecResult {
  const unit = guest.systemd.units.find(name);
  if (unit === undefined) return fail(4, `Unit ${unitName(name)} could not be found.`);
  const state = guest.systemd.state(name);
  const mark = state.active === 'failed' ? '×' : state.active === 'active' ? '●' : '○';
  const log = guest.journal
    .of(unit.name)
    .slice(-10)
    .map((entry) => `${formatJournalEntry(entry, guest.hostname)}\n`);
  const text = `${mark} ${unit.name} - ${unit.description}
     Loaded: loaded (${unit.path}; ${guest.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled'}; preset: disabled)
     Active: ${activeLine(state)}
${state.active === 'failed' ? `    Process: ExecStart=${unit.commands.get('ExecStart')?.at(-1)} (code=exited, status=${describeExit(state.exitCode)})\n` : ''}
${log.join('')}`;
  return state.active === 'active' ? succeed(text) : fail(3, '', text);
}

function activeLine(state: UnitState): string {
  const since = `since ${state.since.toUTCString().replace('GMT', 'UTC')}`;
  if (state.active === 'failed') return `failed (Result: ${state.result}) ${since}`;
  return state.active === 'inactive' ? `inactive (${state.sub})` : `${state.active} (${state.sub}) ${since}`;
}
