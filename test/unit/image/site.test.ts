import type { IncomingHttpHeaders } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { findSiteProblem, findText } from '../../../src/image/site';
import { PRIVATE_IP, useVpc } from '../vpc';

const { serve, asked: hosts } = useVpc();

const asked = { path: '/', status: 200 };

async function* pageOf(...chunks: readonly (string | Buffer)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

test.each([
  ['a page', 'Welcome', true],
  ['the end of a page', ' Kiln', true],
  ['no page', 'welcome', false],
  ['one letter', 'W', true],
  ['letters of several bytes', 'æøå', true],
])('a text is found in %s wherever it is cut', async (_where, text, found) => {
  const page = Buffer.from('<h1>æøå Welcome to Kiln');
  for (let at = 0; at <= page.length; at++)
    await expect(findText(pageOf(page.subarray(0, at), page.subarray(at)), text)).resolves.toBe(found);
  const bytes = [...page].map((byte) => Buffer.of(byte));
  await expect(findText(pageOf(...bytes), text)).resolves.toBe(found);
});

test.each(['not there', undefined])(
  'of a long page next to nothing is kept while %j is looked for',
  async (text) => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const use = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    let grown = Number.NaN;
    async function* long() {
      const before = use();
      for (let kibibytes = 0; kibibytes < 7 * 1024; kibibytes += 64) yield Buffer.alloc(64 * 1024, 'x');
      grown = use() - before;
    }
    await findText(long(), text);
    expect(grown).toBeLessThan(2 * 1024 * 1024);
  },
);

test('a page is read no further than the text', async () => {
  const read: string[] = [];
  async function* page() {
    for (const chunk of ['We', 'lcome', 'more']) {
      read.push(chunk);
      yield Buffer.from(chunk);
    }
  }
  await expect(findText(page(), 'Welcome')).resolves.toBe(true);
  expect(read).toEqual(['We', 'lcome']);
});

// OWASP's Core Rule Set counts it against a caller to give no name (rule 920320).
test('a site is told who asks, and that its connection is not kept', async () => {
  let headers: IncomingHttpHeaders = {};
  const port = await serve((request, response) => {
    headers = request.headers;
    response.end();
  });
  await findSiteProblem(PRIVATE_IP, port, asked);
  expect(headers).toMatchObject({ 'user-agent': 'kiln', connection: 'close' });
});

test('a connection is closed at the text, though the page goes on', async () => {
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const port = await serve((_request, response) => {
    response.on('close', close).write('Welcome');
  });
  await expect(findSiteProblem(PRIVATE_IP, port, { ...asked, contains: 'Welcome' })).resolves.toBeUndefined();
  await closed;
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a page that is packed by %s is unpacked', async (encoding, pack) => {
  const port = await serve((_request, response) => {
    response.setHeader('content-encoding', encoding).end(pack('Welcome'));
  });
  await expect(findSiteProblem(PRIVATE_IP, port, { ...asked, contains: 'Welcome' })).resolves.toBeUndefined();
});

test('a page that is not what it says is told of', async () => {
  const port = await serve((_request, response) => {
    response.setHeader('content-encoding', 'gzip').end('Welcome');
  });
  await expect(findSiteProblem(PRIVATE_IP, port, asked)).resolves.toContain(
    'did not answer: incorrect header check',
  );
});

test.each([
  ['a server that does not answer', ''],
  ['a page that does not end', 'Welcome'],
])('%s is given three seconds', async (_what, said) => {
  const { timeout } = AbortSignal;
  const given = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout.call(AbortSignal, 100));
  const port = await serve((_request, response) => {
    if (said) response.write(said);
  });
  const problem = await findSiteProblem(PRIVATE_IP, port, asked);
  expect(given).toHaveBeenCalledWith(3_000);
  given.mockRestore();
  expect(problem).toContain('did not answer: no answer in 3 s');
});

// https://fetch.spec.whatwg.org/#port-blocking
test.each([1719, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6697, 10080])(
  'a site may stand at port %d, though browsers would not ask there',
  async (port) => {
    await serve((_request, response) => response.end('Welcome'), port);
    await expect(findSiteProblem(PRIVATE_IP, port, asked)).resolves.toBeUndefined();
    expect(hosts).toEqual([PRIVATE_IP]);
  },
);
