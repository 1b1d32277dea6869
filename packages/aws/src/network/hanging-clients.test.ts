import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as real } from 'node:timers/promises';
import { endHanging } from './hanging-clients';

const PATIENCE = 150;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A server, whether it listens itself or is handed its connections, and its port. */
async function serve(kind: 'listening' | 'handed', answer: (response: ServerResponse) => void) {
  const server: Server = createServer((_incoming, response) => answer(response));
  endHanging(server, PATIENCE);
  const listening =
    kind === 'listening' ? server : createTcpServer((socket) => server.emit('connection', socket));
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  ends.push(() => listening.close());
  return (listening.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  ends.push(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Real milliseconds until the server has closed the connection. */
async function lifeOf(socket: Socket): Promise<number> {
  const begun = performance.now();
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  return performance.now() - begun;
}

describe.each(['listening', 'handed'] as const)('of a server that is %s', (kind) => {
  test('a connection on which nothing comes is closed', async () => {
    const socket = await open(await serve(kind, (response) => response.end()));
    expect(await lifeOf(socket)).toBeGreaterThan(PATIENCE / 2);
  });

  test('headers that come byte by byte, without end, are given up', async () => {
    const socket = await open(await serve(kind, (response) => response.end()));
    const trickle = setInterval(() => socket.write('x'), PATIENCE / 5);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    await lifeOf(socket);
    clearInterval(trickle);
  });

  test('a request whose body stops coming is given up', async () => {
    const socket = await open(await serve(kind, () => {}));
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    expect(await lifeOf(socket)).toBeGreaterThan(PATIENCE / 2);
  });

  test('an answer that nobody takes is given up', async () => {
    let closed = false;
    const port = await serve(kind, (response) => {
      response.once('close', () => {
        closed = true;
      });
      response.end(Buffer.alloc(50_000_000));
    });
    const socket = await open(port);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let look = 0; look < 100 && !closed; look += 1) await real(20);
    expect(closed).toBe(true);
  });

  test('who waits for an answer that takes long gets it, and may ask again', async () => {
    const port = await serve(kind, (response) => void setTimeout(() => response.end('late'), 4 * PATIENCE));
    const socket = await open(port);
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    socket.write(ask);
    while (!seen.endsWith('late')) await once(socket, 'data');
    seen = '';
    socket.write(ask);
    while (!seen.endsWith('late')) await once(socket, 'data', { signal: AbortSignal.timeout(3000) });
  });
});
