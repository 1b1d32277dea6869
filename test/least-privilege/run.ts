import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { projectFolder } from '../../cli/project';
import { runsAll } from './arguments';
import { judge, readExemptions } from './exemptions';
import { readRecording } from './recording';
import { replay } from './replay';

/** What exercises the roles: the main job, how images are prepared, what goes wrong in builds, and what no build does by itself. */
const SUITES = [
  'test/e2e/main-job',
  'test/e2e/deploy',
  'test/e2e/prepare',
  'test/e2e/errors',
  'test/least-privilege/service',
];

/**
 * Runs the long tests with their decisions recorded and then replays these: all, or with `--some` those of `SUITES`. Further arguments are
 * jest's; where they may choose tests, nothing is recorded or replayed.
 *
 * @returns the status to end with: jest's where a test has failed, 1 where the replay finds a problem
 */
function main([first, ...rest]: readonly string[]): number {
  const isSome = first === '--some';
  const given = isSome || first === undefined ? rest : [first, ...rest];
  if (!runsAll(given)) return runTests([...(isSome ? SUITES : []), ...given]);
  const folder = mkdtempSync(join(tmpdir(), 'kiln-decisions-'));
  try {
    const status = runTests([...(isSome ? SUITES : []), ...given], { EMBEDDED_AWS_DECISIONS: folder });
    return status === 0 ? report(folder) : status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A young generation of 16 MB, and code that is thrown away and compiled again, cost simulations a quarter of their time. */
const MEMORY = ['--max-semi-space-size=64', '--no-flush-bytecode'];

function runTests(given: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.long.config.mjs'];
  const { status } = spawnSync(process.execPath, [...MEMORY, ...jest, ...given], {
    ...{ cwd: projectFolder, stdio: 'inherit' },
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}

/** On the error stream, as jest reports: with `--json` the other one is jest's alone. */
function report(folder: string): number {
  const begun = performance.now();
  const recording = readRecording(folder);
  const { parts, proven, exempt, problems } = judge(replay(recording), readExemptions());
  for (const problem of problems) console.error(problem);
  const { roles, answers, trusts } = recording;
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.error(
    `${roles.length} roles have ${parts} parts; ${answers.length + trusts.length} answers were replayed without each, of ${Math.round(sizeOf(folder) / 1e6)} MB in ${seconds} s. ${proven} are proven, ${exempt.aws + exempt.logic} exempt (AWS ${exempt.aws}, logic ${exempt.logic}), ${problems.length} wrong.`,
  );
  return problems.length === 0 ? 0 : 1;
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

process.exitCode = main(process.argv.slice(2));
