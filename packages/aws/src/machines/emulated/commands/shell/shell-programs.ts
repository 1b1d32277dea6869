import { type Program, type Programs, runCommand, succeed } from '../program';

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

const runPlain: Program = async (args, call) => {
  const words = [...args];
  while (words[0]?.startsWith('-')) if (words.shift() === '-n') words.shift();
  return words.length === 0 ? succeed() : await runCommand(call, words);
};

/** Builtins of bash that the interpreter leaves to commands, and programs that only run another. */
export const SHELL_PROGRAMS: Programs = {
  trap,
  umask,
  ulimit: () => succeed('1024\n'),
  nohup: runPlain,
  nice: runPlain,
};
