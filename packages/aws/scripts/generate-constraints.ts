/**
 * Writes data/constraints/<service>.json from AWS's published models.
 *
 * The models are botocore's (Apache-2.0, https://github.com/boto/botocore, `botocore/data`). Run it again whenever
 * the SDK clients are updated, or new members and new values of enumerations are not known:
 *
 *     tsx packages/aws/scripts/generate-constraints.ts --models botocore/data [--commit SHA] [--date 2026-08-07]
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type ConstraintService,
  type ConstraintTable,
  constraintServices,
} from '../src/wire/constraint-table';
import { departures } from './departures';
import { type Model, TableBuilder } from './table-builder';

/** What a folder of models may be called, where that is not the name of the SDK client. */
const FOLDERS: Partial<Record<ConstraintService, readonly string[]>> = {
  'auto-scaling': ['autoscaling'],
  'cloudwatch-logs': ['logs'],
  'elastic-load-balancing': ['elb'],
  'elastic-load-balancing-v2': ['elbv2'],
  eventbridge: ['events'],
  'secrets-manager': ['secretsmanager'],
  sfn: ['stepfunctions'],
};

const { values: options } = parseArgs({
  options: {
    models: { type: 'string' },
    out: { type: 'string', default: 'packages/aws/data/constraints' },
    commit: { type: 'string' },
    date: { type: 'string' },
  },
});
if (!options.models) throw new Error('say where the models are: --models botocore/data');

await mkdir(options.out, { recursive: true });
const used = new Set<(typeof departures)[number]>();
let total = 0;
for (const service of constraintServices) {
  const model = await readModel(options.models, service);
  const builder = new TableBuilder(service, model);
  const table = builder.build({ commit: options.commit, date: options.date });
  const text = format(table);
  await writeFile(join(options.out, `${service}.json`), text);
  total += text.length;
  const kilobytes = (text.length / 1024).toFixed(1);
  console.log(`${service}: ${table.constraints.length} constraints, ${kilobytes} kB`);
  for (const skipped of builder.skipped) console.log(`  left out: ${skipped}`);
  for (const departure of builder.used) used.add(departure);
}
console.log(`${(total / 1024).toFixed(1)} kB in all`);
const idle = departures.filter((departure) => !used.has(departure));
if (idle.length > 0)
  throw new Error(
    `departures that fit nothing: ${idle.map(({ service, shapes }) => `${service} ${shapes}`).join('; ')}`,
  );

/** The newest model of the service. */
async function readModel(folder: string, service: ConstraintService): Promise<Model> {
  const present = new Set(await readdir(folder));
  const name = (FOLDERS[service] ?? [service]).find((one) => present.has(one));
  if (!name) throw new Error(`${folder} has no models of ${service}`);
  const version = (await readdir(join(folder, name))).sort().at(-1) ?? '';
  return JSON.parse(await readFile(join(folder, name, version, 'service-2.json'), 'utf8'));
}

/** One constraint and one structure a line, so that a newer model shows as a short difference. */
function format({ constraints, members, ...head }: ConstraintTable): string {
  const lines = [
    ...Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`),
    '  "constraints": [',
    constraints.map((one) => `    ${JSON.stringify(one)}`).join(',\n'),
    '  ],',
    '  "members": {',
    Object.entries(members)
      .map(([name, one]) => `    ${JSON.stringify(name)}: ${JSON.stringify(one)}`)
      .join(',\n'),
    '  }',
  ].filter((line) => line !== '');
  return `{\n${lines.join('\n')}\n}\n`;
}
