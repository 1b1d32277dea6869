import { createECDH, createHash, createHmac, createPrivateKey, sign as signAsymmetric } from 'node:crypto';
import { get } from 'node:http';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { canonicalRequest, sha256, stringToSign } from '../signing/canonical';
import { writeSignedAt } from '../signing/dates';
import { type NewRegion, newRegion } from '../testing/region';
import { assumeRole } from '../testing/role-session';
import { presign, signedHeaders } from '../testing/signed';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** What a call with these credentials comes to: an answer, or code, status and message of the refusal. */
interface Caller {
  send(command: never): Promise<unknown>;
  destroy(): void;
}

const SERVICES = {
  sts: [STSClient, GetCallerIdentityCommand],
  iam: [IAMClient, ListUsersCommand],
  cloudformation: [CloudFormationClient, ListStacksCommand],
  ec2: [EC2Client, DescribeVpcsCommand],
  dynamodb: [DynamoDBClient, ListTablesCommand],
  lambda: [LambdaClient, ListFunctionsCommand],
  scheduler: [SchedulerClient, ListSchedulesCommand],
  monitoring: [CloudWatchClient, ListMetricsCommand],
  s3: [S3Client, ListBucketsCommand],
} as const;
type Name = keyof typeof SERVICES;

async function call(name: Name, credentials: Credentials | undefined, more: object = {}) {
  const [Client, Command] = SERVICES[name] as unknown as [
    new (config: object) => Caller,
    new (input: object) => never,
  ];
  const client = new Client({
    ...region.aws.client,
    maxAttempts: 1,
    ...(credentials && { credentials }),
    ...more,
  });
  try {
    await client.send(new Command({}));
    return undefined;
  } catch (error) {
    const { name: code, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code, status: $metadata?.httpStatusCode, message, error: error as Record<string, unknown> };
  } finally {
    client.destroy();
  }
}

const names = Object.keys(SERVICES) as Name[];
const INVALID = 'The security token included in the request is invalid.';
const NOT_VALIDATED = 'AWS was not able to validate the provided access credentials';

/** The credentials of a role's session. */
async function assumed(): Promise<Credentials> {
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
  await region
    .api('iam')
    .CreateRole({
      RoleName: 'worker',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    })
    .catch(() => {});
  await region
    .api('iam')
    .AttachRolePolicy({ RoleName: 'worker', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  const { Credentials: given } = await assumeRole(region, {
    RoleArn: 'arn:aws:iam::000000000000:role/worker',
    RoleSessionName: 'session',
  });
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken,
  };
}

test.each(names)('%s answers whoever signs with the documented pair', async (name) => {
  expect(await call(name, { accessKeyId: 'local', secretAccessKey: 'local' })).toBeUndefined();
});

test.each([
  ['sts', 'InvalidClientTokenId', 403, INVALID],
  ['iam', 'InvalidClientTokenId', 403, INVALID],
  ['cloudformation', 'InvalidClientTokenId', 403, INVALID],
  ['ec2', 'AuthFailure', 401, NOT_VALIDATED],
  ['dynamodb', 'UnrecognizedClientException', 400, INVALID],
  ['lambda', 'UnrecognizedClientException', 403, INVALID],
  ['scheduler', 'UnrecognizedClientException', 403, INVALID],
  ['s3', 'InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
] as const)('%s says %s of a key that is not there', async (name, code, status, message) => {
  expect(await call(name, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' })).toMatchObject({
    code,
    status,
    message,
  });
});

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

test.each([
  ['sts', 'SignatureDoesNotMatch', 403, MISMATCH],
  ['iam', 'SignatureDoesNotMatch', 403, MISMATCH],
  ['ec2', 'AuthFailure', 401, NOT_VALIDATED],
  ['dynamodb', 'InvalidSignatureException', 400, MISMATCH],
  ['lambda', 'InvalidSignatureException', 403, MISMATCH],
  [
    's3',
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
] as const)('%s says %s of a signature with another secret', async (name, code, status, message) => {
  expect(await call(name, { accessKeyId: 'local', secretAccessKey: 'wrong' })).toMatchObject({
    code,
    status,
    message,
  });
});

test('S3 tells what a signature should have been made from', async () => {
  const { error } = (await call('s3', { accessKeyId: 'local', secretAccessKey: 'wrong' })) ?? {};
  expect(error).toMatchObject({
    AWSAccessKeyId: 'local',
    StringToSign: expect.stringMatching(
      /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    ),
    SignatureProvided: expect.stringMatching(/^[0-9a-f]{64}$/),
    StringToSignBytes: expect.stringMatching(/^41 57 53 34 /),
    CanonicalRequest: expect.stringMatching(/^GET\n\/\nx-id=ListBuckets\n/),
    CanonicalRequestBytes: expect.stringMatching(/^47 45 54 0a /),
  });
});

test('the keys of a user count while they are active, and only with their secret', async () => {
  const iam = new IAMClient(region.aws.client);
  await iam.send(new CreateUserCommand({ UserName: 'ada' }));
  await region
    .api('iam')
    .AttachUserPolicy({ UserName: 'ada', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
  const keys = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  const who = async () => {
    const sts = new STSClient({ ...region.aws.client, credentials: keys });
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
  };
  expect(await who()).toBe('arn:aws:iam::000000000000:user/ada');
  expect(await call('dynamodb', { ...keys, secretAccessKey: 'x' })).toMatchObject({
    code: 'InvalidSignatureException',
  });
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'ada', AccessKeyId: keys.accessKeyId, Status: 'Inactive' }),
  );
  expect(await call('sts', keys)).toMatchObject({ code: 'InvalidClientTokenId' });
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'ada', AccessKeyId: keys.accessKeyId, Status: 'Active' }),
  );
  expect(await who()).toBe('arn:aws:iam::000000000000:user/ada');
});

test.each(names)('%s takes the session of a role', async (name) => {
  expect(await call(name, await assumed())).toBeUndefined();
});

test.each([
  ['sts', 'InvalidClientTokenId', 'InvalidClientTokenId'],
  ['ec2', 'AuthFailure', 'AuthFailure'],
  ['dynamodb', 'UnrecognizedClientException', 'UnrecognizedClientException'],
  ['s3', 'InvalidAccessKeyId', 'InvalidToken'],
] as const)('%s wants the token of a session, and its own', async (name, without, other) => {
  const { sessionToken: _, ...keys } = await assumed();
  expect(await call(name, keys)).toMatchObject({ code: without });
  expect(await call(name, { ...keys, sessionToken: 'IQoJother' })).toMatchObject({ code: other });
  expect(
    await call(name, { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'IQoJ' }),
  ).toMatchObject({
    code: other,
  });
});

test("a session is over by AWS's clock, and each service says so in its way", async () => {
  const credentials = await assumed();
  await region.aws.clock.sleep('59m');
  expect(await call('sts', credentials)).toBeUndefined();
  await region.aws.clock.sleep('2m');
  const codes = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { code, status } = (await call(name, credentials)) ?? {};
        return [name, `${code} ${status}`];
      }),
    ),
  );
  expect(codes).toMatchObject({
    sts: 'ExpiredToken 403',
    iam: 'ExpiredToken 403',
    ec2: 'RequestExpired 400',
    dynamodb: 'ExpiredTokenException 400',
    lambda: 'ExpiredTokenException 403',
    s3: 'ExpiredToken 400',
  });
});

/** Sends a request that is signed here. */
async function send(
  request: Omit<Parameters<typeof signedHeaders>[0], 'endpoint'>,
  change: Record<string, string> = {},
) {
  const { endpoint } = region.aws;
  const { method = 'POST', path = '/', body } = request;
  const { host: _, ...headers } = { ...signedHeaders({ endpoint, ...request }), ...change };
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers,
    ...(method !== 'GET' && { body: body as string }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const identity = {
  service: 'sts',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
};
const tables = {
  service: 'dynamodb',
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' },
  body: '{}',
};
const vpcs = {
  service: 'ec2',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Action=DescribeVpcs&Version=2016-11-15',
};
const buckets = { service: 's3', method: 'GET' };
const functions = { service: 'lambda', method: 'GET', path: '/2015-03-31/functions' };

describe('a signature that is old', () => {
  const hourAgo = () => new Date(Date.now() - 3_600_000);

  test.each([
    [
      'STS',
      identity,
      403,
      /<Code>SignatureDoesNotMatch<\/Code><Message>Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)/,
    ],
    [
      'DynamoDB',
      tables,
      400,
      /InvalidSignatureException","message":"Signature expired: \S+ is now earlier than \S+ \(\S+ - 5 min\.\)/,
    ],
    ['EC2', vpcs, 400, /<Code>RequestExpired<\/Code><Message>Request has expired\./],
    ['Lambda', functions, 403, /Signature expired: /],
    [
      'S3',
      buckets,
      403,
      /<Code>RequestTimeTooSkewed<\/Code>.*<RequestTime>\d{8}T\d{6}Z<\/RequestTime><ServerTime>[-\d]+T[:\d]+Z<\/ServerTime><MaxAllowedSkewMilliseconds>900000</,
    ],
  ] as const)('is refused by %s in its words', async (_who, request, status, text) => {
    const answer = await send({ ...request, signedAt: hourAgo() });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });

  test("or that is to come, by both clocks; it counts by the signer's, real or AWS's", async () => {
    await region.aws.clock.sleep('3h');
    expect((await send(identity)).status).toBe(200);
    expect((await send({ ...identity, signedAt: region.aws.clock.now() })).status).toBe(200);
    const between = new Date((Date.now() + region.aws.clock.now().getTime()) / 2);
    expect((await send({ ...identity, signedAt: between })).text).toContain('Signature not yet current');
    const later = new Date(region.aws.clock.now().getTime() + 3_600_000);
    expect((await send({ ...identity, signedAt: later })).text).toContain('Signature not yet current');
  });
});

describe('a signature that is not whole', () => {
  test.each([
    [
      'STS',
      identity,
      400,
      /<Code>IncompleteSignature<\/Code><Message>Authorization header requires &#39;Signature&#39; parameter\./,
    ],
    ['DynamoDB', tables, 400, /"IncompleteSignatureException|#IncompleteSignatureException/],
    [
      'EC2',
      vpcs,
      401,
      /<Code>AuthFailure<\/Code><Message>Authorization header or parameters are not formatted correctly\./,
    ],
    [
      'S3',
      buckets,
      400,
      /<Code>AuthorizationHeaderMalformed<\/Code><Message>The authorization header is malformed; the authorization header requires three components/,
    ],
  ] as const)('is refused by %s', async (_who, request, status, text) => {
    const day = writeSignedAt(Date.now()).slice(0, 8);
    const authorization = `AWS4-HMAC-SHA256 Credential=local/${day}/us-east-1/${request.service}/aws4_request, SignedHeaders=host`;
    const answer = await send(request, { authorization });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });

  test('for want of an equal sign, names what it is about by its hash', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=local/20261129/us-east-1/sts/aws4_request, word';
    const hash = createHash('sha256').update('word').digest('base64');
    expect((await send(identity, { authorization })).text).toContain(
      `SHA-256 and encoded with Base64): &#39;${hash}&#39;.`,
    );
  });

  test('whose day is not that of its date is told so', async () => {
    const { authorization = '' } = signedHeaders({ endpoint: region.aws.endpoint, ...identity });
    const other = authorization.replace(/\/\d{8}\//, '/20200101/');
    expect((await send(identity, { authorization: other })).text).toMatch(
      /Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: &#39;20200101&#39; != &#39;\d{8}&#39;/,
    );
    expect((await send(buckets, { authorization: other.replace('/sts/', '/s3/') })).text).toContain(
      'Invalid credential date &#34;20200101&#34;',
    );
  });

  test('S3 wants all of its own headers signed, and knows no other kinds of authorization', async () => {
    const unsigned = await send(buckets, { 'x-amz-meta-a': '1' });
    expect(unsigned.text).toMatch(
      /<Code>AccessDenied<\/Code>.*<HeadersNotSigned>x-amz-meta-a<\/HeadersNotSigned>/,
    );
    const hash = await send({ ...buckets, payload: 'abc' });
    expect(hash.text).toMatch(
      /<Code>InvalidArgument<.*<ArgumentName>x-amz-content-sha256<\/ArgumentName><ArgumentValue>abc</,
    );
    const bearer = await send(buckets, { authorization: 'Bearer abc' });
    expect(bearer).toMatchObject({ status: 400 });
    expect(bearer.text).toMatch(/<Code>InvalidArgument<\/Code><Message>Unsupported Authorization Type</);
  });
});

test('what is signed counts: another body, path, query, header are refused', async () => {
  const path = '/2015-03-31/functions/a%20b%3A1/../x?Qualifier=%241&a=b+c';
  const request = { service: 'lambda', method: 'GET', path, headers: { 'x-more': '  a   b ' } };
  expect(
    (await send({ ...request, path: '/2015-03-31/functions/a%20b%3A1?Qualifier=%241&a=b+c' })).text,
  ).toMatch(/ResourceNotFound|ValidationException/);
  expect((await send(request, { 'x-more': 'c' })).text).toContain('signature we calculated');
  const signed = signedHeaders({ endpoint: region.aws.endpoint, ...identity });
  const { host: _, ...headers } = signed;
  const other = await fetch(region.aws.endpoint, { method: 'POST', headers, body: `${identity.body}&x=1` });
  expect(await other.text()).toContain('SignatureDoesNotMatch');
});

test('a call may be presigned, for as long as it says', async () => {
  const request = {
    endpoint: region.aws.endpoint,
    service: 'sts',
    method: 'GET',
    path: '/?Action=GetCallerIdentity&Version=2011-06-15',
  };
  const { host } = new URL(region.aws.endpoint);
  const answer = await fetch(presign({ ...request, headers: { host } }));
  expect(answer.status).toBe(200);
  const old = await fetch(presign({ ...request, signedAt: new Date(Date.now() - 120_000) }));
  expect(await old.text()).toMatch(/SignatureDoesNotMatch.*Signature expired/);
  expect(await (await fetch(presign(request).replace('Identity', 'Identitz'))).text()).toContain(
    'SignatureDoesNotMatch',
  );
});

describe('at S3', () => {
  const Bucket = 'signed';
  let s3: S3Client;
  beforeAll(async () => {
    s3 = new S3Client(region.aws.client);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü+(1)', Body: 'hello' }));
  });
  afterAll(() => s3.destroy());

  const path = `/${Bucket}/a%20b/%C3%BC%2B%281%29`;
  const get = (more: object = {}, seconds?: number) =>
    fetch(
      presign({ endpoint: region.aws.endpoint, service: 's3', method: 'GET', path, ...more }, seconds),
    ).then(async (answer) => ({ status: answer.status, text: await answer.text() }));

  test('a presigned URL opens what it names, and is refused when anything of it is changed', async () => {
    expect(await get()).toEqual({ status: 200, text: 'hello' });
    const other = presign({ endpoint: region.aws.endpoint, service: 's3', method: 'GET', path }).replace(
      '%281%29',
      '%282%29',
    );
    expect(await (await fetch(other)).text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect((await get({ credentials: await assumed() })).text).toBe('hello');
    expect((await get({ credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' } })).text).toContain(
      'InvalidAccessKeyId',
    );
  });

  test('a presigned URL holds a week at most', async () => {
    expect((await get({}, 604_801)).text).toMatch(
      /<Code>AuthorizationQueryParametersError<.*must be less than a week/,
    );
    const { status, text } = await get({ signedAt: new Date(Date.now() - 61_000) });
    expect(status).toBe(403);
    expect(text).toMatch(
      /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message><X-Amz-Expires>60<.*<Expires>.*<ServerTime>/,
    );
  });

  /** An upload in chunks, each with its signature. */
  const upload = (spoil: (text: string) => string = (text) => text, trailer = false) => {
    const payload = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`;
    const request = {
      endpoint: region.aws.endpoint,
      service: 's3',
      method: 'PUT',
      path: `/${Bucket}/chunked`,
      payload,
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '10',
        ...(trailer && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
      },
    };
    const { host: _, ...headers } = signedHeaders(request);
    const signedAt = headers['x-amz-date'] ?? '';
    const scope = `${signedAt.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac('AWS4local', signedAt.slice(0, 8)));
    let previous = /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    const sign = (kind: string, ...hashes: string[]) => {
      previous = hmac(
        key,
        [`AWS4-HMAC-SHA256-${kind}`, signedAt, scope, previous, ...hashes].join('\n'),
      ).toString('hex');
      return previous;
    };
    const chunk = (text: string) =>
      `${text.length.toString(16)};chunk-signature=${sign('PAYLOAD', sha256(''), sha256(text))}\r\n${text}${text && '\r\n'}`;
    const line = 'x-amz-checksum-crc32:ON2G7g==';
    const chunks = [chunk('hello'), chunk('world'), chunk('')].join('');
    const end = trailer
      ? `${line}\r\nx-amz-trailer-signature:${sign('TRAILER', sha256(`${line}\n`))}\r\n\r\n`
      : '\r\n';
    return fetch(`${request.endpoint}${request.path}`, { method: 'PUT', headers, body: spoil(chunks + end) });
  };

  test('each chunk of an upload is signed, and the trailer', async () => {
    expect((await upload()).status).toBe(200);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'chunked' }));
    expect(await Body?.transformToString()).toBe('helloworld');
    const changed = await upload((text) => text.replace('world', 'wor1d'));
    expect(await changed.text()).toMatch(
      /<Code>SignatureDoesNotMatch<.*<StringToSign>AWS4-HMAC-SHA256-PAYLOAD/s,
    );
    const trailing = await upload((text) => text.replace('ON2G7g', 'AAAAAA'), true);
    expect(await trailing.text()).toMatch(/<StringToSign>AWS4-HMAC-SHA256-TRAILER/);
  });

  test('clients that presign with version 2 are known, too', async () => {
    const expires = Math.floor(Date.now() / 1000) + 60;
    const signed = (secret: string, token?: string) => {
      const amz = token === undefined ? '' : `x-amz-security-token:${token}\n`;
      return createHmac('sha1', secret)
        .update(`GET\n\n\n${expires}\n${amz}${path}?response-content-type=a/b`)
        .digest('base64');
    };
    const ask = (accessKeyId: string, signature: string, more = {}) => {
      const query = new URLSearchParams({
        'response-content-type': 'a/b',
        AWSAccessKeyId: accessKeyId,
        Signature: signature,
        Expires: String(expires),
        ...more,
      });
      return fetch(`${region.aws.endpoint}${path}?${query}`);
    };
    const answer = await ask('local', signed('local'));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'a/b']);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = await assumed();
    const session = await ask(accessKeyId, signed(secretAccessKey, sessionToken), {
      'x-amz-security-token': sessionToken,
    });
    expect(session.status).toBe(200);
    expect(await (await ask('local', signed('other'))).text()).toContain('<Code>SignatureDoesNotMatch<');
    expect(await (await ask('AKIA', signed('local'))).text()).toContain('<Code>InvalidAccessKeyId<');
    const date = new Date().toUTCString();
    const signature = createHmac('sha1', 'local').update(`GET\n\n\n${date}\n${path}`).digest('base64');
    const byHeader = await fetch(`${region.aws.endpoint}${path}`, {
      headers: { date, authorization: `AWS local:${signature}` },
    });
    expect(byHeader.status).toBe(200);
    for (const resource of [`/${Bucket}`, `/${Bucket}/`]) {
      const own = createHmac('sha1', 'local').update(`GET\n\n\n${date}\n${resource}`).digest('base64');
      const headers = { date, authorization: `AWS local:${own}` };
      expect((await fetch(`${region.aws.endpoint}/${Bucket}?list-type=2`, { headers })).status).toBe(200);
    }
  });

  test('one way to sign is enough', async () => {
    const url = presign({ endpoint: region.aws.endpoint, service: 's3', method: 'GET', path });
    expect(await (await fetch(url, { headers: { authorization: 'Bearer abc' } })).text()).toContain(
      'Only one auth mechanism allowed',
    );
  });
});

test('the asymmetric signature is verified by the key that comes of the secret', async () => {
  const signedAt = writeSignedAt(Date.now());
  const { host } = new URL(region.aws.endpoint);
  const headers: Record<string, string> = {
    ...identity.headers,
    host,
    'x-amz-date': signedAt,
    'x-amz-region-set': '*',
  };
  const names = Object.keys(headers).sort();
  const scope = `${signedAt.slice(0, 8)}/sts/aws4_request`;
  const canonical = canonicalRequest(
    { method: 'POST', path: '/', rawQuery: '', headers },
    { signedHeaders: names },
    sha256(identity.body),
    false,
  );
  const text = stringToSign({ algorithm: 'AWS4-ECDSA-P256-SHA256', signedAt, scope }, canonical);
  const derived = createHmac('sha256', 'AWS4Alocal')
    .update(Buffer.from([0, 0, 0, 1]))
    .update('AWS4-ECDSA-P256-SHA256\0local')
    .update(Buffer.from([1, 0, 0, 1, 0]))
    .digest('hex');
  const pair = createECDH('prime256v1');
  const d = (BigInt(`0x${derived}`) + 1n).toString(16).padStart(64, '0');
  pair.setPrivateKey(d, 'hex');
  const point = pair.getPublicKey();
  const half = (from: number) => point.subarray(from, from + 32).toString('base64url');
  const key = createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', d: Buffer.from(d, 'hex').toString('base64url'), x: half(1), y: half(33) },
  });
  const ask = async (signature: string) => {
    const { host: _, ...sent } = headers;
    const authorization = `AWS4-ECDSA-P256-SHA256 Credential=local/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return (
      await fetch(region.aws.endpoint, {
        method: 'POST',
        headers: { ...sent, authorization },
        body: identity.body,
      })
    ).text();
  };
  const signature = signAsymmetric('sha256', Buffer.from(text), key).toString('hex');
  expect(await ask(signature)).toContain('arn:aws:iam::000000000000:root');
  // A signature is random: its end may be any, so another one takes its place.
  const altered = signature.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  expect(await ask(altered)).toContain('SignatureDoesNotMatch');
});

test('where any key is taken, it is the administrator’s, and the keys that were given out still count with their secret only', async () => {
  await using open = await newRegion({ anyKeys: true });
  const as = (credentials: Credentials) =>
    new STSClient({ ...open.aws.client, credentials }).send(new GetCallerIdentityCommand({}));
  expect((await as({ accessKeyId: 'any', secretAccessKey: 'thing' })).Arn).toBe(
    'arn:aws:iam::000000000000:root',
  );
  await expect(as({ accessKeyId: 'local', secretAccessKey: 'thing' })).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  const { Credentials: given } = await new STSClient(open.aws.client).send(new GetSessionTokenCommand({}));
  const session = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: 'x',
    sessionToken: given?.SessionToken,
  };
  await expect(as(session)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
});

test('an HTTP API is told by nobody but who signed for it, with a key that counts', async () => {
  const api = region.api('apigatewayv2');
  const { ApiId = '' } = await api.CreateApi({ Name: 'api', ProtocolType: 'HTTP' });
  await api.CreateStage({ ApiId, StageName: '$default', AutoDeploy: true });
  const { IntegrationId } = await api.CreateIntegration({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'ANY',
    IntegrationUri: `${region.aws.endpoint}/_local`,
  });
  const Target = `integrations/${IntegrationId}`;
  await api.CreateRoute({ ApiId, RouteKey: '$default', Target, AuthorizationType: 'AWS_IAM' });
  const host = `${ApiId}.execute-api.us-east-1.amazonaws.com`;
  const path = '/builds/a%20b?x=1';
  const signed = { endpoint: `http://${host}`, service: 'execute-api', method: 'GET', path };
  const ask = (headers: Record<string, string>) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(region.aws.endpoint);
      get({ hostname, port, path, headers: { ...headers, host } }, (answer) => {
        answer.toArray().then((chunks) => resolve(`${answer.statusCode} ${Buffer.concat(chunks)}`), reject);
      }).on('error', reject);
    });
  expect(await ask(signedHeaders(signed))).toMatch(/^200 /);
  expect(await ask(signedHeaders({ ...signed, credentials: await assumed() }))).toMatch(/^200 /);
  const forbidden = '403 {"message":"Forbidden"}';
  expect(await ask({})).toBe(forbidden);
  const other = { accessKeyId: 'local', secretAccessKey: 'other' };
  for (const more of [
    { service: 's3' },
    { region: 'eu-west-1' },
    { path: '/builds' },
    { signedAt: new Date(0) },
    { credentials: other },
    { credentials: { ...other, accessKeyId: 'AKIA' } },
  ])
    expect(await ask(signedHeaders({ ...signed, ...more }))).toBe(forbidden);
});
