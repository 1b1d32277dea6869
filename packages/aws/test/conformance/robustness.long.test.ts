import { connect } from 'node:net';
import { type ServiceName, services } from '../../src/services';
import { type NewRegion, newRegion } from '../../src/testing/region';
import type { Exchange, RawRequest } from './caller';
import { serviceNames } from './every-operation';
import { SMALLEST } from './inputs/input-maker';
import { ODD_BODIES } from './inputs/mutations';
import { defects } from './known';
import { readServices, type TestedService } from './services';
import { Trial } from './trial';
import { judgeExchange } from './verdict';

let region: NewRegion;
let tested: TestedService[];
let trial: Trial;

beforeAll(async () => {
  region = await newRegion();
  tested = await readServices();
  trial = new Trial(region, tested);
});
afterAll(async () => {
  await trial[Symbol.asyncDispose]();
  await region[Symbol.asyncDispose]();
});

const find = (name: ServiceName) => tested.find((one) => one.name === name) as TestedService;

/** What is wrong with the answers, but for what is known. */
function faultsOf(
  name: ServiceName,
  exchanges: readonly (readonly [string, Exchange | undefined])[],
): string[] {
  return exchanges.flatMap(([what, exchange]) => {
    const verdict = exchange && judgeExchange(exchange);
    if (verdict?.kind !== 'defect') return [];
    const known = (defects.reports[name] ?? []).some((part) => verdict.why.includes(part));
    return known ? [] : [`${what}: ${verdict.why}`];
  });
}

/** Sends the smallest request of an operation, changed by hand; nothing that it names is there. */
async function send(
  name: ServiceName,
  operation: string,
  change: (request: RawRequest) => RawRequest,
): Promise<Exchange | undefined> {
  const { maker, all } = find(name);
  const model = all.get(operation);
  const input = model ? await maker.make(model.input, SMALLEST, async () => undefined) : {};
  return (await trial.caller.call(name, operation, input, change)).exchange;
}

/** Three operations of a service that take something. */
function someOf(name: ServiceName): string[] {
  const names = find(name)
    .there.filter((model) => model.input.isStructSchema() && model.http?.method !== 'GET')
    .map((model) => model.name);
  return [0, 0.4, 0.8].flatMap((at) => names[Math.floor(at * names.length)] ?? []);
}

describe.each(serviceNames)('%s', (name) => {
  test("bodies of the wrong kind are the sender's mistake", async () => {
    const exchanges: [string, Exchange | undefined][] = [];
    for (const operation of someOf(name))
      for (const [what, body] of ODD_BODIES)
        exchanges.push([
          `${operation}, ${what}`,
          await send(name, operation, (request) => ({ ...request, body })),
        ]);
    for (const { name: operation } of find(name).there)
      exchanges.push([
        `${operation}, null`,
        await send(name, operation, (request) => ({ ...request, body: Buffer.from('null') })),
      ]);
    expect(faultsOf(name, exchanges)).toEqual([]);
  });

  test("content types, targets, protocols, encodings and methods that it does not know are the sender's mistake", async () => {
    const header = (key: string, value: string) => (request: RawRequest) => ({
      ...request,
      headers: { ...request.headers, [key]: value },
    });
    const changes: [string, (request: RawRequest) => RawRequest][] = [
      ['no content type', header('content-type', '')],
      ['a content type', header('content-type', 'application/octet-stream')],
      ['a charset', header('content-type', 'application/json; charset=utf-16')],
      ['a target', header('x-amz-target', 'Unknown.Unknown')],
      ['an empty target', header('x-amz-target', '')],
      ['a target of __proto__', header('x-amz-target', '__proto__.__proto__')],
      ['CBOR', header('smithy-protocol', 'rpc-v2-cbor')],
      ['broken gzip', header('content-encoding', 'gzip')],
      ['an encoding', header('content-encoding', 'br')],
      ['a checksum', header('x-amz-checksum-crc32', 'AAAAAA==')],
      ['a digest', header('content-md5', 'x')],
      ['a range', header('range', 'bytes=9-1,a')],
      ['aws-chunked', header('x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')],
      ['a method', (request) => ({ ...request, method: 'PATCH' })],
      ['HEAD', (request) => ({ ...request, method: 'HEAD' })],
      ['OPTIONS', (request) => ({ ...request, method: 'OPTIONS' })],
      ['PUT', (request) => ({ ...request, method: 'PUT' })],
      ['DELETE', (request) => ({ ...request, method: 'DELETE' })],
      ['GET', (request) => ({ ...request, method: 'GET', body: Buffer.alloc(0) })],
      ['a path of control characters', (request) => ({ ...request, path: '/%00%01%ff/%' })],
      [
        'a query of control characters',
        (request) => ({ ...request, path: `${request.path.split('?')[0]}?%00=%ff&Action=%01` }),
      ],
    ];
    const exchanges: [string, Exchange | undefined][] = [];
    for (const operation of someOf(name))
      for (const [what, change] of changes)
        exchanges.push([`${operation}, ${what}`, await send(name, operation, change)]);
    expect(faultsOf(name, exchanges)).toEqual([]);
  });

  test('control characters in what is named come back readable', async () => {
    const exchanges: [string, Exchange | undefined][] = [];
    for (const operation of find(name).there) {
      const input = await find(name).maker.make(operation.input, SMALLEST, async () => undefined);
      const texts = Object.fromEntries(
        Object.entries(input).map(([key, value]) => [
          key,
          typeof value === 'string' ? 'a\u0000\u0001\ufffe<' : value,
        ]),
      );
      const { exchange } = await trial.caller.call(name, operation.name, texts);
      exchanges.push([operation.name, exchange]);
    }
    expect(faultsOf(name, exchanges)).toEqual([]);
  });

  test("page tokens that another operation gave are the sender's mistake", async () => {
    const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
    const tokens = [
      token({ from: 1 }),
      token(['abcdefghijkl', 'a', 1]),
      token(null),
      token(1),
      '==',
      'a',
      '\u0000',
    ];
    const exchanges: [string, Exchange | undefined][] = [];
    for (const operation of find(name).there) {
      const members = operation.input.isStructSchema() ? Object.keys(operation.input.getMemberSchemas()) : [];
      for (const member of members.filter((one) =>
        /^(Next|next|Continuation|Page)\w*Token$|^\w*[mM]arker$/.test(one),
      )) {
        const input = await find(name).maker.make(operation.input, SMALLEST, async () => undefined);
        for (const value of tokens) {
          const { exchange } = await trial.caller.call(name, operation.name, { ...input, [member]: value });
          exchanges.push([`${operation.name} ${member}=${value}`, exchange]);
        }
      }
    }
    expect(faultsOf(name, exchanges)).toEqual([]);
  });
});

/** Writes bytes as they are, and gives back the status line. */
function sendBytes(text: string): Promise<string> {
  const { hostname, port } = new URL(region.aws.endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().split('\r\n')[0] ?? '');
    });
    socket.once('error', reject);
    socket.once('close', () => resolve('closed'));
  });
}

const signed = (service: ServiceName) =>
  `Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${services[service].signingName}/aws4_request, SignedHeaders=host, Signature=0`;

test.each(serviceNames)('a chunked body with trailers reaches %s', async (name) => {
  const status = await sendBytes(
    `POST / HTTP/1.1\r\nHost: localhost\r\n${signed(name)}\r\nTransfer-Encoding: chunked\r\nTrailer: x-amz-checksum-crc32\r\n\r\n2\r\n{}\r\n0\r\nx-amz-checksum-crc32: a\r\n\r\n`,
  );
  expect(status).toMatch(/^HTTP\/1.1 [24]\d\d /);
});

test.each([
  ['no HTTP at all', '\u0000\u0001\r\n\r\n'],
  ['a header without an end', `GET / HTTP/1.1\r\nA: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
  ['an absolute address of nothing', 'GET http://%00/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tunnel to nowhere', 'CONNECT : HTTP/1.1\r\nHost: a\r\n\r\n'],
  [
    'a region that is none',
    `GET /?Action=DescribeVpcs HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/20260101/__proto__/ec2/aws4_request\r\n\r\n`,
  ],
  [
    'a service that is none',
    `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/__proto__/aws4_request\r\n\r\n`,
  ],
])('%s is refused, and the next request is answered', async (_what, bytes) => {
  expect(await sendBytes(bytes)).toMatch(/^(HTTP\/1.1 (4\d\d|50[24]) |closed)/);
  const answer = await fetch(`${region.aws.endpoint}/_local`);
  expect(answer.status).toBe(200);
});

test('the version of an API tells load balancers of two kinds apart, and one that is none is refused', async () => {
  const { request } = await send('elastic-load-balancing-v2', 'DescribeLoadBalancers', (one) => one).then(
    (exchange) => exchange as Exchange,
  );
  const ask = async (version: string) => {
    const body = Buffer.from(`Action=DescribeLoadBalancers&Version=${version}`);
    return (await trial.caller.sendRaw({ ...request, body })).answer;
  };
  expect((await ask('2012-06-01'))?.body.toString()).toContain('<LoadBalancerDescriptions');
  expect((await ask('2015-12-01'))?.body.toString()).toContain('<LoadBalancers');
  const unknown = await ask('2001-01-01');
  expect(unknown?.status).toBe(400);
  expect(unknown?.body.toString()).toContain('<Code>InvalidAction</Code>');
});
