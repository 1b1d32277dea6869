import { fail, type Program, type Programs, runCommand, succeed } from '../program';

const umask: Program = (args) => (args.length === 0 ? succeed('0022\n') : succeed());

const trap: Program = (args, { traps }) => {
  const words = args.filter((arg) => arg !== '--');
  if (words.length < 2 && words[0] !== '-') return succeed();
  const [handler = '', ...signals] = words;
  for (const signal of signals) {
    const name = signal.replace(/^SIG/, '').toUpperCase();
    if (handler === '-') traps.delete(name);
    else traps.set(name, handler);
  }
  return succeed();
};

const VALUED = new Set(['-n', '-c', '-p', '-s', '-w', '--adjustment']);

const runPlain: Program = async (args, call) => {
  const words = [...args];
  while (words[0]?.startsWith('-')) if (VALUED.has(words.shift() ?? '')) words.shift();
  return words.length === 0 ? succeed() : await runCommand(call, words);
};

/** Says that there is no such program in its own words, and in the shell's, which is what one looks for. */
const nohup: Program = async (args, call) => {
  const result = await runPlain(args, call);
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  if (result.exitCode !== 127 || !result.stderr.includes('command not found')) return result;
  return fail(127, `nohup: failed to run command ‘${name}’: No such file or directory\n${result.stderr}`);
};

/** What an interactive shell does: a script has no jobs to list or to let go, and expands no alias. */
const nothing: Program = () => succeed();

/** A script keeps no history; what a shell of somebody kept is in that one's `.bash_history`. */
const history: Program = () => succeed();

/** Builtins of bash that the interpreter leaves to commands, and programs that only run another. */
export const SHELL_PROGRAMS: Programs = {
  trap,
  history,
  umask,
  ...{ alias: nothing, disown: nothing, enable: nothing, jobs: nothing, times: nothing, unalias: nothing },
  ulimit: () => succeed('1024\n'),
  nohup,
  nice: runPlain,
  setsid: runPlain,
  ionice: runPlain,
  stdbuf: runPlain,
};
