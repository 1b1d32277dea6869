import { writeFileSync } from 'node:fs';
import { describeEvents } from '../tell/events';
import { describeApi } from './openapi';

/** Writes the documents that are made of schemas: the HTTP API, and the events. */
function write(name: string, document: Record<string, unknown>): void {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
}

write('openapi.json', describeApi());
write('events.schema.json', describeEvents());
