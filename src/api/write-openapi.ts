import { writeFileSync } from 'node:fs';
import { describeApi } from './openapi';

const file = new URL('../../docs/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(describeApi(), null, 2)}\n`);
