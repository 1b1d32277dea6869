import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { awaitHealthySite } from '../../../src/image/probe';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function serve(listener: RequestListener): Promise<number> {
  server = createServer({ keepAlive: false }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function probe(port: number, launchedSecondsAgo = 10, healthy = {}) {
  return awaitHealthySite({
    build: { id: 'web-1', pipeline: 'web' },
    stage: 'AwaitHealthySite',
    healthy: { port, path: '/', status: 200, contains: 'Welcome', times: 3, within: 600, ...healthy },
    instance: {
      instanceId: 'i-1',
      privateIp: '127.0.0.1',
      launchedAt: Date.now() - launchedSecondsAgo * 1000,
    },
  });
}

test('a site that answers as asked is healthy after as many answers in a row as the pipeline wants', async () => {
  let asked = 0;
  const port = await serve((_request, response) => {
    asked++;
    response.end('Welcome to Kiln');
  });
  await expect(probe(port)).resolves.toEqual({ healthyAt: expect.any(Number) });
  expect(asked).toBe(3);
});

test('one wrong answer among the right ones is not healthy', async () => {
  let asked = 0;
  const port = await serve((_request, response) => {
    response.end(++asked === 3 ? 'It works!' : 'Welcome');
  });
  await expect(probe(port)).rejects.toMatchObject({
    name: 'SiteNotReady',
    message: expect.stringContaining('without the text "Welcome"'),
  });
});

test('within its time a site that refuses connections is not ready yet', async () => {
  const port = await serve(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  await expect(probe(port)).rejects.toMatchObject({ name: 'SiteNotReady' });
});

test('past its time a site is not healthy, and the error says what was seen at last', async () => {
  const port = await serve((_request, response) => {
    response.statusCode = 503;
    response.end();
  });
  await expect(probe(port, 601)).rejects.toMatchObject({
    name: 'SiteNotHealthy',
    message: expect.stringMatching(/i-1 did not become healthy within 600 s.*answered 503, expected 200/s),
  });
});

test('a redirect is an answer, and is not followed', async () => {
  const port = await serve((_request, response) => {
    response.writeHead(301, { location: '/elsewhere' }).end();
  });
  await expect(probe(port, 10, { status: 301, contains: undefined })).resolves.toBeDefined();
});
