import type { ExecResult } from 'just-bash';
import { formatJournalEntry } from '../journal';
import type { System } from '../system';
import { SystemdError, type UnitState } from '../systemd/systemd';
import { unitName } from '../systemd/unit-file';
import { fail, type Program, type Programs, succeed } from './program';

type Verb = (
  system: System,
  names: readonly string[],
  flags: ReadonlySet<string>,
) => Promise<ExecResult> | ExecResult;

const systemctl: Program = async (args, { system }) => {
  const flags = new Set(args.filter((arg) => arg.startsWith('-')));
  const [verb = 'list-units', ...names] = args.filter((arg) => !arg.startsWith('-'));
  const run = VERBS[verb];
  if (run === undefined) return fail(1, `Unknown command verb ${verb}.`);
  if (NEEDS_UNIT.has(verb) && names.length === 0) return fail(1, 'Too few arguments.');
  try {
    return await run(system, names, flags);
  } catch (error) {
    if (error instanceof SystemdError) return fail(error.exitCode, error.message);
    throw error;
  }
};

const service: Program = async (args, call) => {
  const [name, verb] = args;
  if (name === undefined || verb === undefined)
    return fail(
      1,
      'Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]',
    );
  const result = await systemctl([verb, name], call);
  return { ...result, stderr: `Redirecting to /bin/systemctl ${verb} ${unitName(name)}\n${result.stderr}` };
};

export const SYSTEMCTL_PROGRAMS: Programs = { systemctl, service };

const forEach =
  (action: (system: System, name: string) => Promise<void>): Verb =>
  async (system, names) => {
    for (const name of names) await action(system, name);
    return succeed();
  };

const startEach = forEach((system, name) => system.systemd.start(name));
const stopEach = forEach((system, name) => system.systemd.stop(name));
const restartEach = forEach((system, name) => system.systemd.restart(name));
const reloadEach = forEach((system, name) => system.systemd.reload(name));

const VERBS: Readonly<Record<string, Verb>> = {
  start: startEach,
  stop: stopEach,
  restart: restartEach,
  'force-reload': reloadEach,
  reload: reloadEach,
  'try-restart': forEach(async (system, name) => {
    if (system.systemd.state(name).active === 'active') await system.systemd.restart(name);
  }),
  'reload-or-restart': forEach(async (system, name) => {
    const canReload = system.systemd.find(name)?.commands.get('ExecReload')?.length;
    if (system.systemd.state(name).active === 'active' && canReload) await system.systemd.reload(name);
    else await system.systemd.restart(name);
  }),
  async enable(system, names, flags) {
    const lines = names.flatMap((name) => system.systemd.enable(name));
    const text = lines.map((line) => `${line}\n`).join('');
    if (!flags.has('--now')) return succeed('', text);
    try {
      await startEach(system, names, flags);
      return succeed('', text);
    } catch (error) {
      if (error instanceof SystemdError) return fail(error.exitCode, `${text}${error.message}`);
      throw error;
    }
  },
  async disable(system, names, flags) {
    const lines = names.flatMap((name) => system.systemd.disable(name));
    if (flags.has('--now')) await stopEach(system, names, flags);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  mask: () => fail(1, 'Failed to mask unit: not possible on an embedded machine.'),
  'daemon-reload': () => succeed(),
  'daemon-reexec': () => succeed(),
  'reset-failed': () => succeed(),
  'is-system-running': () => succeed('running\n'),
  'get-default': () => succeed('multi-user.target\n'),
  'is-active': (system, names, flags) => showStates(system, names, flags, ['active']),
  'is-failed': (system, names, flags) => showStates(system, names, flags, ['failed']),
  'is-enabled'(system, names, flags) {
    const states = names.map((name) => {
      const unit = system.systemd.find(name);
      if (unit === undefined)
        return {
          ok: false,
          line: '',
          error: `Failed to get unit file state for ${unitName(name)}: No such file or directory\n`,
        };
      if (unit.wantedBy.length === 0) return { ok: true, line: 'static\n', error: '' };
      const ok = system.systemd.isEnabled(unit);
      return { ok, line: ok ? 'enabled\n' : 'disabled\n', error: '' };
    });
    const quiet = flags.has('--quiet') || flags.has('-q');
    const text = quiet ? '' : states.map(({ line }) => line).join('');
    const error = states.map((state) => state.error).join('');
    return states.some(({ ok }) => ok) ? succeed(text, error) : fail(1, error, text);
  },
  status(system, names) {
    if (names.length === 0) return succeed(`● ${system.hostname}\n    State: running\n`);
    const results = names.map((name) => describe(system, name));
    const text = results.map((result) => result.stdout).join('\n');
    const errors = results.map((result) => result.stderr).join('');
    const exitCode = Math.max(...results.map((result) => result.exitCode));
    return { stdout: text, stderr: errors, exitCode, stdoutKind: 'text' };
  },
  cat(system, names) {
    const unit = system.systemd.find(names[0] ?? '');
    if (unit === undefined) return fail(1, `No files found for ${unitName(names[0] ?? '')}.`);
    return succeed(`# ${unit.path}\n${system.disk.readText(unit.path)}`);
  },
  show(system, names, flags) {
    const name = names[0] ?? '';
    const state = system.systemd.state(name);
    const values: Record<string, string> = {
      Id: unitName(name),
      LoadState: system.systemd.find(name) ? 'loaded' : 'not-found',
      ActiveState: state.active,
      SubState: state.sub,
      ExecMainStatus: String(state.exitCode),
      MainPID: state.sub === 'running' ? '1234' : '0',
    };
    const asked = [...flags].flatMap((flag) => /^(?:--property=|-p)(.+)$/.exec(flag)?.[1]?.split(',') ?? []);
    const keys = asked.length > 0 ? asked : Object.keys(values);
    return succeed(
      keys
        .map((key) => (flags.has('--value') ? `${values[key] ?? ''}\n` : `${key}=${values[key] ?? ''}\n`))
        .join(''),
    );
  },
  'list-units': (system) => succeed(listUnits(system)),
  'list-unit-files'(system) {
    const names = new Set([
      ...system.disk.listIfAny('/usr/lib/systemd/system'),
      ...system.disk.listIfAny('/etc/systemd/system'),
    ]);
    const units = [...names]
      .filter((name) => name.endsWith('.service'))
      .sort()
      .flatMap((name) => system.systemd.find(name) ?? []);
    return succeed(
      units
        .map((unit) => `${unit.name.padEnd(40)} ${system.systemd.isEnabled(unit) ? 'enabled' : 'disabled'}\n`)
        .join(''),
    );
  },
  poweroff: (system) => power(system, 'poweroff'),
  halt: (system) => power(system, 'poweroff'),
  reboot: (system) => power(system, 'reboot'),
};

const NEEDS_UNIT = new Set([
  'start',
  'stop',
  'restart',
  'reload',
  'try-restart',
  'reload-or-restart',
  'enable',
  'disable',
  'mask',
  'is-active',
  'is-failed',
  'is-enabled',
  'cat',
  'show',
]);

function power(system: System, action: 'poweroff' | 'reboot'): ExecResult {
  system.requestPower(action);
  return succeed();
}

function showStates(
  system: System,
  names: readonly string[],
  flags: ReadonlySet<string>,
  wanted: readonly string[],
): ExecResult {
  const states = names.map((name) => system.systemd.state(name).active);
  const quiet = flags.has('--quiet') || flags.has('-q');
  const text = quiet ? '' : states.map((state) => `${state}\n`).join('');
  if (states.some((state) => wanted.includes(state))) return succeed(text);
  const unknown = names.every((name) => system.systemd.find(name) === undefined);
  return fail(wanted.includes('failed') ? 1 : unknown ? 4 : 3, '', text);
}

function describe(system: System, name: string): ExecResult {
  const unit = system.systemd.find(name);
  if (unit === undefined) return fail(4, `Unit ${unitName(name)} could not be found.`);
  const state = system.systemd.state(name);
  const mark = state.active === 'failed' ? '×' : state.active === 'active' ? '●' : '○';
  const log = system.journal
    .of(unit.name)
    .slice(-10)
    .map((entry) => `${formatJournalEntry(entry, system.hostname)}\n`);
  const text = `${mark} ${unit.name} - ${unit.description}
     Loaded: loaded (${unit.path}; ${system.systemd.isEnabled(unit) ? 'enabled' : 'disabled'}; preset: disabled)
     Active: ${activeLine(state)}
${state.active === 'failed' ? `    Process: ExecStart=${unit.commands.get('ExecStart')?.at(-1)} (code=exited, status=${state.exitCode}/FAILURE)\n` : ''}
${log.join('')}`;
  return state.active === 'active' ? succeed(text) : fail(3, '', text);
}

function activeLine(state: UnitState): string {
  const since = `since ${state.since.toUTCString().replace('GMT', 'UTC')}`;
  if (state.active === 'failed') return `failed (Result: exit-code) ${since}`;
  return state.active === 'active' ? `active (${state.sub}) ${since}` : `inactive (${state.sub})`;
}

function listUnits(system: System): string {
  const rows = system.systemd.known.flatMap((name) => {
    const { active, sub } = system.systemd.state(name);
    const unit = system.systemd.find(name);
    return active === 'inactive'
      ? []
      : [`  ${name.padEnd(32)} loaded ${active.padEnd(6)} ${sub.padEnd(7)} ${unit?.description ?? ''}\n`];
  });
  return `  UNIT                             LOAD   ACTIVE SUB     DESCRIPTION\n${rows.join('')}`;
}
