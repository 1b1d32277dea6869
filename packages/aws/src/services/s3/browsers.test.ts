import {
  GetObjectCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  type WebsiteConfiguration,
} from '@aws-sdk/client-s3';
import { apiOf } from '../../testing/api';
import type { ServiceServer } from '../../testing/service-server';
import { serveS3 } from './served-s3';

const home = serveS3();
const { service, newBucket } = home;
let server: ServiceServer;
let s3: S3Client;
beforeAll(() => {
  server = home.server;
  s3 = home.client;
});

/** Posts a form as a browser does, with a policy of these conditions. */
function post(
  Bucket: string,
  conditions: unknown[],
  more: Record<string, string> = {},
  expiration = '2999-01-01T00:00:00Z',
) {
  const form = new FormData();
  form.set('key', 'uploads/#{filename}'.replace('#', '$'));
  form.set('x-amz-signature', '0'.repeat(64));
  form.set('policy', Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64'));
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'page.txt');
  return fetch(`${server.endpoint}/${Bucket}`, { method: 'POST', body: form, redirect: 'manual' });
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
  expect((await fetch(`${server.endpoint}/${Bucket}`, { method: 'POST', body: form })).status).toBe(403);
  form.delete('file');
  const nothing = await fetch(`${server.endpoint}/${Bucket}`, { method: 'POST', body: form });
  expect(await nothing.text()).toContain('IncorrectNumberOfFilesInPostRequest');
});

test('Pages of the origins that a bucket names may read it, others may not', async () => {
  const Bucket = await newBucket();
  const url = `${server.endpoint}/${Bucket}/k`;
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

/** A public bucket with these pages, and what its website endpoint answers. */
async function newWebsite(WebsiteConfiguration: WebsiteConfiguration, pages: Record<string, string>) {
  const Bucket = await newBucket();
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }));
  const Statement = [
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
    { Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}` },
  ];
  await s3.send(
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
  await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  for (const [Key, Body] of Object.entries(pages))
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/html' }));
  return async (path: string, method = 'GET') => {
    const principal = { accessKeyId: '', accountId: '000000000000', arn: '', userId: '' };
    const { status, headers, body } = await apiOf({ s3: service }).answer(
      's3',
      {
        method,
        path,
        query: new URLSearchParams(),
        rawQuery: '',
        headers: {},
        body: Buffer.alloc(0),
        host: `${Bucket}.s3-website-us-east-1.amazonaws.com`,
      },
      { region: 'us-east-1', accountId: '000000000000', requestId: 'r', principal },
    );
    return { status, location: headers.location, body: String(body) };
  };
}

test('A website has index documents, and sends who forgets the slash on', async () => {
  const get = await newWebsite(
    { IndexDocument: { Suffix: 'index.html' } },
    { 'index.html': 'home', 'docs/index.html': 'docs' },
  );
  expect(await get('/')).toMatchObject({ status: 200, body: 'home' });
  expect(await get('/docs/')).toMatchObject({ status: 200, body: 'docs' });
  expect(await get('/docs')).toMatchObject({ status: 302, location: '/docs/' });
  expect((await get('/', 'POST')).status).toBe(405);
  const missing = await get('/nothing');
  expect(missing.status).toBe(404);
  expect(missing.body).toContain('<li>Code: NoSuchKey</li>');
});

test('A website has a page for its errors, and rules that send elsewhere', async () => {
  const get = await newWebsite(
    {
      IndexDocument: { Suffix: 'index.html' },
      ErrorDocument: { Key: 'error.html' },
      RoutingRules: [
        { Condition: { KeyPrefixEquals: 'old/' }, Redirect: { ReplaceKeyPrefixWith: 'new/' } },
        {
          Condition: { KeyPrefixEquals: 'lost/', HttpErrorCodeReturnedEquals: '404' },
          Redirect: { HostName: 'example.org', HttpRedirectCode: '302', Protocol: 'https' },
        },
      ],
    },
    { 'index.html': 'home', 'error.html': 'sorry' },
  );
  expect(await get('/nothing')).toMatchObject({ status: 404, body: 'sorry' });
  const moved = await get('/old/page');
  expect([moved.status, moved.location]).toEqual([301, expect.stringMatching(/\/new\/page$/)]);
  expect(await get('/lost/page')).toMatchObject({ status: 302, location: 'https://example.org/lost/page' });
});

test('A website endpoint of a bucket without a website says so', async () => {
  const get = await newWebsite({ RedirectAllRequestsTo: { HostName: 'example.org' } }, {});
  expect(await get('/a')).toMatchObject({ status: 301, location: 'http://example.org/a' });
  const principal = { accessKeyId: '', accountId: '0', arn: '', userId: '' };
  const answer = await apiOf({ s3: service }).answer(
    's3',
    {
      method: 'GET',
      path: '/',
      query: new URLSearchParams(),
      rawQuery: '',
      headers: {},
      body: Buffer.alloc(0),
      host: `${await newBucket()}.s3-website.eu-central-1.amazonaws.com`,
    },
    { region: 'us-east-1', accountId: '0', requestId: 'r', principal },
  );
  expect(answer.status).toBe(404);
  expect(String(answer.body)).toContain('NoSuchWebsiteConfiguration');
});
