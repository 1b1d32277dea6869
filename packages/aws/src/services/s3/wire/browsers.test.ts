import { createHmac } from 'node:crypto';
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  GetObjectCommand,
  PutBucketCorsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { hmac, SigningKeys } from '../../../signing/signing-keys';
import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
let s3: S3Client;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
  s3 = new S3Client(region.aws.client);
});

afterAll(() => region.aws.stop());

/** A new bucket, by its name. */
async function newBucket(more: Partial<CreateBucketCommandInput> = {}): Promise<string> {
  buckets += 1;
  const Bucket = `test-bucket-${buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket, ...more }));
  return Bucket;
}

const SIGNED = {
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'local/20261129/us-east-1/s3/aws4_request',
  'x-amz-date': '20261129T000000Z',
};
const SIGNING = Object.keys(SIGNED).map((name) => ['starts-with', `$${name}`, '']);

/** Posts a form as a browser does, with a policy of these conditions. */
function post(
  Bucket: string,
  conditions: unknown[],
  more: Record<string, string> = {},
  expiration = '2999-01-01T00:00:00Z',
) {
  const form = new FormData();
  form.set('key', 'uploads/#{filename}'.replace('#', '$'));
  const policy = Buffer.from(
    JSON.stringify({ expiration, conditions: [...conditions, ...SIGNING] }),
  ).toString('base64');
  const scope = { day: '20261129', region: 'us-east-1', service: 's3' };
  const signature = hmac(new SigningKeys().symmetric('local', scope), policy).toString('hex');
  for (const [name, value] of Object.entries(SIGNED)) form.set(name, value);
  form.set('x-amz-signature', signature);
  form.set('policy', policy);
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'page.txt');
  return fetch(`${region.aws.endpoint}/${Bucket}`, { method: 'POST', body: form, redirect: 'manual' });
}

test('A form that keeps to its policy uploads a file under the name that it had', async () => {
  const Bucket = await newBucket();
  const answer = await post(
    Bucket,
    [{ bucket: Bucket }, ['starts-with', '$key', 'uploads/'], { 'Content-Type': 'text/html' }],
    { 'Content-Type': 'text/html' },
  );
  expect(answer.status).toBe(204);
  expect(answer.headers.get('location')).toMatch(/\/uploads\/page\.txt$/);
  const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'uploads/page.txt' }));
  expect(object.ContentType).toBe('text/html');
  expect(await object.Body?.transformToString()).toBe('hello');
});

test('A form says how it wants to be answered', async () => {
  const Bucket = await newBucket();
  const key = ['starts-with', '$key', ''];
  const created = await post(Bucket, [key, ['eq', '$success_action_status', '201']], {
    success_action_status: '201',
  });
  expect(created.status).toBe(201);
  expect(await created.text()).toContain('<Key>uploads/page.txt</Key>');
  const url = 'https://example.org/done';
  const elsewhere = await post(Bucket, [key, { success_action_redirect: url }], {
    success_action_redirect: url,
  });
  expect(elsewhere.status).toBe(303);
  expect(elsewhere.headers.get('location')).toContain(`${url}?bucket=${Bucket}&key=uploads%2Fpage.txt`);
});

test.each([
  [
    'another key',
    [['starts-with', '$key', 'other/']],
    {},
    403,
    'Invalid according to Policy: Policy Condition',
  ],
  [
    'a field that it does not name',
    [['starts-with', '$key', '']],
    { acl: 'private' },
    403,
    'Extra input fields: acl',
  ],
  [
    'a greater file',
    [
      ['starts-with', '$key', ''],
      ['content-length-range', 0, 4],
    ],
    {},
    400,
    'EntityTooLarge',
  ],
  [
    'a smaller file',
    [
      ['starts-with', '$key', ''],
      ['content-length-range', 6, 9],
    ],
    {},
    400,
    'EntityTooSmall',
  ],
])('A policy refuses %s', async (_what, conditions, more, status, message) => {
  const answer = await post(await newBucket(), conditions, more);
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(message);
});

test('A policy that is over, or lacking, lets nothing in', async () => {
  const Bucket = await newBucket();
  const late = await post(Bucket, [['starts-with', '$key', '']], {}, '2020-01-01T00:00:00Z');
  expect(await late.text()).toContain('Invalid according to Policy: Policy expired.');
  const form = new FormData();
  form.set('key', 'k');
  form.set('file', new Blob(['hello']), 'k');
  expect((await fetch(`${region.aws.endpoint}/${Bucket}`, { method: 'POST', body: form })).status).toBe(403);
  form.delete('file');
  const nothing = await fetch(`${region.aws.endpoint}/${Bucket}`, { method: 'POST', body: form });
  expect(await nothing.text()).toContain('IncorrectNumberOfFilesInPostRequest');
});

test.each([
  [{ 'x-amz-signature': '0'.repeat(64) }, 'SignatureDoesNotMatch'],
  [{ 'x-amz-credential': 'AKIA/20261129/us-east-1/s3/aws4_request' }, 'InvalidAccessKeyId'],
  [{ 'x-amz-credential': 'local' }, 'AuthorizationHeaderMalformed'],
  [{ 'x-amz-algorithm': 'HMAC' }, 'InvalidArgument'],
])('A form whose signature does not count (%j) lets nothing in', async (more, code) => {
  const answer = await post(await newBucket(), [['starts-with', '$key', '']], more as Record<string, string>);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await answer.text()).toContain(`<Code>${code}</Code>`);
});

test('A form may be signed the old way', async () => {
  const Bucket = await newBucket();
  const expiration = '2999-01-01T00:00:00Z';
  const policy = Buffer.from(
    JSON.stringify({ expiration, conditions: [['starts-with', '$key', '']] }),
  ).toString('base64');
  const ask = (secret: string) => {
    const form = new FormData();
    const signature = createHmac('sha1', secret).update(policy).digest('base64');
    const fields = { key: 'k', policy, AWSAccessKeyId: 'local', signature };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['hello']), 'k');
    return fetch(`${region.aws.endpoint}/${Bucket}`, { method: 'POST', body: form });
  };
  expect((await ask('local')).status).toBe(204);
  expect(await (await ask('other')).text()).toContain('<Code>SignatureDoesNotMatch</Code>');
});

test('Pages of the origins that a bucket names may read it, others may not', async () => {
  const Bucket = await newBucket();
  const url = `${region.aws.endpoint}/${Bucket}/k`;
  const ask = (Origin: string, method = 'PUT') =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'x-amz-acl',
      },
    });
  expect(await (await ask('https://a.example.org')).text()).toContain('CORS is not enabled for this bucket.');
  const rule = {
    AllowedOrigins: ['https://*.example.org'],
    AllowedMethods: ['GET', 'PUT'],
    AllowedHeaders: ['x-amz-*'],
    MaxAgeSeconds: 30,
  };
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
  const allowed = await ask('https://a.example.org');
  expect(allowed.status).toBe(200);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://a.example.org',
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'x-amz-acl',
    'access-control-max-age': '30',
  });
  expect((await ask('https://evil.test')).status).toBe(403);
  expect((await ask('https://a.example.org', 'DELETE')).status).toBe(403);
  const refusal = await fetch(url, { headers: { Origin: 'https://a.example.org' } });
  expect(refusal.status).toBe(403);
  expect(refusal.headers.get('access-control-allow-origin')).toBe('https://a.example.org');
  await expect(
    s3.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: { CORSRules: [{ ...rule, AllowedMethods: ['PATCH'] }] },
      }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidRequest' });
});
