import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../cli/project';
import { judge, readExemptions } from './exemptions';
import { readRecording } from './recording';
import { replay } from './replay';

/** What exercises the roles: the main job, what goes wrong in builds, and what no build does by itself. */
const SUITES = ['test/e2e/main-job', 'test/e2e/errors', 'test/least-privilege/service'];

/**
 * Runs long tests with their decisions recorded and then replays these: those of `SUITES`, or all where it is told `--all`. Further
 * arguments are jest's; where they name tests, nothing is replayed.
 */
function main([first, ...rest]: readonly string[]): number {
  const isAll = first === '--all';
  const given = isAll || first === undefined ? rest : [first, ...rest];
  const folder = mkdtempSync(join(tmpdir(), 'kiln-decisions-'));
  try {
    const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.long.config.mjs'];
    const { status } = spawnSync(process.execPath, [...jest, ...(isAll ? [] : SUITES), ...given], {
      ...{ cwd: projectFolder, stdio: 'inherit' },
      env: { ...process.env, EMBEDDED_AWS_DECISIONS: folder },
    });
    if (status !== 0) return status ?? 1;
    return given.every((one) => one.startsWith('-')) ? report(folder) : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(folder: string): number {
  const { roles, answers } = readRecording(folder);
  const { parts, proven, exempt, problems } = judge(replay(roles, answers), readExemptions());
  for (const problem of problems) console.log(problem);
  console.log(
    `${roles.length} roles have ${parts} parts; ${answers.length} answers were replayed without each. ${proven} are proven, ${exempt.aws + exempt.logic} exempt (AWS ${exempt.aws}, logic ${exempt.logic}), ${exempt.open} open, ${problems.length} wrong.`,
  );
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
