import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describeApi } from '../../src/api/openapi';
import { ROUTES } from '../../src/api/routes';

const ROOT = join(__dirname, '../..');

interface DeployedFunction {
  events?: { httpApi?: { method: string; path: string } }[];
}

test('the document is what the schemas say: npm run openapi writes it', () => {
  const written = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(describeApi())));
});

test('the document has the routes that are deployed, each with its function, and no other', () => {
  const functions = parse(readFileSync(join(ROOT, 'serverless/functions.yml'), 'utf8'), {
    merge: true,
  }) as Record<string, DeployedFunction>;
  const deployed = Object.entries(functions).flatMap(([name, { events = [] }]) =>
    events.flatMap(({ httpApi }) => (httpApi ? `${httpApi.method} ${httpApi.path} ${name}` : [])),
  );
  const described = ROUTES.map((route) => `${route.method} ${route.path} ${route.function}`);
  expect(described.sort()).toEqual(deployed.sort());
});

test('each operation has a name of its own', () => {
  const names = ROUTES.map(({ operationId }) => operationId);
  expect(names).toEqual([...new Set(names)]);
});
