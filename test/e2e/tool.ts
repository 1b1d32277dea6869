import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a tool ended. */
export interface Ran {
  readonly code: number | null;
  /** What it printed, to both streams. */
  readonly output: string;
}

/** What a tool gets of this machine: programs. No settings of its user, no credentials. */
const inherited = Object.fromEntries(
  ['PATH', 'LANG', 'PYENV_ROOT', 'PYENV_VERSION'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  ),
);

/**
 * Runs a tool that others have made, as it stands, with a home and a folder for temporary files of its own, which are gone afterwards.
 *
 * @param command the program and its arguments
 * @param where the folder that it runs in, and the environment that names the embedded AWS
 * @returns how it ended; it is killed after ten minutes
 */
export async function runTool(
  [program = '', ...args]: readonly string[],
  where: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const home = await mkdtemp(join(tmpdir(), 'kiln-tool-'));
  try {
    const child = spawn(program, args, {
      cwd: where.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
      killSignal: 'SIGKILL',
      env: {
        ...inherited,
        HOME: home,
        TMPDIR: home,
        NO_COLOR: '1',
        NODE_NO_WARNINGS: '1',
        SLS_NOTIFICATIONS_MODE: 'off',
        NPM_CONFIG_UPDATE_NOTIFIER: 'false', // npx would ask the registry
        ...where.env,
      },
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, output };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** A test of a tool, for where it is installed: elsewhere it is skipped, and the console says so. */
export function whereInstalled(program: string, args: readonly string[]) {
  if (spawnSync(program, args).status === 0) return test;
  console.warn(`SKIPPED: ${program} is not installed here, so nothing is tried with it`);
  return test.skip;
}
