import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Packages the service as `npx serverless package` does, without network or credentials.
 *
 * @param project the folder with serverless.yml
 * @param target where the templates and the functions' archives go
 * @param signal ends it when it aborts
 * @param options further options of `serverless package`, such as `--stage`
 * @throws what serverless printed, an invalid pipeline file included; the signal's reason
 */
export async function packageService(
  project: string,
  target: string,
  signal?: AbortSignal,
  options: readonly string[] = [],
): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'kiln-serverless-'));
  try {
    const mirror = await mirrorProject(project, join(temporary, 'project'));
    const { code, output } = await runServerless(
      mirror,
      ['package', '--package', resolve(target), ...options],
      temporary,
      signal,
    );
    signal?.throwIfAborted();
    if (code !== 0) throw new Error(`the service could not be packaged:\n${output.trim()}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What Serverless writes beside the service. */
const WRITTEN = ['.serverless', '.esbuild'];

/**
 * Makes a folder that looks like the project. Serverless builds inside the folder that it packages and empties what was
 * packaged there before: so two can package one checkout at a time, and what its user packaged stays.
 */
async function mirrorProject(project: string, mirror: string): Promise<string> {
  await mkdir(mirror);
  const entries = await readdir(project, { withFileTypes: true });
  await Promise.all(
    entries
      .filter(({ name }) => !WRITTEN.includes(name))
      .map((entry) => {
        const [from, to] = [resolve(project, entry.name), join(mirror, entry.name)];
        // Serverless reads its own file only where it is one.
        return entry.isFile() ? copyFile(from, to) : symlink(from, to);
      }),
  );
  return mirror;
}

async function runServerless(
  project: string,
  command: readonly string[],
  temporary: string,
  signal: AbortSignal | undefined,
): Promise<{ code: number | null; output: string }> {
  const serverless = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));
  const child = spawn(
    process.execPath,
    // Serverless makes much garbage, which would otherwise stand in memory for long.
    [
      '--max-semi-space-size=2',
      '--heap-growing-percent=25',
      join(serverless, 'bin', 'serverless.js'),
      ...command,
    ],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: temporary, // where it leaves a copy of each function
        SLS_NOTIFICATIONS_MODE: 'off',
        NODE_NO_WARNINGS: '1',
        NO_COLOR: '1',
        GOGC: '20', // esbuild, too
      },
    },
  );
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const end = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, output };
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
