import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireRequest } from '../../../core/service';
import { type Bearer, judgeBearer } from './bearer';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = [
  { ...publicKey.export({ format: 'jwk' }), kid: 'rsa' },
  { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' },
];

/** An issuer of tokens on this machine, as a CI has one. */
const server = createServer((request, response) => {
  const answers: Record<string, object> = {
    '/.well-known/openid-configuration': { jwks_uri: `http://${request.headers.host}/jwks` },
    '/jwks': { keys },
  };
  const answer = answers[request.url ?? ''];
  response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer));
});
let issuer: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const clock = { millis: () => Date.now(), scale: 1, seed: undefined };
const now = () => Math.floor(Date.now() / 1000);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function makeToken(claims: object = {}, header: object = {}, key = privateKey): string {
  const given = {
    ...{ iss: issuer, aud: 'shop', sub: 'repo:example/site:ref:refs/heads/main' },
    ...{ iat: now() - 10, exp: now() + 600 },
    ...claims,
  };
  const signed = `${encode({ alg: 'RS256', kid: 'rsa', ...header })}.${encode(given)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const judge = (authorization: string | undefined, scopes: string[] = []) =>
  judgeBearer(
    {
      Name: 'ci',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: issuer, Audience: ['shop', 'other'] },
    },
    { RouteKey: 'POST /x', AuthorizationScopes: scopes },
    {
      headers: authorization === undefined ? {} : { authorization },
      query: new URLSearchParams(),
    } as unknown as WireRequest,
    clock,
  );
const bearerOf = (judged: object) => (judged as { bearer: Bearer }).bearer;

test.each(['Bearer ', 'bearer ', ''])('a token after "%s" says who it is, in texts', async (prefix) => {
  const claims = { groups: ['a', 'b'], admin: true };
  expect(bearerOf(await judge(prefix + makeToken(claims)))).toEqual({
    claims: expect.objectContaining({
      sub: 'repo:example/site:ref:refs/heads/main',
      groups: '[a b]',
      admin: 'true',
      exp: expect.stringMatching(/^\d+$/),
    }),
    scopes: null,
  });
});

test('of several audiences one is enough, and a client counts where there is none', async () => {
  expect(await judge(makeToken({ aud: ['x', 'other'] }))).toHaveProperty('bearer');
  expect(await judge(makeToken({ aud: undefined, client_id: 'shop' }))).toHaveProperty('bearer');
  expect(await judge(makeToken({ client_id: 'shop', aud: 'x' }))).toHaveProperty('refusal');
});

test('a route with scopes wants one of them', async () => {
  expect(bearerOf(await judge(makeToken({ scope: 'read deploy' }), ['deploy', 'all'])).scopes).toEqual([
    'read',
    'deploy',
  ]);
  expect(await judge(makeToken({ scope: 'read' }), ['deploy'])).toMatchObject({
    refusal: { status: 403, headers: { 'www-authenticate': expect.stringContaining('insufficient_scope') } },
  });
});

test.each<[string, () => string | undefined]>([
  ['no token', () => undefined],
  ['what is no token', () => 'Bearer x.y'],
  ['a token of another issuer', () => makeToken({ iss: 'https://example.com' })],
  ['a token for somebody else', () => makeToken({ aud: 'x' })],
  ['a token whose time is over', () => makeToken({ exp: now() - 1 })],
  ['a token without an end', () => makeToken({ exp: undefined })],
  ['a token that does not hold yet', () => makeToken({ nbf: now() + 60 })],
  [
    'a token of an algorithm that API Gateway does not take',
    () => makeToken({}, { alg: 'ES256', kid: 'ec' }),
  ],
  ['a token that is not signed', () => makeToken({}, { alg: 'none' })],
  ['a token of a key that is not published', () => makeToken({}, { kid: 'old' })],
  ['a token that names no key', () => makeToken({}, { kid: undefined })],
  [
    'a token that another has signed',
    () => makeToken({}, {}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  ],
])('%s is refused', async (_what, make) => {
  expect(await judge(make())).toMatchObject({
    refusal: {
      status: 401,
      body: '{"message":"Unauthorized"}',
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer/) },
    },
  });
});
