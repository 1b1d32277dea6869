import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { createCertificate } from './balancing/certificate';
import { answerHalfClosed } from './half-closed-clients';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What a client reads until the end that says nothing more behind these bytes. */
async function exchange(text: string, answer: RequestListener, isSecure = false): Promise<string> {
  const server = isSecure
    ? createSecureServer({ ...(await createCertificate('a')), allowHalfOpen: true }, answer)
    : createServer(answer);
  answerHalfClosed(server);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const host = '127.0.0.1';
  const socket = isSecure ? connectSecurely({ host, port, rejectUnauthorized: false }) : connect(port, host);
  socket.allowHalfOpen = true;
  socket.end(text);
  let read = '';
  for await (const chunk of socket) read += chunk;
  return read;
}

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const late: RequestListener = (_incoming, response) => {
  setTimeout(() => response.end('late'), 50);
};

test.each([
  ['over TCP', false],
  ['over TLS', true],
])(
  '%s a client that has no more to say gets its answer, and then the connection ends',
  async (_, isSecure) => {
    expect(await exchange(request, late, isSecure)).toMatch(/^HTTP\/1.1 200 OK.*late/s);
  },
);

test('so does one that has asked several times before', async () => {
  const answers = (await exchange(request.repeat(3), late)).match(/HTTP\/1.1 200 OK/g);
  expect(answers).toHaveLength(3);
});

test('one that ends in the middle of its request is told that it is wrong', async () => {
  const answered = jest.fn();
  expect(await exchange(request.slice(0, -2), answered)).toMatch(/^HTTP\/1.1 400 /);
  expect(answered).not.toHaveBeenCalled();
});
