import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a file loads when it is loaded itself: types and what is imported later are not among it. */
function loads(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const statement = /^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s)?'([^']+)'/gm;
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(statement)) {
    if (!path.startsWith('.')) seen.add(path);
    else {
      const target = join(dirname(file), `${path}.ts`);
      if (!existsSync(target)) throw new Error(`${file} imports ${path}, which is not ${target}`);
      loads(target, seen);
    }
  }
  return seen;
}

test('the command loads nothing but what reads arguments until it knows which command is meant', () => {
  const loaded = [...loads(join(__dirname, '../../../cli/kiln.ts'))];
  expect(loaded.filter((one) => !one.endsWith('.ts'))).toEqual(['commander']);
  expect(loaded.some((one) => one.endsWith('declared/builds.ts'))).toBe(true);
});
