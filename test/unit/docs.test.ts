import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describeEmbeddedAws } from '../../packages/aws/scripts/reference';
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

test('the pages that are written from the code are current (npm run reference writes them)', async () => {
  for (const [file, text] of Object.entries(await describeEmbeddedAws())) {
    expect(read(`docs/${file}`)).toBe(text);
  }
});

test('every path of the administration is in docs/embedded-aws.md', () => {
  const cases = [...read('packages/aws/src/door/admin.ts').matchAll(/case '([A-Z]+) ([\w-]*)'/g)];
  const page = read('docs/embedded-aws.md');
  const missing = cases
    .map(([, method, path]) => `${method} /_local${path ? `/${path}` : ''}`)
    .filter((route) => !page.includes(`\`${route}\``));
  expect(cases.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

test('every error of Kiln is in docs/how-it-works.md', () => {
  const names = [...read('src/errors.ts').matchAll(/name = '(\w+)'/g)].map(([, name]) => name);
  const page = read('docs/how-it-works.md');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('every way into the HTTP API is in docs/deploying.md', () => {
  const functions: Record<string, { events?: { httpApi?: { method: string; path: string } }[] }> = parse(
    read('serverless/functions.yml'),
    { merge: true },
  );
  const routes = Object.values(functions).flatMap(({ events = [] }) =>
    events.flatMap(({ httpApi }) => (httpApi ? `${httpApi.method} ${httpApi.path}` : [])),
  );
  const page = read('docs/deploying.md');
  expect(routes.length).toBeGreaterThan(2);
  expect(routes.filter((route) => !page.includes(`\`${route}\``))).toEqual([]);
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
