import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const ROOMS = ['src', 'functions', 'cli', 'packages/aws', 'serverless'];

interface Import {
  from: string;
  to: string;
}

function findFiles(room: string): string[] {
  const entries = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' });
  return entries.filter((file) => file.endsWith('.ts')).map((file) => join(room, file));
}

const FILES = ROOMS.flatMap(findFiles);
const KNOWN = new Set(FILES);

/** The imports of one file from others of the repository; those of types alone leave no trace when it runs. */
function findImports(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?'(\.[^']+)'/gm);
  return [...statements].map(([, path = '']) => ({ from: file, to: resolve(file, path) }));
}

function resolve(file: string, path: string): string {
  const target = normalize(join(dirname(file), path));
  const found = [`${target}.ts`, join(target, 'index.ts'), target].find((one) => KNOWN.has(one));
  return found ?? relative(ROOT, join(ROOT, target));
}

const IMPORTS = FILES.flatMap(findImports);
const roomOf = (file: string) => ROOMS.find((room) => file.startsWith(`${room}/`)) ?? '';

function crossings(from: string, to: string[]): Import[] {
  return IMPORTS.filter((one) => roomOf(one.from) === from && to.includes(roomOf(one.to)));
}

test('there are imports to check', () => {
  expect(crossings('functions', ['src']).length).toBeGreaterThan(20);
});

test('src imports nothing of functions, cli and the embedded AWS', () => {
  expect(crossings('src', ['functions', 'cli', 'packages/aws', 'serverless'])).toEqual([]);
});

test('the embedded AWS imports nothing of the service: it is AWS', () => {
  expect(crossings('packages/aws', ['src', 'functions', 'cli', 'serverless'])).toEqual([]);
});

test('functions import only src', () => {
  expect(crossings('functions', ['cli', 'packages/aws', 'serverless'])).toEqual([]);
});

test('only the command line imports the embedded AWS', () => {
  const others = ROOMS.filter((room) => !['packages/aws', 'cli'].includes(room));
  expect(others.flatMap((room) => crossings(room, ['packages/aws']))).toEqual([]);
});

test('the domain knows nothing of Lambda and HTTP', () => {
  const edges = ['src/lambda.ts', 'src/stage.ts', 'src/http.ts'];
  const inward = IMPORTS.filter(({ from, to }) => !edges.includes(from) && edges.includes(to));
  expect(inward.filter(({ from }) => roomOf(from) !== 'functions')).toEqual([]);
});

test('the function in the VPC imports nothing that calls AWS', () => {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to } of findImports(file)) visit(to);
  };
  visit('functions/await-healthy-site.ts');
  expect([...seen]).toContain('src/image/probe.ts');
  expect([...seen]).not.toContain('src/aws.ts');
});

test('no file imports itself in a circle', () => {
  const targets = new Map<string, string[]>();
  for (const { from, to } of IMPORTS) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const findCircle = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of targets.get(file) ?? []) {
      const circle = findCircle(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  expect(FILES.map((file) => findCircle(file, [])).filter(Boolean)).toEqual([]);
});

test('production code does not ask where it runs', () => {
  const asking = FILES.filter((file) => ['src', 'functions'].includes(roomOf(file))).filter((file) =>
    /AWS_ENDPOINT_URL|localhost|127\.0\.0\.1|isLocal/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(asking).toEqual([]);
});
