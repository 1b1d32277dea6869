import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { insertTables, readPermissions, writeTables } from '../../serverless/permissions-table';
import { parseDefinition } from '../../src/pipeline/parse';

const ROOT = join(__dirname, '../..');
const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The text of a page without its code, in which brackets are no links and `#` no headings. */
function prose(page: string): string {
  return read(page).replace(/^```[\s\S]*?^```/gm, '');
}

/** The anchors of a page's headings, as GitHub makes them: a repeated one gets a number. */
function anchors(page: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** The relative links of a page that lead nowhere. */
function deadLinks(page: string): string[] {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchors(target).includes(anchor);
    });
}

test.each(PAGES)('the links of %s lead somewhere', (page) => {
  expect(deadLinks(page)).toEqual([]);
});

test('every page is linked from another one', () => {
  const linked = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?:docs\/)?([\w.-]+\.md)/g)].map(([, file]) => file),
  );
  expect(PAGES.map((page) => page.replace('docs/', '')).filter((file) => !linked.includes(file))).toEqual([
    'README.md',
  ]);
});

test('the pipeline that the README shows is pipelines/web', () => {
  const [, shown = ''] = /```yaml\n(# pipelines\/web[\s\S]*?)```/.exec(read('README.md')) ?? [];
  const whole = parseDefinition(read('pipelines/web/pipeline.yml'));
  expect(whole.definition?.rollout).toHaveLength(1);
  expect(parseDefinition(shown)).toEqual(whole);
});

test('every error of Kiln is in docs/how-it-works.md, or where the API tells it in docs/api.md', () => {
  const names = [...read('src/errors.ts').matchAll(/name = '(\w+)'/g)].map(([, name]) => name);
  const page = read('docs/how-it-works.md') + read('docs/api.md');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('every sample of an event is in docs/deploying.md, with its function', () => {
  const rows = read('docs/deploying.md').matchAll(/^\| `events\/([\w-]+\.json)` \| `(\w+)` \|/gm);
  const told = [...rows].map(([, file]) => file).sort();
  expect(told).toEqual(readdirSync(join(ROOT, 'events')).sort());
});

test('every way into the HTTP API is in docs/api.md', () => {
  const functions: Record<string, { events?: { httpApi?: { method: string; path: string } }[] }> = parse(
    read('serverless/functions.yml'),
    { merge: true },
  );
  const routes = Object.values(functions).flatMap(({ events = [] }) =>
    events.flatMap(({ httpApi }) => (httpApi ? `${httpApi.method} ${httpApi.path}` : [])),
  );
  const page = read('docs/api.md');
  expect(routes.length).toBeGreaterThan(2);
  expect(routes.filter((route) => !page.includes(`\`${route}\``))).toEqual([]);
});

describe('docs/security.md', () => {
  const { functions, statements } = readPermissions(ROOT);

  test('has the permissions as they are (npm run permissions writes them)', () => {
    const page = read('docs/security.md');
    expect(page).toBe(insertTables(page, writeTables({ functions, statements })));
  });

  test('names every function of the service with all that it may do, and why', () => {
    const rows = read('docs/security.md').split('\n');
    const deployed = Object.keys(parse(read('serverless/functions.yml'), { merge: true }));
    expect(functions.map(({ name }) => name)).toEqual(deployed);
    for (const { name, statements: own } of functions) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\` | `) && line.includes(`\`${own[0]}\``));
      const allowed = statements.filter((one) => own.includes(one.name));
      expect([name, allowed.map((one) => one.name).toSorted()]).toEqual([name, own.toSorted()]);
      const actions = allowed.filter(({ effect }) => effect === 'Allow').flatMap((one) => one.actions);
      expect([name, actions.filter((action) => !row?.includes(`\`${action}\``))]).toEqual([name, []]);
    }
  });

  test('every statement is of use, and says why there is it', () => {
    const used = functions.flatMap((one) => one.statements);
    expect(statements.filter(({ name }) => !used.includes(name)).map(({ name }) => name)).toEqual([]);
    expect(statements.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });
});

test('every package is in the list of packages, and no other', () => {
  const manifests = ['package.json', 'packages/aws/package.json', 'packages/aws-languages/package.json'];
  const named = manifests.flatMap((file) => {
    const { dependencies, devDependencies } = JSON.parse(read(file)) as Record<string, object | undefined>;
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  const rows = read('docs/packages.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const listed = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const clients = /^@aws-sdk\/client-/;
  const used = named.map((name) => (clients.test(name) ? '@aws-sdk/client-*' : name));
  expect(listed.toSorted()).toEqual([...new Set(used)].toSorted());
});
