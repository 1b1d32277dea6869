import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout: where serverless.yml, pipelines/ and fleet/ are. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The version of Kiln in this checkout. */
export async function readVersion(): Promise<string> {
  const text = await readFile(join(projectFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
