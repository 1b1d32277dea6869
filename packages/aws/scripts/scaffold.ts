import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '../src/core/service';
import { type OperationModel, requiredMembers, type ServiceModel } from '../src/core/service-model';
import { type ServiceName, services } from '../src/services';
import { ApiModels } from '../src/wire/api-model';

const SERVICES = join(dirname(fileURLToPath(import.meta.url)), '../src/services');
const VERBS =
  /^(Add|Associate|Attach|Authorize|Batch|Cancel|Complete|Copy|Create|Delete|Deregister|Describe|Detach|Disable|Disassociate|Enable|Execute|Get|Import|Invoke|List|Modify|Publish|Put|Register|Release|Remove|Replace|Reset|Restore|Revoke|Send|Set|Start|Stop|Tag|Terminate|Untag|Update|Upload|Verify)(?=[A-Z])/;

/** A service, as far as a scaffold needs it. */
export interface Scaffolded {
  readonly service: ServiceName;
  readonly model: ServiceModel;
  /** Names of the operations that are there. */
  readonly there: readonly string[];
}

/** What was written. */
export interface Scaffold {
  /** The file of the operation, under the service's folder. */
  readonly file: string;
  readonly isNewFile: boolean;
  readonly test: string;
}

/** Reads a service. @throws Error for a name that no folder of `services/` has */
export async function readScaffolded(service: string): Promise<Scaffolded> {
  if (!Object.hasOwn(services, service))
    throw new Error(`there is no service ${service}; there are ${Object.keys(services).join(', ')}`);
  const name = service as ServiceName;
  const definition: ServiceDefinition = services[name];
  const { model } = await new ApiModels().load(name, definition);
  return { service: name, model, there: Object.keys(definition.operations) };
}

/** The operations that a service lacks, in alphabetical order. */
export function missingOperations({ model, there }: Scaffolded): string[] {
  return [...model.operations.keys()].filter((name) => !there.includes(name)).sort();
}

/**
 * Writes the stub of an operation, which refuses with its name, and the stub of its test, which fails until it asserts an answer.
 *
 * @param folder `src/services` of the package
 * @throws Error for an operation that the SDK does not have or the service does, and for a folder that is not as the others are
 */
export function scaffold(folder: string, scaffolded: Scaffolded, operation: string): Scaffold {
  const { service, model, there } = scaffolded;
  const known = model.operations.get(operation);
  if (!known) throw new Error(`${model.serviceId} has no operation ${operation}`);
  if (there.includes(operation)) throw new Error(`${service} has ${operation} already`);
  const home = join(folder, service);
  const state = read(join(home, 'state.ts'));
  if (!/export type Op</.test(state) || !existsSync(join(home, 'operations')))
    throw new Error(
      `services/${service} has no operations/ or no type Op in state.ts: make it as services/sns is`,
    );
  const names = readdirSync(join(home, 'operations'));
  const stem = guessFile(operation, names);
  const file = join(home, 'operations', `${stem}.ts`);
  const isNewFile = !existsSync(file);
  writeFileSync(file, withStub(isNewFile ? '' : read(file), model, operation));
  if (isNewFile) register(join(home, 'service.ts'), stem);
  const test = `operations/${kebab(operation)}.test.ts`;
  writeFileSync(join(home, test), testOf(scaffolded, known));
  return { file: `operations/${stem}.ts`, isNewFile, test };
}

/** The file of the resource that an operation is about: the one that shares most words with its name, or a new one. */
export function guessFile(operation: string, files: readonly string[]): string {
  const noun = kebab(operation.replace(VERBS, ''));
  const words = noun.split('-').map(singular);
  const stems = files
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$/.test(name))
    .map((name) => name.slice(0, -3));
  // Helpers of operations stand there too, each beginning with its verb.
  const resources = stems.filter((stem) => !/^(read|describe|default|check|make|find)-/.test(stem));
  const shared = (stem: string) => stem.split('-').filter((word) => words.includes(singular(word))).length;
  const length = (stem: string) => stem.split('-').length;
  const [best] = resources.toSorted((a, b) => shared(b) - shared(a) || length(a) - length(b));
  const isAbout = best !== undefined && shared(best) >= length(best) / 2;
  return isAbout ? best : `${noun.replace(/s$/, '')}s`;
}

function withStub(text: string, model: ServiceModel, operation: string): string {
  const missing = [
    ["import { AwsError } from '../../../core/aws-error';", /\bAwsError\b/],
    ["import type { Op } from '../state';", /import (type )?\{[^}]*\bOp\b[^}]*\} from '\.\.\/state'/],
  ] as const;
  const imports = missing.filter(([, pattern]) => !pattern.test(text)).map(([line]) => line);
  const head = imports.length > 0 ? `${imports.join('\n')}\n` : '';
  const message = `${operation} of ${model.serviceId} is a stub`;
  const stub = `export const ${operation}: Op<'${operation}'> = () => {
  throw new AwsError('NotImplemented', '${message}', 501);
};
`;
  return `${head}${text}${text || head ? '\n' : ''}${stub}`;
}

/** Names a new file of operations in the service's definition. */
function register(file: string, stem: string): void {
  const name = camel(stem);
  const text = read(file);
  if (!/operations: \{ ?/.test(text))
    throw new Error(
      `service.ts does not list its operations as \`operations: { ...a, ...b }\`: add ./operations/${stem}`,
    );
  const importing = `import * as ${name} from './operations/${stem}';\n`;
  const at = text.lastIndexOf('\nimport ') + 1;
  const placed = `${text.slice(0, at)}${importing}${text.slice(at)}`;
  writeFileSync(
    file,
    placed.replace(/operations: \{ ?/, (found) => `${found.trimEnd()} ...${name}, `),
  );
}

function testOf({ service }: Scaffolded, { name, input }: OperationModel): string {
  const members = requiredMembers(input).map((member) => `    ${member}: undefined,\n`);
  const given = members.length > 0 ? `{\n${members.join('')}  }` : '{}';
  return `import { newRegion } from '../../../testing/region';

test('${name}: say what it does', async () => {
  await using region = await newRegion();
  const answer = await region.api('${service}').${name}(${given});
  expect(answer).toEqual('what AWS answers');
});
`;
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function kebab(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3-$2').toLowerCase();
}

function camel(stem: string): string {
  return stem.replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function singular(word: string): string {
  return word.replace(/ies$/, 'y').replace(/s$/, '');
}

async function main([service = '', operation]: readonly string[]): Promise<void> {
  const scaffolded = await readScaffolded(service);
  const missing = missingOperations(scaffolded);
  if (operation === undefined) {
    console.log(`${service} lacks ${missing.length} of ${scaffolded.model.operations.size} operations:`);
    console.log(missing.join('\n'));
    return;
  }
  const { file, isNewFile, test } = scaffold(SERVICES, scaffolded, operation);
  const guess = isNewFile
    ? 'a new file, for no other is about it: rename it as you like'
    : 'the file that its name fits best';
  console.log(`services/${service}/${file}   the stub (${guess})`);
  console.log(`services/${service}/${test}   its test, which fails until it asserts an answer`);
  console.log('Next: CONTRIBUTING.md, "An operation"; `npx biome check --write` puts the imports in order.');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(`scaffold: ${error.message}`);
    process.exitCode = 1;
  });
