import { pipeline, Readable } from 'node:stream';
import { AwaitHealthySiteInput, awaitHealthySite } from '../../../src/image/probe';
import { PRIVATE_IP, useVpc } from '../vpc';

const { serve, asked } = useVpc();

const describeProbe = (
  port: number,
  { stage = 'AwaitHealthySite', healthy = {}, instance = {}, answers = 0 } = {},
) => ({
  build: { id: 'web-1', pipeline: 'web' },
  stage,
  healthy: { port, path: '/', status: 200, contains: 'Welcome', times: 3, within: 600, ...healthy },
  instance: { instanceId: 'i-1', privateIp: PRIVATE_IP, launchedAt: Date.now() - 10_000, ...instance },
  answers,
});

const probe = (port: number, more = {}) =>
  awaitHealthySite(AwaitHealthySiteInput.parse(describeProbe(port, more)));

test('a site is asked once a call: each good answer lengthens the row', async () => {
  const port = await serve((_request, response) => response.end('Welcome to Kiln'));
  await expect(probe(port)).resolves.toEqual({ answers: 1, askedAt: expect.any(Number) });
  await expect(probe(port, { answers: 2 })).resolves.toMatchObject({ answers: 3 });
  expect(asked).toEqual([PRIVATE_IP, PRIVATE_IP]);
});

test('each question has a connection of its own, as a visitor has', async () => {
  const connections: unknown[] = [];
  const port = await serve((request, response) => {
    connections.push(request.headers.connection);
    response.end('Welcome');
  });
  await probe(port);
  await probe(port);
  expect(connections).toEqual(['close', 'close']);
});

test('a wrong answer after good ones ends their row: the site has to begin anew', async () => {
  const port = await serve((_request, response) => response.end('It works!'));
  await expect(probe(port, { answers: 2 })).resolves.toMatchObject({ answers: 0 });
});

test('a site that has not answered well yet is not ready, and what was seen is told', async () => {
  const port = await serve((_request, response) => response.end('It works!'));
  await expect(probe(port)).rejects.toMatchObject({
    name: 'SiteNotReady',
    message: expect.stringContaining('without the text "Welcome"'),
  });
});

test('within its time a site that refuses connections is not ready yet', async () => {
  await expect(probe(1)).rejects.toMatchObject({ name: 'SiteNotReady' });
});

test.each([0, 2])(
  'past its time a site is not healthy, though %d answers were good, and the error says what was seen at last',
  async (answers) => {
    const port = await serve((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    await expect(
      probe(port, { answers, instance: { launchedAt: Date.now() - 601_000 } }),
    ).rejects.toMatchObject({
      name: 'SiteNotHealthy',
      message: expect.stringMatching(/i-1 did not become healthy within 600 s.*answered 503, expected 200/s),
    });
  },
);

test.each(['/elsewhere', 'http://10.9.9.9/', '//169.254.169.254/latest/meta-data/', '\\\\evil.example/'])(
  'a redirect to %s is an answer, and is not followed',
  async (location) => {
    const port = await serve((_request, response) => {
      response.writeHead(301, { location }).end();
    });
    await expect(probe(port, { healthy: { status: 301, contains: undefined } })).resolves.toBeDefined();
    expect(asked).toEqual([PRIVATE_IP]);
  },
);

test.each([
  '8.8.8.8',
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '169.254.169.254',
  '169.254.170.2',
  '224.0.0.1',
  '255.255.255.255',
  '172.32.0.1',
  '::1',
  '[::1]',
  '::ffff:10.0.0.1',
  'fd00:ec2::254',
  '010.0.0.1',
  '10.1',
  '167772161',
  '0xa.0.0.1',
  'localhost',
  'ip-10-0-0-1.ec2.internal',
  '10.0.0.1@evil.example',
  '10.0.0.1:80/?',
  '10.0.0.1#',
  ' 10.0.0.1',
  '10.0.0.1\n',
  '',
])('the probe cannot be sent to %j', async (privateIp) => {
  const input = describeProbe(80, { instance: { privateIp } });
  expect(AwaitHealthySiteInput.safeParse(input).error?.issues[0]?.message).toMatch(
    /^expected the private address of a server/,
  );
});

test('the networks of the deployment narrow where the probe can be sent, and never let it at this host or metadata', () => {
  const before = process.env.KILN_PROBE_NETWORKS;
  process.env.KILN_PROBE_NETWORKS = '10.0.0.0/16,0.0.0.0/0';
  const accepts = (privateIp: string) =>
    AwaitHealthySiteInput.safeParse(describeProbe(80, { instance: { privateIp } })).success;
  expect(['52.0.0.1', '169.254.169.254', '127.0.0.1'].map(accepts)).toEqual([true, false, false]);
  process.env.KILN_PROBE_NETWORKS = '10.0.0.0/16';
  expect(['10.0.200.1', '10.1.0.1', '192.168.0.1'].map(accepts)).toEqual([true, false, false]);
  process.env.KILN_PROBE_NETWORKS = before;
});

/** Paths with which a URL could be made to name another host, or a request another one. */
const EVIL_PATHS = [
  '//evil.example/',
  '@evil.example/',
  ':x@evil.example',
  '.evil.example/',
  'http://evil.example/',
  '\\\\evil.example',
  '/\\evil.example',
  '/a b',
  '/\r\nHost: evil.example',
  '/\u0000',
  '/\u007f',
  '/\u0085',
  '/%0d%0aHost:%20evil.example',
  '/%00',
  '/%7F',
  '/%',
  '/%zz',
  '/#fragment',
  '',
];

test.each(EVIL_PATHS)('the path %j is refused', (path) => {
  expect(AwaitHealthySiteInput.safeParse(describeProbe(80, { healthy: { path } })).success).toBe(false);
});

test.each(['/', '/a//b', '/@evil.example', '/../..//evil.example', '/%2f%2fevil.example', '/æ?a=b@c:d'])(
  'the path %j does not change the host',
  async (path) => {
    let host: string | undefined;
    const port = await serve((request, response) => {
      host = request.headers.host;
      response.end('Welcome');
    });
    await probe(port, { healthy: { path } });
    expect(asked).toEqual([PRIVATE_IP]);
    expect(host).toBe(`${PRIVATE_IP}:${port}`);
  },
);

test('a page that never ends is read to a limit', async () => {
  const mebibytes = 64;
  let sent = 0;
  function* endless() {
    for (; sent < mebibytes; sent++) yield Buffer.alloc(1024 * 1024, 'x');
    yield 'Welcome';
  }
  const port = await serve((_request, response) => {
    pipeline(Readable.from(endless()), response, () => {});
  });
  // However busy the machine is, this answer may take its time: it is about the limit.
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
  await expect(probe(port)).rejects.toThrow('without the text "Welcome"');
  timeout.mockRestore();
  expect(sent).toBeLessThan(mebibytes);
});

test('past its time the test of an image says that it was the test, that no user data runs, and what may be wrong', async () => {
  const port = await serve((_request, response) => {
    response.statusCode = 503;
    response.end();
  });
  await expect(
    probe(port, { stage: 'AwaitHealthyTest', instance: { launchedAt: Date.now() - 601_000 } }),
  ).rejects.toMatchObject({
    message: expect.stringMatching(
      /^The test of the image failed: the site on i-1 .* answered 503.* No user data runs .* Is the service enabled/,
    ),
  });
});
