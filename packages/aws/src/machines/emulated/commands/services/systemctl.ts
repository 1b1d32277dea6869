import type { ExecResult } from 'just-bash';
import { formatJournalEntry } from '../../system/journal';
import type { System } from '../../system/system';
import { SystemdError } from '../../systemd/systemd-error';
import { describeExit } from '../../systemd/units/exit-status';
import { unitName } from '../../systemd/units/unit-file';
import type { UnitState } from '../../systemd/units/unit-state';
import { fail, type Program, type Programs, succeed } from '../program';

type Verb = (
  system: System,
  names: readonly string[],
  flags: ReadonlySet<string>,
) => Promise<ExecResult> | ExecResult;

const systemctl: Program = async (args, { system }) => {
  const joined = joinValues(args);
  const flags = new Set(joined.filter((arg) => arg.startsWith('-')));
  const [verb = 'list-units', ...names] = joined.filter((arg) => !arg.startsWith('-'));
  if (flags.has('--version')) return succeed('systemd 252 (252.23-3.amzn2023)\n');
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

/** chkconfig hands services of systemd on to systemctl. */
const chkconfig: Program = async ([name = '', state = ''], call) => {
  const verb = { on: 'enable', off: 'disable' }[state];
  if (verb === undefined) return fail(1, 'Usage:   chkconfig [--list] [--type <type>] [name]');
  const result = await systemctl([verb, name], call);
  const note = `Note: Forwarding request to 'systemctl ${verb} ${unitName(name)}'.\n`;
  return { ...result, stderr: `${note}${result.stderr}` };
};

export const SYSTEMCTL_PROGRAMS: Programs = { systemctl, service, chkconfig };

const WITH_VALUE: Readonly<Record<string, string>> = {
  ...{ '-p': '--property', '--property': '--property', '-t': '--type', '--type': '--type', '-s': '--signal' },
  ...{
    '-n': '--lines',
    '--lines': '--lines',
    '--state': '--state',
    '-o': '--output',
    '--signal': '--signal',
  },
};

/** Options with their values as one word. */
function joinValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const long = WITH_VALUE[arg];
    joined.push(long === undefined ? arg.replace(/^-p(?=\w)/, '--property=') : `${long}=${args[++at] ?? ''}`);
  }
  return joined;
}

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
    const canReload = system.systemd.units.find(name)?.commands.get('ExecReload')?.length;
    if (system.systemd.state(name).active === 'active' && canReload) await system.systemd.reload(name);
    else await system.systemd.restart(name);
  }),
  async enable(system, names, flags) {
    const lines = names.flatMap((name) => system.systemd.units.enable(name));
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
    const lines = names.flatMap((name) => system.systemd.units.disable(name));
    if (flags.has('--now')) await stopEach(system, names, flags);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  async mask(system, names, flags) {
    const lines = names.flatMap((name) => system.systemd.units.mask(name));
    if (flags.has('--now')) await stopEach(system, names, flags);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  unmask(system, names) {
    const lines = names.flatMap((name) => system.systemd.units.unmask(name));
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  reenable(system, names) {
    const lines = names.flatMap((name) => [
      ...system.systemd.units.disable(name),
      ...system.systemd.units.enable(name),
    ]);
    return succeed('', lines.map((line) => `${line}\n`).join(''));
  },
  async kill(system, names, flags) {
    const signal =
      [...flags].find((flag) => flag.startsWith('--signal='))?.replace(/^.*=(?:SIG)?/, '') ?? 'TERM';
    for (const name of names) {
      if (signal === 'HUP') await system.systemd.reload(name);
      else if (['TERM', 'KILL', 'INT', 'QUIT'].includes(signal)) await system.systemd.stop(name);
    }
    return succeed();
  },
  'daemon-reload': () => succeed(),
  'daemon-reexec': () => succeed(),
  'reset-failed'(system, names) {
    if (names.length === 0) system.systemd.resetFailed();
    for (const name of names) system.systemd.resetFailed(name);
    return succeed();
  },
  'list-timers': (system) => succeed(listTimers(system)),
  'is-system-running': () => succeed('running\n'),
  'get-default': () => succeed('multi-user.target\n'),
  'is-active': (system, names, flags) => showStates(system, names, flags, ['active']),
  'is-failed': (system, names, flags) => showStates(system, names, flags, ['failed']),
  'is-enabled'(system, names, flags) {
    const states = names.map((name) => {
      const unit = system.systemd.units.find(name);
      if (system.systemd.units.isMasked(name)) return { ok: false, line: 'masked\n', error: '' };
      if (unit === undefined)
        return {
          ok: false,
          line: '',
          error: `Failed to get unit file state for ${unitName(name)}: No such file or directory\n`,
        };
      if (unit.wantedBy.length === 0) return { ok: true, line: 'static\n', error: '' };
      const ok = system.systemd.units.isEnabled(unit);
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
    const unit = system.systemd.units.find(names[0] ?? '');
    if (unit === undefined) return fail(1, `No files found for ${unitName(names[0] ?? '')}.`);
    return succeed(`# ${unit.path}\n${system.disk.readText(unit.path)}`);
  },
  show(system, names, flags) {
    const name = names[0] ?? '';
    const state = system.systemd.state(name);
    const unit = system.systemd.units.find(name);
    const values: Record<string, string> = {
      Id: unitName(name),
      LoadState: system.systemd.units.isMasked(name) ? 'masked' : unit ? 'loaded' : 'not-found',
      ActiveState: state.active,
      SubState: state.sub,
      UnitFileState: unit === undefined ? '' : system.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled',
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
  'list-units': (system, _, flags) => succeed(listUnits(system, flags)),
  'list-unit-files'(system) {
    const names = new Set([
      ...system.disk.listIfAny('/usr/lib/systemd/system'),
      ...system.disk.listIfAny('/etc/systemd/system'),
    ]);
    const units = [...names]
      .filter((name) => name.endsWith('.service'))
      .sort()
      .flatMap((name) => system.systemd.units.find(name) ?? []);
    return succeed(
      units
        .map(
          (unit) =>
            `${unit.name.padEnd(40)} ${system.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled'}\n`,
        )
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
  'unmask',
  'reenable',
  'kill',
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
  const unknown = names.every((name) => system.systemd.units.find(name) === undefined);
  return fail(wanted.includes('failed') ? 1 : unknown ? 4 : 3, '', text);
}

function describe(system: System, name: string): ExecResult {
  const unit = system.systemd.units.find(name);
  if (unit === undefined) return fail(4, `Unit ${unitName(name)} could not be found.`);
  const state = system.systemd.state(name);
  const mark = state.active === 'failed' ? '×' : state.active === 'active' ? '●' : '○';
  const log = system.journal
    .of(unit.name)
    .slice(-10)
    .map((entry) => `${formatJournalEntry(entry, system.hostname)}\n`);
  const text = `${mark} ${unit.name} - ${unit.description}
     Loaded: loaded (${unit.path}; ${system.systemd.units.isEnabled(unit) ? 'enabled' : 'disabled'}; preset: disabled)
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

function listUnits(system: System, flags: ReadonlySet<string>): string {
  const asked = (option: string) =>
    [...flags]
      .find((flag) => flag.startsWith(`${option}=`))
      ?.slice(option.length + 1)
      .split(',');
  const [types, states] = [asked('--type'), flags.has('--failed') ? ['failed'] : asked('--state')];
  const rows = system.systemd.known.flatMap((name) => {
    const { active, sub } = system.systemd.state(name);
    const unit = system.systemd.units.find(name);
    if (types && !types.includes(name.split('.').at(-1) ?? '')) return [];
    if (states ? !states.includes(active) && !states.includes(sub) : active === 'inactive') return [];
    return [`  ${name.padEnd(32)} loaded ${active.padEnd(6)} ${sub.padEnd(7)} ${unit?.description ?? ''}\n`];
  });
  return `  UNIT                             LOAD   ACTIVE SUB     DESCRIPTION\n${rows.join('')}`;
}

function listTimers(system: System): string {
  const timers = system.systemd.known.filter(
    (name) => name.endsWith('.timer') && system.systemd.state(name).active === 'active',
  );
  const rows = timers.map((name) => `${name.padEnd(32)} ${name.replace(/timer$/, 'service')}\n`);
  return `UNIT                             ACTIVATES\n${rows.join('')}\n${timers.length} timers listed.\n`;
}
