import type { ExecResult, ResolvedCommandContext } from 'just-bash';
import type { System } from '../system';

/** A command of the shell that this project makes. */
export type Program = (args: string[], call: ProgramCall) => Promise<ExecResult> | ExecResult;

export interface ProgramCall {
  system: System;
  context: ResolvedCommandContext;
  /** The name it was called by: `yum` for `dnf`. */
  name: string;
  /** Handlers that the script set with `trap`, by signal. */
  traps: Map<string, string>;
}

export type Programs = Readonly<Record<string, Program>>;

export function succeed(stdout = '', stderr = ''): ExecResult {
  return { stdout, stderr, exitCode: 0, stdoutKind: 'text' };
}

/** @param stderr without its final newline */
export function fail(exitCode: number, stderr = '', stdout = ''): ExecResult {
  return {
    stdout,
    stderr: stderr === '' || stderr.endsWith('\n') ? stderr : `${stderr}\n`,
    exitCode,
    stdoutKind: 'text',
  };
}

/** Bytes as output, untouched by any text encoding. */
export function succeedWithBytes(bytes: Uint8Array): ExecResult {
  const stdout = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return { stdout, stderr: '', exitCode: 0, stdoutKind: 'bytes', stdoutEncoding: 'binary' };
}

/** A path of the command line, absolute. */
export function resolvePath({ context }: ProgramCall, path: string): string {
  return context.fs.resolvePath(context.cwd, path);
}

/** Runs another command, its arguments as they are. */
export async function runCommand(
  call: ProgramCall,
  argv: readonly string[],
  cwd = call.context.cwd,
): Promise<ExecResult> {
  const [command = '', ...args] = argv;
  if (call.context.exec === undefined) throw new Error(`no shell to run ${command} with`);
  return await call.context.exec(quoteWord(command), {
    cwd,
    args,
    env: call.context.exportedEnv,
    ...(call.context.signal && { signal: call.context.signal }),
  });
}

/** A word that the shell reads back as it is. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
