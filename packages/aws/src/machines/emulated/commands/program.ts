import { type ExecResult, latin1FromBytes, type ResolvedCommandContext } from 'just-bash';
import { randomUUID } from '../../random';
import type { Guest } from '../system/guest';

/** A command of the shell that this project makes. */
export type Program = (args: string[], call: ProgramCall) => Promise<ExecResult> | ExecResult;

export interface ProgramCall {
  guest: Guest;
  context: ResolvedCommandContext;
  /** The name it was called by: `yum` for `dnf`. */
  name: string;
  /** Handlers that the script set with `trap`, by signal. */
  traps: Map<string, string>;
  /**
   * For what Amazon Linux 2023 does and this machine cannot: says so, with the line of the script, and ends the script, so that none goes
   * on without what it asked for. @param what as in `program rsync` or `package docker`
   */
  lacks(what: string): ExecResult;
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

/** Runs another command, its arguments and its standard input as they are. */
export async function runCommand(
  call: ProgramCall,
  argv: readonly string[],
  cwd = call.context.cwd,
): Promise<ExecResult> {
  const [command = '', ...args] = argv;
  const { disk } = call.guest;
  // The shell would hand out text, which bytes may not be; a device gets them as they are.
  const device = `/dev/.output-${randomUUID()}`;
  const chunks: Uint8Array[] = [];
  disk.makeDevice(device, device);
  disk.attachDevice(device, {
    read: () => new Uint8Array(),
    write: (bytes) => chunks.push(Uint8Array.from(bytes)),
  });
  try {
    const result = await runText(call, `${quoteWord(command)} > ${device}`, { args, cwd });
    const { stderr, exitCode } = result;
    return { ...succeedWithBytes(Buffer.concat(chunks)), stderr, exitCode };
  } finally {
    disk.remove(device);
    disk.detachDevice(device);
  }
}

/** Runs a command line with what comes to this program's standard input. */
export async function runText(
  { context }: ProgramCall,
  text: string,
  { args, cwd = context.cwd }: { args?: string[]; cwd?: string } = {},
): Promise<ExecResult> {
  if (context.exec === undefined) throw new Error(`no shell to run ${text} with`);
  return await context.exec(text, {
    cwd,
    env: { ...context.exportedEnv, PWD: cwd },
    stdin: latin1FromBytes(context.stdin),
    stdinKind: 'bytes',
    ...(args && { args }),
    ...(context.signal && { signal: context.signal }),
  });
}

/** A word that the shell reads back as it is. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
