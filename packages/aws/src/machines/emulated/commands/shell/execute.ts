import { fail, type Program, type Programs, resolvePath, runCommand } from '../program';

const SHELLS = new Set(['sh', 'bash']);

/**
 * What the shell does with a command that is a path: the file's own interpreter runs it, as a process of its own.
 * just-bash would read every file as a part of the calling shell, with its `set -e`.
 */
const execute: Program = async (argv, call) => {
  const [name = '', ...args] = argv;
  const { disk } = call.guest;
  const path = resolvePath(call, name);
  const node = disk.find(path);
  if (node === undefined) return fail(127, `bash: ${name}: No such file or directory`);
  if (node.kind === 'directory') return fail(126, `bash: ${name}: Is a directory`);
  if ((node.mode & 0o111) === 0) return fail(126, `bash: ${name}: Permission denied`);
  const line = /^#!\s*(\S+)[ \t]*([^\n]*)/.exec(disk.readText(path).slice(0, 256));
  const interpreter = line?.[1] ?? '/bin/bash';
  const option = line?.[2]?.trim() ?? '';
  const isEnv = interpreter.endsWith('/env');
  const program =
    (isEnv ? option.replace(/^-S\s+/, '').split(/\s+/)[0] : interpreter.split('/').at(-1)) ?? '';
  if (SHELLS.has(program))
    return await runCommand(call, ['bash', ...shellOptions(isEnv, option), name, ...args]);
  if (isEnv && !disk.has(`/usr/bin/${program}`))
    return fail(127, `/usr/bin/env: ‘${program}’: No such file or directory`);
  if (!isEnv && !disk.has(interpreter))
    return fail(126, `bash: ${name}: ${interpreter}: bad interpreter: No such file or directory`);
  return await runCommand(call, [program, ...(isEnv || option === '' ? [] : [option]), name, ...args]);
};

/** Named so that no listing shows it and no script calls it. */
export const EXECUTE = '.exec';

export const EXECUTE_PROGRAMS: Programs = { [EXECUTE]: execute };

function shellOptions(isEnv: boolean, option: string): string[] {
  return !isEnv && option.startsWith('-') ? [option] : [];
}
