import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const pipelines = join(__dirname, '../../../pipelines');
const web = join(pipelines, 'web/site');
const pages = readdirSync(web).filter((name) => name.endsWith('.html'));
const read = (page: string) => readFileSync(join(web, page), 'utf8');

test('the first page says Welcome, which the health check of web looks for', () => {
  expect(read('index.html')).toContain('Welcome');
});

test.each(pages)('%s carries the version exactly once, where it is easily changed', (page) => {
  expect(read(page).match(/<meta name="version" content="\d+" \/>/g)).toHaveLength(1);
});

test.each(pages)('every address in %s leads to a file of the sites', (page) => {
  const addresses = [...read(page).matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, address]) => address ?? '');
  const missing = addresses.filter((address) => !existsSync(fileOf(address)));
  expect(addresses.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});

test('the documents of the API are JSON, and its health is what the health check looks for', () => {
  const site = join(pipelines, 'api/site');
  const documents = readdirSync(site).filter((name) => name.endsWith('.json'));
  expect(documents).toEqual(['glazes.json', 'health.json', 'status.json']);
  for (const name of documents)
    expect(() => JSON.parse(readFileSync(join(site, name), 'utf8'))).not.toThrow();
  expect(readFileSync(join(site, 'health.json'), 'utf8')).toContain('"ok"');
});

/** The file that the load balancer's rules and the web servers answer an address with. */
function fileOf(address: string): string {
  const path = address.endsWith('/') ? `${address}index.html` : address;
  return path.startsWith('/api/') ? join(pipelines, 'api/site', path.slice('/api/'.length)) : join(web, path);
}
