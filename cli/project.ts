import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout: where serverless.yml, pipelines/ and fleet/ are. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..');
