import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidPipeline } from '../../../src/errors';
import { archiveSite } from '../../../src/pipeline/site/archive';
import { makeFolder, removeFolders } from './folders';

const FILES = { 'index.html': 'Welcome', 'styles/site.css': 'p{}', '@odd name.txt': 'odd', 'é.txt': 'e' };

afterEach(removeFolders);

test('the key is the pipeline and the first 16 hex digits of the hash of the bytes', async () => {
  const { key, body, sha256 } = await archiveSite(makeFolder(FILES), 'web');
  expect(sha256).toBe(createHash('sha256').update(body).digest('hex'));
  expect(key).toBe(`web/${sha256.slice(0, 16)}.tar.gz`);
});

test('the same files make the same bytes, whatever their times, modes and order', async () => {
  const one = makeFolder(FILES);
  const other = makeFolder(Object.fromEntries(Object.entries(FILES).reverse()));
  utimesSync(join(other, 'index.html'), 1, 1);
  chmodSync(join(other, 'index.html'), 0o600);
  const [first, second] = await Promise.all([archiveSite(one, 'web'), archiveSite(other, 'web')]);
  expect(second.body.equals(first.body)).toBe(true);
});

test('one changed byte changes the key', async () => {
  const one = await archiveSite(makeFolder({ 'index.html': '1' }), 'web');
  const other = await archiveSite(makeFolder({ 'index.html': '2' }), 'web');
  expect(other.key).not.toBe(one.key);
});

test('the tar of the system unpacks it, readable by the web server', async () => {
  const { body } = await archiveSite(makeFolder(FILES), 'web');
  const target = makeFolder({});
  execFileSync('tar', ['--touch', '-xzf', '-', '-C', target], { input: body });
  expect(readdirSync(target, { recursive: true }).sort()).toEqual([...Object.keys(FILES), 'styles'].sort());
  expect(readFileSync(join(target, 'index.html'), 'utf8')).toBe('Welcome');
  expect(statSync(join(target, 'styles/site.css')).mode & 0o444).toBe(0o444);
});

test('a missing folder and an empty one are refused', async () => {
  const folder = makeFolder({});
  await expect(archiveSite(join(folder, 'site'), 'web')).rejects.toThrow(
    new InvalidPipeline(`there is no folder ${join(folder, 'site')}, expected the files of a site in it`),
  );
  await expect(archiveSite(folder, 'web')).rejects.toThrow(
    new InvalidPipeline(`${folder} is empty, expected the files of the site of pipeline web`),
  );
});

test('a link, which may lead out of the site, is refused', async () => {
  const folder = makeFolder(FILES);
  symlinkSync('/etc/passwd', join(folder, 'passwd'));
  await expect(archiveSite(folder, 'web')).rejects.toThrow(
    new InvalidPipeline(`${join(folder, 'passwd')} cannot be archived, expected a file or a folder`),
  );
});
