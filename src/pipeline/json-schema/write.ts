import { writeFileSync } from 'node:fs';
import { describePipelineFile } from './describe';

const file = new URL('../../../docs/pipeline.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(describePipelineFile(), null, 2)}\n`);
