import type { IncomingMessage } from 'node:http';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { Agent, request as requestSecurely } from 'node:https';
import { connect as connectSecurely } from 'node:tls';
import { LoadBalancedRegion } from '../../../../testing/load-balancing';
import { until } from '../../../../testing/until';

let region: LoadBalancedRegion;
let arn: string;
let dnsName: string;
let targetGroupArn: string;
let listenerArn: string;
let port: number;
/** What the target saw last. */
let seen: IncomingMessage | undefined;
/** Ends the answer to /slow. */
let finish: () => void;
let session: ClientHttp2Session;

beforeEach(async () => {
  region = await LoadBalancedRegion.start();
  seen = undefined;
  finish = () => undefined;
  ({ arn, dnsName, targetGroupArn } = await region.balance({
    attributes: { 'deregistration_delay.timeout_seconds': '20' },
  }));
  const { Listeners } = await region.elb.CreateListener({
    LoadBalancerArn: arn,
    Protocol: 'HTTPS',
    Port: 443,
    Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/one' }],
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  });
  listenerArn = Listeners?.[0]?.ListenerArn ?? '';
  await region.runInstance('i-1', (incoming, response) => {
    if (incoming.headers['user-agent'] !== 'ELB-HealthChecker/2.0') seen = incoming;
    response.setHeader('X-Spelled-So', 'yes');
    response.setHeader('Keep-Alive', 'timeout=5');
    if (incoming.url === '/slow') {
      response.write('begun, ');
      finish = () => response.end('finished');
    } else if (incoming.method === 'POST') incoming.pipe(response);
    else incoming.on('end', () => response.end('target')).resume();
  });
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  await until(() => region.ports().some(({ listenerPort }) => listenerPort === 443));
  port = region.ports().find(({ listenerPort }) => listenerPort === 443)?.loopbackPort ?? 0;
  session = connectToBalancer();
});
afterEach(async () => {
  session.destroy();
  await region.stop();
});

function connectToBalancer(): ClientHttp2Session {
  const made = connect(`https://localhost:${port}`, { rejectUnauthorized: false });
  // Each request tells of it.
  return made.on('error', () => undefined);
}

interface Answer {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** One request, its answer read to its end. Rejects where it breaks off. */
function ask(headers: OutgoingHttpHeaders, body?: string, onData = () => {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined });
    let answered: OutgoingHttpHeaders = {};
    let text = '';
    stream.once('response', (got) => {
      answered = got;
    });
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      onData();
    });
    stream.once('error', reject);
    stream.once('close', () => {
      if (stream.rstCode === 0) resolve({ headers: answered, body: text });
      else reject(new Error(`reset with ${stream.rstCode}`));
    });
    if (body !== undefined) stream.end(body);
  });
}

test('a client speaks HTTP/2 with the load balancer, which speaks HTTP/1.1 with the target', async () => {
  const asked = { ':path': '/a?b=c', ':authority': 'shop.example.com', cookie: ['one=1', 'two=2'] };
  const { headers, body } = await ask(asked);
  expect(session.alpnProtocol).toBe('h2');
  expect(headers).toMatchObject({ ':status': 200, 'x-spelled-so': 'yes' });
  expect(headers).not.toHaveProperty('keep-alive');
  expect(body).toBe('target');
  expect(seen).toMatchObject({ httpVersion: '1.1', method: 'GET', url: '/a?b=c' });
  expect(seen?.headers).toMatchObject({
    host: 'shop.example.com',
    cookie: 'one=1; two=2',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
  });
});

test('a client may have 128 requests under way on a connection', async () => {
  await ask({});
  expect(session.remoteSettings.maxConcurrentStreams).toBe(128);
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask({})));
  expect(answers.every(({ body }) => body === 'target')).toBe(true);
});

test('an upload over HTTP/2 streams to the target, whether its length is known or not', async () => {
  const body = 'bytes '.repeat(100_000);
  expect((await ask({ ':method': 'POST' }, body)).body).toBe(body);
  expect(seen?.headers['transfer-encoding']).toBe('chunked');
  expect((await ask({ ':method': 'POST', 'content-length': body.length }, body)).body).toBe(body);
  expect(seen?.headers['content-length']).toBe(String(body.length));
});

test('an answer that comes before the whole upload ends the upload', async () => {
  await region.runTcpInstance('i-early', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => {
      const isUpload = data.includes('POST');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly');
      // It reads no more of the upload, which has no end.
      if (isUpload) socket.pause();
    });
  });
  await region.register(targetGroupArn, 'i-early');
  await region.untilTarget(targetGroupArn, 'i-early', 'healthy');
  await region.deregister(targetGroupArn, 'i-1');
  const upload = session.request({ ':method': 'POST', ':path': '/' });
  const send = () => {
    while (upload.writable && upload.write('bytes '.repeat(1000)));
  };
  upload.on('drain', send);
  send();
  let answer = '';
  for await (const part of upload.setEncoding('utf8')) answer += part;
  await until(() => upload.closed);
  expect(answer).toBe('early');
  expect(upload.rstCode).toBe(0);
});

test('an answer without a body is whole', async () => {
  expect(await ask({ ':method': 'HEAD' })).toMatchObject({ headers: { ':status': 200 }, body: '' });
});

test("answers of the load balancer's own go over HTTP/2 too", async () => {
  await region.elb.ModifyListener({
    ListenerArn: listenerArn,
    DefaultActions: [
      { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404', MessageBody: 'nothing here' } },
    ],
  });
  const answer = await ask({});
  expect(answer).toMatchObject({ headers: { ':status': 404, server: 'awselb/2.0' }, body: 'nothing here' });
  expect(await ask({ ':method': 'HEAD' })).toMatchObject({ headers: { ':status': 404 }, body: '' });
  expect((await ask({ 'x-long': 'a'.repeat(17_000) })).headers).toMatchObject({ ':status': 400 });
});

test('without HTTP/2 among its attributes the load balancer speaks HTTP/1.1', async () => {
  await region.elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn: arn,
    Attributes: [{ Key: 'routing.http2.enabled', Value: 'false' }],
  });
  const socket = connectSecurely({
    port,
    host: 'localhost',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  expect(socket.alpnProtocol).toBe('http/1.1');
  socket.destroy();
});

test('a request of HTTP/2 that is under way on a draining target finishes, others go elsewhere', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const slow = ask({ ':path': '/slow' }, undefined, begin);
  await begun;
  await region.runInstance('i-2', (_request, response) => response.end('i-2'));
  await region.register(targetGroupArn, 'i-2');
  await region.untilTarget(targetGroupArn, 'i-2', 'healthy');
  await region.deregister(targetGroupArn, 'i-1');
  expect((await ask({})).body).toBe('i-2');
  finish();
  expect((await slow).body).toBe('begun, finished');
});

test('a request that is under way on a draining target finishes also when the target is registered again', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const slow = ask({ ':path': '/slow' }, undefined, begin);
  await begun;
  await region.deregister(targetGroupArn, 'i-1');
  await region.register(targetGroupArn, 'i-1');
  await region.untilTarget(targetGroupArn, 'i-1', 'healthy');
  // Longer than the deregistration delay, which is none any more.
  const later = region.clock.millis() + 60_000;
  await until(() => region.clock.millis() > later);
  finish();
  expect((await slow).body).toBe('begun, finished');
});

test('a request of HTTP/2 that is longer than the deregistration delay breaks off', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const slow = ask({ ':path': '/slow' }, undefined, begin).catch((error: Error) => error);
  await begun;
  await region.deregister(targetGroupArn, 'i-1');
  let outcome: unknown;
  void slow.then((value) => {
    outcome = value;
  });
  await until(() => outcome !== undefined);
  expect(outcome).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
});

describe('when the client keepalive duration is over', () => {
  beforeEach(async () => {
    await region.elb.ModifyLoadBalancerAttributes({
      LoadBalancerArn: arn,
      Attributes: [{ Key: 'client_keep_alive.seconds', Value: '60' }],
    });
  });
  const pass = async (seconds: number) => {
    const end = region.clock.millis() + seconds * 1000;
    await until(() => region.clock.millis() >= end);
  };

  test('a connection of HTTP/2 takes one more request and says that it is the last', async () => {
    let isToldGoodbye = false;
    session.once('goaway', () => {
      isToldGoodbye = true;
    });
    await ask({});
    expect(isToldGoodbye).toBe(false);
    await pass(61);
    expect((await ask({})).body).toBe('target');
    await until(() => session.closed);
    expect(isToldGoodbye).toBe(true);
  });

  test('a connection of HTTP/1.1 takes one more request and is closed', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const connectionOf = () =>
      new Promise<string | undefined>((resolve, reject) => {
        const sent = requestSecurely({ port, host: 'localhost', agent }, (answer) => {
          answer.resume().once('end', () => resolve(answer.headers.connection));
        });
        sent.once('error', reject).end();
      });
    expect(await connectionOf()).toBe('keep-alive');
    await pass(61);
    expect(await connectionOf()).toBe('close');
    expect(await connectionOf()).toBe('keep-alive');
    agent.destroy();
  });
});

test('a talk over an upgraded connection in which nothing is said for the idle timeout is ended', async () => {
  await region.elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn: arn,
    Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
  });
  await region.runTcpInstance('i-talk', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      const isHandshake = data.includes('Upgrade');
      if (!isHandshake) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
  });
  await region.register(targetGroupArn, 'i-talk');
  await region.untilTarget(targetGroupArn, 'i-talk', 'healthy');
  await region.deregister(targetGroupArn, 'i-1');
  const socket = await region.network.connect('internet', dnsName, 80);
  socket.write(`GET / HTTP/1.1\r\nHost: ${dnsName}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  const since = region.clock.millis();
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  socket.resume();
  await until(() => closed);
  expect(region.clock.millis() - since).toBeGreaterThanOrEqual(30_000);
});
