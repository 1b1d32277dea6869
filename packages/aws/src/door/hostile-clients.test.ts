import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as real } from 'node:timers/promises';
import { RunningAws } from '../start';
import { sayAndEnd } from '../testing/half-closed';
import { signedHeaders } from '../testing/signed';
import { until, waitOn } from '../testing/until';
import { FrontDoor } from './front-door';

/** Real milliseconds: longer than a slow machine takes to answer. */
const PATIENCE = 2000;
const complaints: unknown[][] = [];
const faults: unknown[] = [];
const { error: consoleError } = console;
const note = (fault: unknown) => faults.push(fault);
let aws: RunningAws;
let door: FrontDoor;
let endpoint: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  console.error = (...words: unknown[]) => complaints.push(words);
  process.on('uncaughtException', note).on('unhandledRejection', note);
  aws = await RunningAws.start({ leap: true });
  door = new FrontDoor(aws, PATIENCE);
  endpoint = await door.listen(0, '127.0.0.1');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  expect({ complaints, faults }).toEqual({ complaints: [], faults: [] });
});
afterAll(async () => {
  await door.close();
  await aws.stop();
  console.error = consoleError;
  process.off('uncaughtException', note).off('unhandledRejection', note);
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** An error is one way to be closed. */
async function closeOf(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** All that comes until the server closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await closeOf(socket);
  return text;
}

/** A request for a service, as it goes over the line. */
function requestOf(service: string, path: string, body: string, more: Record<string, string> = {}): string {
  const headers = {
    ...signedHeaders({ endpoint, service, path, method: 'PUT', headers: {}, body }),
    host: new URL(endpoint).host,
    'content-length': String(Buffer.byteLength(body)),
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** The front door answers others as if nothing had been. */
async function answers(): Promise<void> {
  const { status } = await fetch(`${endpoint}/_local`);
  expect(status).toBe(200);
}

test('a client that goes away in the middle of its request is no error', async () => {
  const socket = await open();
  socket.write(requestOf('s3', '/bucket/key', '', { 'content-length': '1000' }));
  socket.write('half');
  await real(20);
  socket.resetAndDestroy();
  await real(20);
  await answers();
});

test('a client that goes away in the middle of the answer is no error', async () => {
  const socket = await open();
  socket.write(`GET /_local/clock/sleep?seconds=0 HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(200));
  await once(socket, 'data');
  socket.resetAndDestroy();
  await real(20);
  await answers();
});

test('what a client has waited for lets time be when the client has gone', async () => {
  const socket = await open();
  const before = aws.clock.now().getTime();
  // A timer each minute, as many things have one: leaping to all of them would be seen.
  const cancel = aws.account.clock.every(60, () => {});
  socket.write('GET /_local/clock/sleep?seconds=86400 HTTP/1.1\r\nHost: a\r\n\r\n');
  socket.resetAndDestroy();
  await real(100);
  const at = aws.clock.now().getTime();
  await real(200);
  cancel();
  expect(aws.clock.now().getTime() - at).toBeLessThan(2000);
  expect(at - before).toBeLessThan(86_400_000);
});

test('who has nothing more to say and waits for time to pass is taken to have gone, and told so', async () => {
  const begun = aws.clock.now().getTime();
  const { port } = new URL(endpoint);
  const request = 'GET /_local/clock/sleep?seconds=86400 HTTP/1.1\r\nHost: a\r\n\r\n';
  expect(await sayAndEnd(Number(port), request)).toMatch(/^HTTP\/1.1 409 /);
  expect(aws.clock.now().getTime() - begun).toBeLessThan(86_400_000);
  expect(await sayAndEnd(Number(port), 'GET /_local HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
});

test('half-open connections do not keep time from going on, and are closed', async () => {
  const silent = await open();
  const slow = await open();
  slow.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  const stalled = await open();
  stalled.write(requestOf('s3', '/bucket/key', '', { 'content-length': '1000' }));
  const forget = waitOn(aws.clock);
  const begun = aws.clock.now().getTime();
  await until(async () => aws.clock.now().getTime() - begun > 3_600_000);
  forget();
  await Promise.all([silent, slow, stalled].map(readAll));
});

test.each([
  ['s3', 'EntityTooLarge', 400],
  ['lambda', 'RequestEntityTooLargeException', 413],
  ['dynamodb', 'RequestEntityTooLarge', 413],
  ['monitoring', 'RequestEntityTooLarge', 413],
])('a body that is said to be too large for %s is refused in its words', async (service, code, status) => {
  const socket = await open();
  socket.write(requestOf(service, '/2015-03-31/functions', '', { 'content-length': '5000000000' }));
  const text = await readAll(socket);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(text).toContain(code);
  await answers();
});

test('a body without end is refused when it is too large, and not held', async () => {
  const socket = await open();
  socket.write(requestOf('monitoring', '/', '').replace('content-length: 0', 'transfer-encoding: chunked'));
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'x'), Buffer.from('\r\n')]);
  let sent = 0;
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  const pump = () => {
    while (!socket.destroyed && sent < 400) {
      sent += 1;
      if (!socket.write(chunk)) return void socket.once('drain', pump);
    }
  };
  pump();
  await closeOf(socket);
  expect(text).toMatch(/^HTTP\/1.1 413 /);
});

test('who asks whether to send the body is told so, unless it is too large', async () => {
  const fits = await open();
  fits.write(requestOf('s3', '/none/key', 'body', { expect: '100-continue' }).slice(0, -4));
  const [first] = (await once(fits, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1.1 100 Continue\r\n/);
  fits.write('body');
  const [second] = (await once(fits, 'data')) as [Buffer];
  expect(second.toString()).toMatch(/^HTTP\/1.1 4\d\d /);

  const large = await open();
  large.write(requestOf('s3', '/none/key', '', { expect: '100-continue', 'content-length': '5000000000' }));
  const text = await readAll(large);
  expect(text).toMatch(/^HTTP\/1.1 400 /);
  expect(text).not.toContain('100 Continue');
});

test('what is no HTTP, also behind a request that was one, is refused', async () => {
  const garbage = await open();
  garbage.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n');
  expect(await readAll(garbage)).toMatch(/^HTTP\/1.1 400 /);
  const pipelined = await open();
  pipelined.write('GET /_local HTTP/1.1\r\nHost: a\r\n\r\n\x00\x01\x02garbage\r\n\r\n');
  await readAll(pipelined);
  await answers();
});

test.each(['no-host', '1.2.3.4:99999', '10.0.0.1:80', 'nowhere.example:443'])(
  'a tunnel to %s whose client breaks off is no error, and is not kept',
  async (target) => {
    const reset = await open();
    reset.write(`CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    reset.resetAndDestroy();
    const { hostname, port } = new URL(endpoint);
    // A client that never closes its own end.
    const open2 = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    open2.on('error', () => {});
    sockets.push(open2);
    open2.write(`CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const forget = waitOn(aws.clock);
    let closed = false;
    open2.resume().once('end', () => {
      closed = true;
    });
    await until(async () => closed);
    forget();
    await answers();
  },
);

test('the door closes though a tunnel waits for what never answers', async () => {
  const other = new FrontDoor(aws, PATIENCE);
  const address = new URL(await other.listen(0, '127.0.0.1'));
  const socket = connect(Number(address.port), address.hostname);
  socket.on('error', () => {});
  socket.write('CONNECT 10.0.0.1:80 HTTP/1.1\r\nHost: a\r\n\r\n');
  await real(50);
  await Promise.race([
    other.close(),
    real(2000).then(() => {
      throw new Error('the door did not close');
    }),
  ]);
  socket.destroy();
});
