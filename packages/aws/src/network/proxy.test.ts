import { createServer, request, type Server } from 'node:http';
import { fetch, ProxyAgent } from 'undici';
import { NetworkProxy } from './proxy';
import { listen, TestNetwork } from './testing';

let vpc: TestNetwork;
let web: Server;
let proxy: { port: number; close: () => Promise<void> };

beforeEach(async () => {
  vpc = new TestNetwork();
  vpc.attach('eni-client', '10.0.0.4', []);
  vpc.attach('eni-web', '10.0.1.5', []);
  vpc.attach('eni-closed', '10.0.1.6', ['sg-nobody']);
  web = createServer((incoming, response) => {
    response.setHeader('x-host', incoming.headers.host ?? '');
    response.setHeader('x-path', incoming.url ?? '');
    incoming.pipe(response);
  });
  vpc.network.open('eni-web', 80, await listen(web));
  proxy = await new NetworkProxy(vpc.network).startProxy({ interfaceId: 'eni-client' });
});

afterEach(async () => {
  await proxy.close();
  vpc.dispose();
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
});

function ask(
  url: string,
  body = '',
): Promise<{ status?: number; headers: NodeJS.Dict<unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ port: proxy.port, host: '127.0.0.1', path: url, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: text }),
      );
    });
    asking.on('error', reject).end(body);
  });
}

test('an absolute URL is fetched inside the network, body and query included', async () => {
  const answer = await ask('http://10.0.1.5/echo?x=1', 'ping');
  expect(answer).toMatchObject({
    status: 200,
    body: 'ping',
    headers: { 'x-host': '10.0.1.5', 'x-path': '/echo?x=1' },
  });
});

test('a body of unknown length goes along, whatever the method', async () => {
  const body = await new Promise<string>((resolve, reject) => {
    const asking = request(
      {
        port: proxy.port,
        host: '127.0.0.1',
        path: 'http://10.0.1.5/',
        method: 'DELETE',
        headers: { 'Transfer-Encoding': 'chunked' },
      },
      (response) => response.setEncoding('utf8').on('data', resolve),
    );
    asking.on('error', reject).end('in pieces');
  });
  expect(body).toBe('in pieces');
});

test('a proxy agent of an ordinary HTTP client tunnels through it', async () => {
  const agent = new ProxyAgent({ uri: `http://127.0.0.1:${proxy.port}`, proxyTunnel: true });
  const response = await fetch('http://10.0.1.5/', { method: 'PUT', body: 'pong', dispatcher: agent });
  expect(await response.text()).toBe('pong');
  await agent.destroy();
});

test('a dropped packet is 504, nobody listening and an unknown name are 502, each with its reason', async () => {
  expect(await ask('http://10.0.1.6/')).toMatchObject({
    status: 504,
    body: 'no answer from 10.0.1.6:80: connection timed out\n',
  });
  expect(await ask('http://10.0.1.5:81/')).toMatchObject({
    status: 502,
    body: '10.0.1.5:81 refused the connection\n',
  });
  expect(await ask('http://example.com/')).toMatchObject({
    status: 502,
    body: 'could not resolve host: example.com\n',
  });
});

test('a tunnel that cannot be made is refused with the same status', async () => {
  const status = await new Promise((resolve) => {
    const asking = request({ port: proxy.port, host: '127.0.0.1', method: 'CONNECT', path: '10.0.1.6:80' });
    asking.on('connect', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    asking.end();
  });
  expect(status).toBe(504);
});

test('a request for the proxy itself is a bad request', async () => {
  expect(await ask('/')).toMatchObject({ status: 400 });
});
