import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as real } from 'node:timers/promises';
import { Ports } from './ports';

const IDLE = 150;
let ports: Ports;
let loopbackPort = 0;
let closed = 0;
let received = 0;
const sockets: Socket[] = [];

beforeAll(async () => {
  ports = new Ports(
    (_port, at) => {
      loopbackPort = at;
    },
    () => {},
    IDLE,
  );
  const server = createServer((request, response) => {
    received += 1;
    response.once('close', () => {
      closed += 1;
    });
    if (request.url === '/large') response.end(Buffer.alloc(50_000_000));
    else if (request.url === '/late') setTimeout(() => response.end('late'), 4 * IDLE);
  });
  await ports.listen(80, server);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await ports.closeAllAtOnce();
});

async function send(text: string): Promise<Socket> {
  const socket = connect(loopbackPort, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

test.each([
  ['sends nothing', ''],
  ['sends half its headers', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ['sends half its body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'],
])('a client of a server of the machine that %s is not waited for', async (_what, text) => {
  const socket = await send(text);
  await once(socket.resume(), 'close', { signal: AbortSignal.timeout(3000) });
});

test('a client that does not take its answer is not waited for', async () => {
  const before = closed;
  (await send('GET /large HTTP/1.1\r\nHost: a\r\n\r\n')).pause();
  for (let look = 0; look < 100 && closed === before; look += 1) await real(20);
  expect(closed).toBe(before + 1);
});

/** Asks for what comes late, again where this machine was so busy that the connection was idle before its request came. */
async function askLate(): Promise<string> {
  const before = received;
  const socket = await send('GET /late HTTP/1.1\r\nHost: a\r\n\r\n');
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  } catch (error) {
    if (received > before) throw error;
    return askLate();
  }
}

test('a client that waits for its answer gets it', async () => {
  expect(await askLate()).toMatch(/^HTTP\/1.1 200 /);
});
