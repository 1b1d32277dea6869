import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeEmbeddedAws } from './generate-docs';

const ROOT = join(__dirname, '..');
const DOCS = join(ROOT, 'docs');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

test('the pages that are written from the code are current (npm run docs -w embedded-aws writes them)', async () => {
  const described = await describeEmbeddedAws();
  for (const [file, text] of Object.entries(described))
    expect(readFileSync(join(DOCS, file), 'utf8')).toBe(text);
  const services = readdirSync(join(DOCS, 'services')).map((file) => `services/${file}`);
  expect(services.filter((file) => !Object.hasOwn(described, file))).toEqual([]);
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  const prose = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const dead = links
    .filter((link) => !/^[a-z]+:|^#/.test(link))
    .filter((link) => {
      const [path = ''] = link.split('#');
      return !existsSync(join(ROOT, dirname(page), path));
    });
  expect(dead).toEqual([]);
});
