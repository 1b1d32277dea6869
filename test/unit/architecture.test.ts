import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../..');
/** The rooms of the house: what is in none of them is checked by nothing here. */
const ROOMS = ['src', 'functions', 'cli', 'serverless', 'bench', 'packages/aws', 'packages/aws-languages'];
/** A reader scans about fifteen entries of a folder; tests that stand beside what they test are read with it. */
const MOST_ENTRIES = 17;

interface Import {
  readonly from: string;
  readonly to: string;
}

function findFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.ts$/.test(file) && !/(^|\/)(node_modules|dist)\//.test(file))
    .map((file) => join(folder, file));
}

const FILES = ROOMS.flatMap(findFiles);
const KNOWN = new Set(FILES);
const SOURCES = new Map(FILES.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
const isTest = (file: string) => file.endsWith('.test.ts') || file.includes('/testing/');

/** What a file imports, types included: names of packages as they stand, files by their path from the root. */
function findImports(file: string, { types = true } = {}): Import[] {
  const statement = types
    ? /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'/gm
    : /^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s)?'([^']+)'/gm;
  return [...(SOURCES.get(file) ?? '').matchAll(statement)].map(([, path = '']) => ({
    from: file,
    to: path.startsWith('.') ? resolve(file, path) : path,
  }));
}

function resolve(file: string, path: string): string {
  const target = normalize(join(dirname(file), path));
  return [`${target}.ts`, join(target, 'index.ts')].find((one) => KNOWN.has(one)) ?? target;
}

const IMPORTS = FILES.flatMap((file) => findImports(file));
const roomOf = (file: string) => ROOMS.find((room) => file.startsWith(`${room}/`)) ?? file;

function crossings(from: string, to: readonly string[]): Import[] {
  return IMPORTS.filter((one) => roomOf(one.from) === from && to.includes(roomOf(one.to)));
}

test('there are imports to check', () => {
  expect(crossings('functions', ['src']).length).toBeGreaterThan(20);
  expect(FILES.length).toBeGreaterThan(500);
});

test('src imports nothing of functions, the command and the embedded AWS', () => {
  expect(crossings('src', ['functions', 'cli', 'serverless', 'embedded-aws'])).toEqual([]);
});

test('functions import only src', () => {
  expect(crossings('functions', ['cli', 'serverless', 'embedded-aws'])).toEqual([]);
});

test('what is outside a package knows it by its public name alone', () => {
  const outside = IMPORTS.filter(
    ({ from, to }) => !from.startsWith('packages/') && to.startsWith('packages/'),
  );
  expect(outside).toEqual([]);
  const named = IMPORTS.filter(({ to }) => /^embedded-aws/.test(to)).map(({ to }) => to);
  expect(new Set(named)).toEqual(new Set(['embedded-aws']));
});

test('a package imports no file from outside of itself', () => {
  const leaving = IMPORTS.filter(
    ({ from, to }) => from.startsWith('packages/') && to.includes('/') && roomOf(from) !== roomOf(to),
  ).filter(({ to }) => !existsSync(join(ROOT, 'node_modules', to.split('/')[0] ?? '')));
  expect(leaving.filter(({ to }) => !/^(@|node:)/.test(to))).toEqual([]);
});

test('the small languages import nothing but each other', () => {
  const others = IMPORTS.filter(
    ({ from, to }) =>
      roomOf(from) === 'packages/aws-languages' &&
      !isTest(from) &&
      roomOf(to) !== 'packages/aws-languages' &&
      !to.startsWith('node:'),
  );
  expect(others).toEqual([]);
});

test('the packages know no word of the service', () => {
  const knowing = FILES.filter((file) => file.startsWith('packages/')).filter((file) =>
    /kiln|golden image/i.test(SOURCES.get(file) ?? ''),
  );
  expect(knowing).toEqual([]);
});

/** The rooms of the embedded AWS from the ground up: each imports only those before it. */
const FLOORS = ['core', 'signing', 'wire', 'corridor', 'network', 'machines', 'services', 'account', 'door'];

test('the rooms of the embedded AWS stand on one another, in one direction', () => {
  const floorOf = (file: string) => FLOORS.findIndex((room) => file.startsWith(`packages/aws/src/${room}/`));
  const upwards = IMPORTS.filter(({ from, to }) => {
    const [upper, lower] = [floorOf(to), floorOf(from)];
    return lower >= 0 && upper > lower && !isTest(from);
  });
  expect(upwards).toEqual([]);
});

test('a service looks into another only where it says what it needs', () => {
  const serviceOf = (file: string) => /^packages\/aws\/src\/services\/([^/]+)\//.exec(file)?.[1];
  const looks = IMPORTS.filter(({ from, to }) => {
    const [own, other] = [serviceOf(from), serviceOf(to)];
    return own && other && own !== other && !isTest(from);
  });
  const elsewhere = looks.filter(
    ({ from, to }) =>
      // CloudFormation's types stand beside the operations that they call, and are entered in its list.
      !/\/resources(\/|\.ts$)/.test(from) &&
      !/\/resources(\/|\.ts$)/.test(to) &&
      !/\/(service|state)\.ts$/.test(from),
  );
  expect(elsewhere).toEqual([]);
});

test('the domain knows nothing of Lambda and HTTP', () => {
  const edges = ['src/lambda.ts', 'src/stage.ts', 'src/http.ts'];
  const inward = IMPORTS.filter(({ from, to }) => !edges.includes(from) && edges.includes(to));
  expect(inward.filter(({ from }) => roomOf(from) !== 'functions')).toEqual([]);
});

test.each([
  ['await-healthy-site', 'src/image/probe.ts'],
  ['ask-servers', 'src/rollout/ask.ts'],
])('the function in the VPC %s imports nothing that calls AWS', (name, domain) => {
  const seen = findAllNeeded(`functions/${name}.ts`);
  expect(seen).toContain(domain);
  expect(seen.filter((file) => file.startsWith('src/aws/') || file.startsWith('@aws-sdk/'))).toEqual([]);
});

/** What is evaluated with a file. */
function findAllNeeded(name: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to } of findImports(file, { types: false })) visit(to);
  };
  visit(name);
  return [...seen];
}

test.each([
  'create-image',
  'await-image',
  'publish-template',
  'start-refresh',
  'await-refresh',
  'await-fleet',
  'resolve-wait',
  'sweep-waits',
  'publish-image',
  'scale-out',
  'terminate-instance',
  'verify-fleet',
])('the function %s does not wait at its cold start for the schema of pipelines, nor for YAML', (name) => {
  const needed = findAllNeeded(`functions/${name}.ts`);
  expect(needed).toContain('src/lambda.ts');
  expect(needed.filter((file) => file.startsWith('src/pipeline/definition/def') || file === 'yaml')).toEqual(
    [],
  );
});

test('each function of the one bundle is exported by the name that it goes by, from its file', () => {
  const exported = [
    ...(SOURCES.get('functions/index.ts') ?? '').matchAll(
      /^export const (\w+) = only\('(\w+)', \(\) => import\('\.\/([\w-]+)'\)\);$/gm,
    ),
  ];
  expect(exported.length).toBeGreaterThan(30);
  for (const [, name, own, file = ''] of exported)
    expect([own, file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]).toEqual([name, name]);
});

/** The circles of a graph, each once. */
function findCircles(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  const visit = (node: string, path: readonly string[]): void => {
    if (path.includes(node)) {
      circles.push([...path.slice(path.indexOf(node)), node]);
      return;
    }
    if (done.has(node)) return;
    for (const next of targets.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of targets.keys()) visit(node, []);
  return circles;
}

function graphOf(imports: readonly Import[]): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  return targets;
}

test('a circle of imports would be found, of types too', () => {
  expect(
    findCircles(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['a']],
      ]),
    ),
  ).toEqual([['a', 'b', 'c', 'a']]);
  SOURCES.set('x.ts', "import type { Y } from './y';\nimport { z } from './z';\nexport * from './w';");
  const found = findImports('x.ts').map(({ to }) => to);
  SOURCES.delete('x.ts');
  expect(found).toEqual(['y', 'z', 'w']);
});

test('no file imports itself in a circle, types included', () => {
  expect(findCircles(graphOf(IMPORTS))).toEqual([]);
});

/**
 * What belongs to the process, whatever accounts are in it: its event loop and loader, the one seed that all that is random comes from, and
 * what was read of code and data that never change.
 */
const OF_THE_PROCESS = new Set([
  'packages/aws/src/core/clock/stillness.ts',
  'packages/aws/src/core/ids/random.ts',
  'packages/aws/src/machines/random.ts',
  'packages/aws/src/corridor/authorization/action-tables.ts',
  'packages/aws/src/services/lambda/code/code-cache.ts',
  'packages/aws/src/services/lambda/in-process/scripts.ts',
  'packages/aws/src/wire/api-model.ts',
  'packages/aws/src/wire/json/shapes.ts',
]);

test('nothing in the embedded AWS is kept in a module: accounts share no state', () => {
  const kept = FILES.filter((file) => /^packages\/[^/]+\/src\//.test(file) && !isTest(file)).filter((file) =>
    /^(?:export )?(?:let |const \w+(?:: [^=]+)? = (?:new (?:Map|Set|WeakMap)(?:<[^(]*>)?\(\)|\[\];|\{\};))/m.test(
      SOURCES.get(file) ?? '',
    ),
  );
  expect(kept.filter((file) => !OF_THE_PROCESS.has(file))).toEqual([]);
});

test('a folder has no more entries than a reader scans', () => {
  const folders = new Map<string, Set<string>>();
  for (const file of FILES.filter((one) => !isTest(one))) {
    const parts = file.split('/');
    for (let i = 1; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/');
      folders.set(folder, (folders.get(folder) ?? new Set()).add(parts[i] ?? ''));
    }
  }
  const full = [...folders]
    .filter(([folder, entries]) => !FULL_FOLDERS.has(folder) && entries.size > MOST_ENTRIES)
    .map(([folder, entries]) => `${folder}: ${entries.size}`);
  expect(full).toEqual([]);
});

/** Folders that are lists of one kind of thing: a file for each Lambda function, one for each client of AWS, a folder or a file for each service of AWS. */
const FULL_FOLDERS: ReadonlySet<string> = new Set([
  'functions',
  'src/aws',
  'packages/aws/src/services',
  'packages/aws/test/conformance/fixtures',
]);

test('every room that the compiler is told of is there', () => {
  const { include } = parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
  const rooms = include.filter((pattern) => !pattern.includes('*'));
  expect(rooms.filter((room) => !existsSync(join(ROOT, room)))).toEqual([]);
});

test('production code does not ask where it runs', () => {
  const asking = FILES.filter((file) => ['src', 'functions'].includes(roomOf(file))).filter((file) =>
    /AWS_ENDPOINT_URL|localhost|127\.0\.0\.1|isLocal/.test(SOURCES.get(file) ?? ''),
  );
  expect(asking).toEqual([]);
});
