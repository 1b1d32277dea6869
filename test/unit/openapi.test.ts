import { spawnSync } from 'node:child_process';
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

test('the document is valid OpenAPI 3.1', () => {
  // A module of ES alone, which jest does not load.
  const validator = 'node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js';
  const { stdout, stderr, status } = spawnSync(process.execPath, [validator, 'docs/openapi.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/valid/), '']);
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
