import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { sayAndEnd } from '../../../../testing/half-closed';
import { LoadBalancedRegion } from '../../../../testing/load-balancing';
import { until } from '../../../../testing/until';

let region: LoadBalancedRegion;
let balancerArn: string;
let dnsName: string;
let listenerArn: string;
let targetGroupArn: string;
/** What the target saw last. */
let seen: IncomingMessage | undefined;

beforeEach(async () => {
  region = await LoadBalancedRegion.start();
  seen = undefined;
  const front = await region.balance();
  ({ arn: balancerArn, dnsName, listenerArn, targetGroupArn } = front);
  await region.runInstance('i-1', (incoming, response) => {
    if (incoming.headers['user-agent'] !== 'ELB-HealthChecker/2.0') seen = incoming;
    response.setHeader('X-Spelled-So', 'yes');
    if (incoming.url === '/never') return;
    if (incoming.url === '/late') return void setTimeout(() => response.end('late'), 50);
    incoming.on('end', () => response.end('target')).resume();
  });
  await region.register(front.targetGroupArn, 'i-1');
  await region.untilTarget(front.targetGroupArn, 'i-1', 'healthy');
});
afterEach(() => region.stop());

/** Sends the bytes as they are; what comes back until the connection is closed or the answer looks whole. */
function say(text: string, isWhole = (answer: string) => answer.endsWith('target')): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(region.ports()[0]?.loopbackPort ?? 0, '127.0.0.1');
    let answer = '';
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (data) => {
      answer += data;
      if (isWhole(answer)) finish();
    });
    socket.once('close', finish).once('error', reject);
    socket.write(text);
  });
}

const page = (title: string) => `<center><h1>${title}</h1></center>`;

test('a client of HTTP/1.0 may name no host, and its connection is closed', async () => {
  const answer = await say('GET / HTTP/1.0\r\n\r\n', () => false);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close.*target$/s);
  expect(seen?.headers.host).toBe(dnsName);
});

test('a client that closes its side after its request gets the answer, and then the connection is closed', async () => {
  const port = region.ports()[0]?.loopbackPort ?? 0;
  expect(await sayAndEnd(port, 'GET /late HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 200 OK\r\n.*late/s,
  );
  const upload = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody';
  expect(await sayAndEnd(port, upload)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*target/s);
});

test('headers keep their spelling both ways', async () => {
  expect(await say('GET / HTTP/1.1\r\nHost: x\r\nX-mIxEd: 1\r\n\r\n')).toContain('\r\nX-Spelled-So: yes\r\n');
  expect(seen?.rawHeaders).toEqual(expect.arrayContaining(['X-mIxEd', 'X-Forwarded-For', 'X-Amzn-Trace-Id']));
});

/** Lets a target take the place of the other one that answers with these bytes, whatever it is asked. */
async function answerWith(bytes: string): Promise<void> {
  await region.runTcpInstance('i-raw', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      socket.write(data.includes('HealthChecker') ? 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' : bytes);
    });
  });
  await region.register(targetGroupArn, 'i-raw');
  await region.untilTarget(targetGroupArn, 'i-raw', 'healthy');
  await region.deregister(targetGroupArn, 'i-1');
}

test('headers keep their bytes both ways', async () => {
  await say('GET / HTTP/1.1\r\nHost: x\r\nX-Word: rømmegrøt\r\n\r\n');
  expect(Buffer.from(String(seen?.headers['x-word']), 'latin1').toString()).toBe('rømmegrøt');
  await answerWith('HTTP/1.1 200 OK\r\nX-Word: blåbær\r\nContent-Length: 6\r\n\r\ntarget');
  expect(await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('\r\nX-Word: blåbær\r\n');
});

test('a target that switches to another protocol unasked is 502', async () => {
  await answerWith('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n');
  const answer = await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n', (text) => text.endsWith('</html>\r\n'));
  expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
});

test('a request for an absolute URL is one for its path at its host', async () => {
  await say('GET http://shop.example.com/cart?n=1 HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(seen).toMatchObject({ url: '/cart?n=1', headers: { host: 'shop.example.com' } });
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n', '400 Bad Request'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
  ['CONNECT', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n', '400 Bad Request'],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', '405 Method Not Allowed'],
  [
    'a header over 16 KB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`,
    '400 Bad Request',
  ],
  ['a URL over 16 KB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, '414 URI Too Long'],
  [
    'more than 30 forwarded addresses',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${Array(31).fill('10.0.0.1').join(', ')}\r\n\r\n`,
    '463',
  ],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400 Bad Request',
  ],
])(
  'a request with %s is answered by the load balancer, and reaches no target',
  async (_what, text, title) => {
    const answer = await say(text, () => false);
    expect(answer).toMatch(
      new RegExp(`^HTTP/1\\.1 ${title.slice(0, 3)} .*\r\nServer: awselb/2\\.0\r\n`, 's'),
    );
    expect(answer).toContain(page(title));
    expect(seen).toBeUndefined();
  },
);

test('headers of 60 KB in all pass', async () => {
  const rule = { StatusCode: '200', MessageBody: 'fixed' };
  await region.elb.ModifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: rule }],
  });
  const long = [1, 2, 3, 4].map((number) => `X-Long-${number}: ${'a'.repeat(15_000)}\r\n`).join('');
  const answer = await say(`GET / HTTP/1.1\r\nHost: x\r\n${long}\r\n`, (text) => text.endsWith('fixed'));
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test('a listener adds the response headers that it is set to, and may keep its own name back', async () => {
  const set = async (Attributes: { Key: string; Value: string }[]) =>
    await region.elb.ModifyListenerAttributes({ ListenerArn: listenerArn, Attributes });
  await set([
    { Key: 'routing.http.response.strict_transport_security.header_value', Value: 'max-age=60' },
    { Key: 'routing.http.response.server.enabled', Value: 'false' },
  ]);
  expect(await region.elb.DescribeListenerAttributes({ ListenerArn: listenerArn })).toEqual({
    Attributes: expect.arrayContaining([{ Key: 'routing.http.response.server.enabled', Value: 'false' }]),
  });
  const answer = await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(answer).toContain('\r\nStrict-Transport-Security: max-age=60\r\n');
  const own = await say('TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', () => false);
  expect(own).toContain('\r\nStrict-Transport-Security: max-age=60\r\n');
  expect(own).not.toContain('awselb');
  await expect(set([{ Key: 'nonsense', Value: '1' }])).rejects.toThrow(/Listener attribute key 'nonsense'/);
});

test('rules hold for requests for another protocol too', async () => {
  await region.elb.ModifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [
      { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
    ],
  });
  const handshake = 'GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await say(handshake, () => false)).toMatch(/^HTTP\/1\.1 301 .*Location: https:\/\/x:443\/chat\r\n/s);
});

test('a target that knows no web sockets just answers', async () => {
  const answer = await say('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*target$/s);
});

test('an upload whose client offers HTTP/2 reaches the target as any other, and its connection is kept', async () => {
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  const upload = `POST /cart HTTP/1.1\r\nHost: x\r\n${offer}Content-Length: 5\r\n\r\nbytes`;
  const answer = await say(upload);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: keep-alive.*target$/s);
  expect(seen).toMatchObject({ method: 'POST', url: '/cart', headers: { 'content-length': '5' } });
  expect(seen?.headers).not.toHaveProperty('upgrade');
  expect(seen?.headers).not.toHaveProperty('http2-settings');
});

test('requests in a row whose client goes before it was answered are over', async () => {
  const elb = region.region.state('elastic-load-balancing-v2');
  const [target] = elb.targetGroup(targetGroupArn).targets.values();
  const socket = connect(region.ports()[0]?.loopbackPort ?? 0, '127.0.0.1');
  socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await until(() => target?.outstanding === 3);
  socket.destroy();
  await until(() => target?.outstanding === 0);
});

test("a client's connection is kept for the idle timeout", async () => {
  const ask = () => say('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await ask()).toContain('\r\nKeep-Alive: timeout=60\r\n');
  const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '4000' }];
  await region.elb.ModifyLoadBalancerAttributes({ LoadBalancerArn: balancerArn, Attributes });
  expect(await ask()).toContain('\r\nKeep-Alive: timeout=4000\r\n');
});
