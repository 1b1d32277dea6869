import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { generate } from 'selfsigned';
import { type NewRegion, newRegion } from '../../testing/region';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** An issuer of tokens on this machine, as a CI has one. */
interface Issuer {
  readonly url: string;
  readonly name: string;
  readonly server: Server;
}

let region: NewRegion;
let issuer: Issuer;
const servers: Server[] = [];

const listen = (server: Server, scheme: string): Promise<Issuer> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      servers.push(server);
      const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ url: `${scheme}://${name}`, name, server });
    }),
  );

const answerAs =
  (scheme: string): RequestListener =>
  (request, response) => {
    const keys = [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' },
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' },
    ];
    const answers: Record<string, object> = {
      '/.well-known/openid-configuration': { jwks_uri: `${scheme}://${request.headers.host}/jwks` },
      '/jwks': { keys },
    };
    const answer = answers[request.url ?? ''];
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer));
  };

beforeAll(async () => {
  region = await newRegion();
  issuer = await listen(createServer(answerAs('http')), 'http');
  await addProvider(issuer);
  await addRole(issuer, 'deploy');
});
afterAll(async () => {
  await region.aws.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const arnOf = ({ name }: Issuer) => `arn:aws:iam::000000000000:oidc-provider/${name}`;
const addProvider = ({ url }: Issuer, ThumbprintList: string[] = []) =>
  region
    .api('iam')
    .CreateOpenIDConnectProvider({ Url: url, ClientIDList: ['sts.amazonaws.com'], ThumbprintList });

/** A role that trusts the main branch. */
async function addRole(from: Issuer, RoleName: string) {
  const Condition = {
    StringEquals: { [`${from.name}:aud`]: 'sts.amazonaws.com' },
    StringLike: { [`${from.name}:sub`]: 'repo:example/site:ref:refs/heads/main' },
  };
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Federated: arnOf(from) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition,
    },
  ];
  await region
    .api('iam')
    .CreateRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) });
}

interface Signing {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: KeyObject;
}

/** A token that lets the main branch in, unless told otherwise. */
function token(
  claims: object = {},
  { alg = 'RS256', kid = 'rsa', key = rsa.privateKey }: Signing = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: issuer.url,
    sub: 'repo:example/site:ref:refs/heads/main',
    aud: 'sts.amazonaws.com',
    iat: now,
    exp: now + 300,
    ...claims,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg, kid, typ: 'JWT' })}.${part(all)}`;
  const signature = sign(`sha${alg.slice(2)}`, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** Asks without any key, as a CI does. */
async function assume(WebIdentityToken: string, role = 'deploy') {
  const { endpoint, region: name } = region.aws.client;
  const sts = new STSClient({ endpoint, region: name, maxAttempts: 1 });
  const RoleArn = `arn:aws:iam::000000000000:role/${role}`;
  try {
    return await sts.send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'ci-1', WebIdentityToken }),
    );
  } finally {
    sts.destroy();
  }
}

test('a CI takes on a role with its token alone, and calls with the session', async () => {
  const answer = await assume(token());
  expect(answer).toMatchObject({
    SubjectFromWebIdentityToken: 'repo:example/site:ref:refs/heads/main',
    Audience: 'sts.amazonaws.com',
    Provider: arnOf(issuer),
    AssumedRoleUser: { Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/ci-1' },
  });
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = answer.Credentials ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  const sts = new STSClient({ ...region.aws.client, credentials });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
    'arn:aws:sts::000000000000:assumed-role/deploy/ci-1',
  );
  sts.destroy();
});

test.each(['ES256', 'RS512'])('a token may be signed by %s', async (alg) => {
  const isEc = alg.startsWith('ES');
  const signing = isEc ? { alg, kid: 'ec', key: ec.privateKey } : { alg };
  expect(
    (await assume(token({ aud: ['a', 'sts.amazonaws.com'], azp: 'sts.amazonaws.com' }, signing))).Credentials,
  ).toBeDefined();
});

const now = Math.floor(Date.now() / 1000);
test('a trust may ask for the claims of GitHub’s tokens, and for whom somebody was authorized', async () => {
  const { name } = issuer;
  const Condition = {
    StringEquals: {
      [`${name}:repository_id`]: '42',
      [`${name}:oaud`]: 'a',
      [`${name}:aud`]: 'sts.amazonaws.com',
    },
    'ForAnyValue:StringEquals': { [`${name}:amr`]: 'authenticated' },
  };
  const Principal = { Federated: arnOf(issuer) };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await region.api('iam').CreateRole({ RoleName: 'claims', AssumeRolePolicyDocument });
  const claims = { repository_id: '42', aud: 'a', azp: 'sts.amazonaws.com', amr: ['authenticated'] };
  expect((await assume(token(claims), 'claims')).Credentials).toBeDefined();
  await expect(assume(token({ ...claims, repository_id: '43' }), 'claims')).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

test.each([
  [
    'another subject',
    { sub: 'repo:example/site:pull_request' },
    {},
    'AccessDenied',
    403,
    'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  ],
  [
    'an issuer that the account does not know',
    { iss: 'https://example.org' },
    {},
    'InvalidIdentityToken',
    400,
    'No OpenIDConnect provider found in your account for https://example.org',
  ],
  ['another audience', { aud: 'example' }, {}, 'InvalidIdentityToken', 400, 'Incorrect token audience'],
  [
    'a time that is over',
    { iat: now - 600, exp: now - 300 },
    {},
    'ExpiredTokenException',
    400,
    /^Token expired: current date\/time \d{10} must be before the expiration date\/time \d{10}$/,
  ],
  [
    'the signature of a stranger',
    {},
    { key: stranger },
    'InvalidIdentityToken',
    400,
    'Token signature invalid',
  ],
  [
    'a key that is not there',
    {},
    { kid: 'none' },
    'InvalidIdentityToken',
    400,
    /^Couldn't retrieve verification key from your identity provider/,
  ],
  ['no subject', { sub: undefined }, {}, 'InvalidIdentityToken', 400, 'Missing a required claim: sub'],
])('a token with %s is refused', async (_what, claims, signing, name, status, message) => {
  const refused = assume(token(claims, signing));
  await expect(refused).rejects.toMatchObject({
    name: expect.stringMatching(`^${name}(Exception)?$`),
    $metadata: { httpStatusCode: status },
  });
  await expect(refused).rejects.toThrow(message);
});

test('what is no token, or signed with nothing, is refused', async () => {
  await expect(assume('Bearer')).rejects.toThrow('The ID Token provided is not a valid JWT.');
  const [, claims] = token().split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  await expect(assume(`${none}.${claims}.`)).rejects.toMatchObject({
    name: expect.stringContaining('InvalidIdentityToken'),
  });
});

test('a role that is not there, or trusts only others, is denied alike', async () => {
  await region.api('iam').CreateRole({
    RoleName: 'fn',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity'],
        },
      ],
    }),
  });
  for (const role of ['ghost', 'fn'])
    await expect(assume(token(), role)).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
});

test('an issuer of HTTPS is known by the thumbprint of its certificate', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
  const secure = await listen(
    createSecureServer({ key, cert }, answerAs('https')) as unknown as Server,
    'https',
  );
  const thumbprint = createHash('sha1').update(new X509Certificate(cert).raw).digest('hex');
  await addProvider(secure, [thumbprint]);
  await addRole(secure, 'secure');
  expect((await assume(token({ iss: secure.url }), 'secure')).Credentials).toBeDefined();
  await region.api('iam').UpdateOpenIDConnectProviderThumbprint({
    OpenIDConnectProviderArn: arnOf(secure),
    ThumbprintList: ['a'.repeat(40)],
  });
  await expect(assume(token({ iss: secure.url }), 'secure')).rejects.toThrow(
    "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
  );
});

test('there are no providers of SAML', async () => {
  const { endpoint, region: name } = region.aws.client;
  const sts = new STSClient({ endpoint, region: name, maxAttempts: 1 });
  const RoleArn = 'arn:aws:iam::000000000000:role/deploy';
  const PrincipalArn = 'arn:aws:iam::000000000000:saml-provider/idp';
  const ask = (SAMLAssertion: string) =>
    sts.send(new AssumeRoleWithSAMLCommand({ RoleArn, PrincipalArn, SAMLAssertion }));
  await expect(ask('PHNhbWw+PC9zYW1sPg==')).rejects.toThrow("Specified provider doesn't exist");
  await expect(ask('<saml/>')).rejects.toThrow('Invalid base64 SAMLResponse');
  sts.destroy();
});
