import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from '../env';

/** The shell scripts that run on servers of a build. */
export type ScriptName = 'prepare' | 'tests';

/** What each is made of. */
const PARTS: Record<ScriptName, string[]> = { prepare: ['prepare', 'secrets'], tests: ['tests'] };

/** A script of ours, with what it is given as variables of the shell, and the functions that it tells Kiln with. What stands `before` cannot change those. */
export async function writeScript(
  name: ScriptName,
  values: Readonly<Record<string, string>>,
  before = '',
): Promise<string> {
  const parts = await Promise.all(['report', ...PARTS[name]].map(readScript));
  const given = Object.entries(values).map(([key, value]) => `${key}='${value.replaceAll("'", "'\\''")}'\n`);
  return `#!/bin/bash\n${before}${given.join('')}${parts.join('')}`;
}

/** The scripts are in the package of a function as they are in the repository. */
async function readScript(name: string): Promise<string> {
  return readFile(join(env('LAMBDA_TASK_ROOT'), 'src/server/scripts', `${name}.sh`), 'utf8');
}

/** A text as base64: nothing in it needs quotes. */
export function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
