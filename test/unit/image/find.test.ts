import { splitFilters } from '../../../src/image/find';

const values = (count: number) => Array.from({ length: count }, (_, at) => `v-${at}`);

test('filters that EC2 takes as they are stay one call', () => {
  const filters = [{ Name: 'a', Values: values(200) }, { Name: 'b', Values: ['x'] }, { Name: 'c' }];
  expect(splitFilters(filters)).toEqual([filters]);
});

test('filters of more values than EC2 takes are as many calls as find each match exactly once', () => {
  const calls = splitFilters([
    { Name: 'a', Values: values(401) },
    { Name: 'b', Values: ['x'] },
    { Name: 'c', Values: values(201) },
  ]);
  const pairs = calls.flatMap(([a, , c]) =>
    a?.Values?.flatMap((one) => c?.Values?.map((two) => `${one} ${two}`)),
  );
  expect(calls).toHaveLength(6);
  expect(Math.max(...calls.flat().map(({ Values = [] }) => Values.length))).toBe(200);
  expect(new Set(pairs).size).toBe(401 * 201);
  expect(pairs).toHaveLength(401 * 201);
});
