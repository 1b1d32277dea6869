import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newRegion } from '../../src/testing/region';
import { assertedOperations } from './asserted';
import { readServices } from './services';

const LIST = join(dirname(fileURLToPath(import.meta.url)), 'known/unasserted.json');

test('a test asserts the answer of every operation, but for those of a list that only becomes shorter', async () => {
  await using region = await newRegion();
  const unasserted: Record<string, string[]> = {};
  for (const { name, there } of await readServices(region)) {
    const names = there.map((operation) => operation.name);
    const asserted = assertedOperations(name, names);
    const others = names.filter((operation) => !asserted.has(operation));
    if (others.length > 0) unasserted[name] = others;
  }
  // Asserted by now: take it out. Not asserted: write its test.
  expect(unasserted).toEqual(JSON.parse(readFileSync(LIST, 'utf8')));
});
