import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aws } from '../../src';

/** A test of a tool that others have made, for where it is installed: elsewhere it is skipped, and the console says so. */
export function whereInstalled(program: string, args: readonly string[]) {
  if (spawnSync(program, args).status === 0) return test;
  console.warn(
    `SKIPPED: ${program} is not installed here (${program} ${args.join(' ')}), so nothing is tried with it`,
  );
  return test.skip;
}

/** A home of its own for a tool, and the environment of a person who has no account but this one. */
export async function newcomer(aws: Aws) {
  const home = await mkdtemp(join(tmpdir(), 'stranger-'));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  // Programs that a version manager has put in the place of their own need to know where that is.
  const env: Record<string, string> = {
    ...(Object.fromEntries(own) as Record<string, string>),
    ...aws.env,
    AWS_PAGER: '',
    HOME: home,
    TMPDIR: home,
  };
  return { home, env, leave: () => rm(home, { recursive: true, force: true }) };
}
