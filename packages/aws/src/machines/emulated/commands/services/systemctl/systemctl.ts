import type { ExecResult } from 'just-bash';
import type { Guest } from '../../../system/guest';
import { SystemdError } from '../../../systemd/systemd-error';
import { unitName } from '../../../systemd/units/unit-file';
import { fail, type Program, type ProgramCall, type Programs, succeed } from '../../program';
import { CONTROL } from './control';
import { LIST } from './list';
import { SHOW } from './show';
import type { Verbs } from './verb';

const systemctl: Program = async (args, { guest, lacks }) => {
  const joined = joinValues(args);
  const flags = new Set(joined.filter((arg) => arg.startsWith('-')));
  const [verb = 'list-units', ...names] = joined.filter((arg) => !arg.startsWith('-'));
  if (flags.has('--version')) return succeed('systemd 252 (252.23-3.amzn2023)\n');
  const run = VERBS[verb];
  if (run === undefined)
    return LACKING.has(verb) ? lacks(`systemctl ${verb}`) : fail(1, `Unknown command verb ${verb}.`);
  if (NEEDS_UNIT.has(verb) && names.length === 0) return fail(1, 'Too few arguments.');
  const before = guest.refusals.length;
  try {
    const result = await run(guest, names, flags);
    return result.exitCode === 0 ? result : (lackOf(guest, before, lacks) ?? result);
  } catch (error) {
    if (error instanceof SystemdError)
      return lackOf(guest, before, lacks) ?? fail(error.exitCode, error.message);
    throw error;
  }
};

/** What a unit failed of, if that is something that only this machine does not have. */
function lackOf({ refusals }: Guest, before: number, lacks: ProgramCall['lacks']): ExecResult | undefined {
  const refusal = refusals.slice(before).at(-1);
  return refusal === undefined ? undefined : lacks(refusal.what);
}

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

/** Verbs of systemctl that this machine does not have. */
const LACKING = new Set(
  `add-requires add-wants bind cancel clean cat default edit emergency exit freeze get-default help hybrid-sleep hibernate import-environment
  is-system-running isolate kexec link list-automounts list-dependencies list-jobs list-machines list-paths list-sockets list-timers
  list-unit-files log-level log-target mount-image preset preset-all rescue revert service-log-level service-log-target service-watchdogs
  set-default set-environment set-property show-environment suspend switch-root thaw try-reload-or-restart unset-environment`.split(
    /\s+/,
  ),
);

const VERBS: Verbs = { ...CONTROL, ...LIST, ...SHOW };

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
