import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertedOperations, readTestFiles } from './asserted';
import { readServices } from './services';

const LIST = join(dirname(fileURLToPath(import.meta.url)), 'known/unasserted.json');

type ByService = Readonly<Record<string, readonly string[]>>;

const readList = (): ByService => JSON.parse(readFileSync(LIST, 'utf8'));

async function findUnasserted(): Promise<ByService> {
  const services = await readServices();
  const files = readTestFiles();
  const found = services.map(({ name, there }) => {
    const names = there.map((operation) => operation.name);
    const asserted = assertedOperations(name, names, files);
    return [name, names.filter((operation) => !asserted.has(operation))] as const;
  });
  return Object.fromEntries(found.filter(([, names]) => names.length > 0));
}

/** What is still to be asserted of a list: it never becomes longer. */
function shrink(list: ByService, unasserted: ByService): ByService {
  const left = Object.entries(list).map(
    ([service, names]) => [service, names.filter((name) => unasserted[service]?.includes(name))] as const,
  );
  return Object.fromEntries(left.filter(([, names]) => names.length > 0));
}

test('a test asserts the answer of every operation, but for those of a list that only becomes shorter', async () => {
  const unasserted = await findUnasserted();
  if (process.env.CONFORMANCE_SHRINK)
    writeFileSync(LIST, `${JSON.stringify(shrink(readList(), unasserted), undefined, 2)}\n`);
  // Not asserted: write its test. Asserted by now: take it out (CONFORMANCE_SHRINK=1 does).
  expect(unasserted).toEqual(readList());
});
