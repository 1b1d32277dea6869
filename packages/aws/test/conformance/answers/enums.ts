import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The values that members may have, by structure and member. */
export type MemberEnums = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

const ENUM = /^export declare const (\w+): \{\n((?: {4}readonly \w+: "[^"\n]*";\n)+)\};/gm;
const INTERFACE = /^export interface (\w+)(?: extends [^{]*)? \{\n([\s\S]*?)^\}/gm;
const MEMBER =
  /^ {4}(\w+)\??: (?:\(?(\w+)(?: \| undefined)?\)?(\[\])?|Record<string, (\w+)>)(?: \| undefined)?;/gm;

/**
 * Reads the enumerations of an SDK client's models from its type declarations: its schemas do not have them.
 *
 * @param service the suffix of the client's package
 */
export function readEnums(service: string): MemberEnums {
  const main = createRequire(import.meta.url).resolve(`@aws-sdk/client-${service}`);
  const folder = join(dirname(main), '../dist-types/models');
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const enums = new Map<string, ReadonlySet<string>>();
  for (const [, name = '', body = ''] of texts.flatMap((text) => [...text.matchAll(ENUM)]))
    enums.set(name, new Set([...body.matchAll(/: "([^"]*)";/g)].map(([, value = '']) => value)));
  const structures = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();
  for (const [, name = '', body = ''] of texts.flatMap((text) => [...text.matchAll(INTERFACE)])) {
    const members = new Map<string, ReadonlySet<string>>();
    for (const [, member = '', type = '', , ofMap] of body.matchAll(MEMBER)) {
      const values = enums.get(ofMap ?? type);
      if (values) members.set(member, values);
    }
    if (members.size > 0) structures.set(name, members);
  }
  return structures;
}
