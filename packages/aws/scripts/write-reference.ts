import { writeFileSync } from 'node:fs';
import { describeEmbeddedAws } from './reference';

async function writeReference(): Promise<void> {
  for (const [file, text] of Object.entries(await describeEmbeddedAws())) {
    writeFileSync(new URL(`../../../docs/${file}`, import.meta.url), text);
  }
}

void writeReference();
