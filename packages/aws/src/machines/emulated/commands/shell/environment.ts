import { fail, type Program, type Programs, succeed } from '../program';

/** `env` without a command: what is exported. just-bash shows all variables, and runs the command of one that has it. */
const env: Program = async (args, { context }) => {
  const isPlain = args.every((arg) => /^\w+=/.test(arg) || arg === '-0' || arg === '--null');
  if (!isPlain) {
    if (context.origCommand === undefined) throw new Error('the shell has no env');
    return await context.origCommand(args);
  }
  const given = args.filter((arg) => !arg.startsWith('-')).map((arg) => arg.split(/=(.*)/s).slice(0, 2));
  const shown = Object.entries({ ...context.exportedEnv, ...Object.fromEntries(given) });
  const end = args.some((arg) => arg.startsWith('-')) ? '\0' : '\n';
  return succeed(shown.map(([name, value]) => `${name}=${value}${end}`).join(''));
};

const printenv: Program = async (args, call) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length === 0) return await env([], call);
  const { exportedEnv = {} } = call.context;
  const values = names.flatMap((name) => exportedEnv[name] ?? []);
  const text = values.map((value) => `${value}\n`).join('');
  return values.length === names.length ? succeed(text) : fail(1, '', text);
};

export const ENVIRONMENT_PROGRAMS: Programs = { env, printenv };
