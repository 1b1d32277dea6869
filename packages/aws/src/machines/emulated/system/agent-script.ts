import type { AgentScript, ScriptOutcome } from '../../engine';
import { quoteWord } from '../commands/program';
import type { System } from './system';

/** Of what was killed: 128 and SIGKILL. */
const KILLED = 137;

/**
 * Runs a script as an agent of the machine does: a file that root executes, whose output goes to files beside it.
 *
 * @returns undefined when the machine stopped before the script ended
 */
export async function runAgentScript(
  system: System,
  { path, text, workingDirectory, environment, signal }: AgentScript,
): Promise<ScriptOutcome | undefined> {
  const { disk, power } = system;
  const folder = path.slice(0, path.lastIndexOf('/'));
  const written = { stdout: '', stderr: '' };
  if (disk.find(workingDirectory)?.kind !== 'directory') {
    written.stderr = `chdir ${workingDirectory}: no such file or directory`;
    return { exitCode: 1, ...written };
  }
  disk.install(path, text, 0o700);
  const ended = system.shell.runScript(isShell(text) ? text : `${quoteWord(path)}\n`, {
    name: path,
    cwd: workingDirectory,
    env: environment,
    bare: true,
    signal,
    onOutput: (output, stream) => {
      written[stream] += output;
    },
  });
  // What does not hear that it is to end is left behind, as a process that init takes over.
  const exitCode = await Promise.race([ended, aborted(AbortSignal.any([signal, power]))]);
  if (power.aborted) return undefined;
  for (const stream of ['stdout', 'stderr'] as const) disk.install(`${folder}/${stream}`, written[stream]);
  return { exitCode: signal.aborted ? KILLED : exitCode, ...written };
}

/** Whether the shell itself reads a script; the kernel gives others to the interpreter that they name. */
function isShell(text: string): boolean {
  const [, interpreter] = /^#!\s*(?:\S*\/env\s+)?(\S+)/.exec(text) ?? [];
  return interpreter === undefined || /(^|\/)(ba)?sh$/.test(interpreter);
}

function aborted(signal: AbortSignal): Promise<number> {
  if (signal.aborted) return Promise.resolve(KILLED);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(KILLED), { once: true }));
}
