import { SystemdError } from '../../../systemd/systemd-error';
import { unitName } from '../../../systemd/units/unit-file';
import { fail, type Program, type Programs, succeed } from '../../program';
import { CONTROL } from './control';
import { SHOW } from './show';
import type { Verbs } from './verb';

const systemctl: Program = async (args, { guest }) => {
  const joined = joinValues(args);
  const flags = new Set(joined.filter((arg) => arg.startsWith('-')));
  const [verb = 'list-units', ...names] = joined.filter((arg) => !arg.startsWith('-'));
  if (flags.has('--version')) return succeed('systemd 252 (252.23-3.amzn2023)\n');
  const run = VERBS[verb];
  if (run === undefined) return fail(1, `Unknown command verb ${verb}.`);
  if (NEEDS_UNIT.has(verb) && names.length === 0) return fail(1, 'Too few arguments.');
  try {
    return await run(guest, names, flags);
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

const VERBS: Verbs = { ...CONTROL, ...SHOW };

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
