import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until';

const root = join(__dirname, '..', '..');

/** How a command ended, and what it left. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** What it left in its folder for temporary files. */
  readonly files: readonly string[];
}

/**
 * Runs `kiln` as a user types it, with a folder for temporary files and a process group of its own, and waits until no
 * process of that group is left.
 *
 * @param onOutput is told after each output what there is so far, and may signal the process, once
 * @param env further variables of the environment
 */
export async function runKiln(
  args: readonly string[],
  onOutput: (output: string, signal: (signal: NodeJS.Signals) => void) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const temporary = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  const child = spawn(process.execPath, ['cli/bin.mjs', ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without what Jest asks of the processes that it starts.
    env: { ...process.env, FORCE_COLOR: undefined, ...env, TMPDIR: temporary },
  });
  const group = child.pid ?? 0;
  const stop = () => process.kill(-group, 'SIGKILL');
  process.once('exit', stop);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
    if (!child.killed) onOutput(output, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // What serverless started ends by itself, a moment after it.
  await until('no process is left', async () => (isAlive(group) ? undefined : true), 60);
  process.off('exit', stop);
  const files = await readdir(temporary);
  await rm(temporary, { recursive: true, force: true });
  return { code, output, errors, files };
}

/** Whether a process of the group runs. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
