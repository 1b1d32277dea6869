import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Packages the service as `npx serverless package` does, without network or credentials.
 *
 * @param project the folder with serverless.yml
 * @param target where the templates and the functions' archives go
 * @param signal ends it when it aborts
 * @throws what serverless printed, an invalid pipeline file included; the signal's reason
 */
export async function packageService(project: string, target: string, signal?: AbortSignal): Promise<void> {
  // Serverless leaves a copy of each function in the folder for temporary files: it gets one of its own.
  const temporary = await mkdtemp(join(tmpdir(), 'kiln-serverless-'));
  try {
    const { code, output } = await runServerless(project, target, temporary, signal);
    signal?.throwIfAborted();
    if (code !== 0) throw new Error(`the service could not be packaged:\n${output.trim()}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function runServerless(
  project: string,
  target: string,
  temporary: string,
  signal: AbortSignal | undefined,
): Promise<{ code: number | null; output: string }> {
  const serverless = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));
  const child = spawn(
    process.execPath,
    // A small young generation: Serverless makes much garbage, which would otherwise stand in memory for long.
    ['--max-semi-space-size=2', join(serverless, 'bin', 'serverless.js'), 'package', '--package', target],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: temporary,
        SLS_NOTIFICATIONS_MODE: 'off',
        NODE_NO_WARNINGS: '1',
        NO_COLOR: '1',
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
