import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The scripts that run on servers, by their path in the package of a function. */
export function readScripts(): Record<string, string> {
  const files = ['report', 'prepare', 'secrets', 'tests'].map((name) => `src/server/scripts/${name}.sh`);
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(join(__dirname, '../../..', file), 'utf8')]),
  );
}
