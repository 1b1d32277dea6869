import { type IncomingMessage, request } from 'node:http';
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type WebsiteConfiguration,
} from '@aws-sdk/client-s3';
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

/** What a browser is answered at a host. */
async function browse(host: string, path: string, method = 'GET') {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers: { host } };
    request(`${region.aws.endpoint}${path}`, options, resolve).on('error', reject).end();
  });
  const body = String(Buffer.concat(await answer.toArray()));
  return { status: answer.statusCode, location: answer.headers.location, body };
}

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
  return (path: string, method = 'GET') =>
    browse(`${Bucket}.s3-website-us-east-1.amazonaws.com`, path, method);
}
test('A website shows nothing that is archived, or encrypted with a key of KMS: nobody has signed', async () => {
  const ask = await newWebsite(
    { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error' } },
    {},
  );
  const put = (Key: string, more: object) =>
    s3.send(new PutObjectCommand({ Bucket: `test-bucket-${buckets}`, Key, Body: 'page', ...more }));
  await put('archived', { StorageClass: 'GLACIER' });
  await put('encrypted', { ServerSideEncryption: 'aws:kms' });
  await put('error', { ServerSideEncryption: 'aws:kms' });
  const refused = (status: number, code: string) => ({
    status,
    body: expect.stringContaining(`Code: ${code}`),
  });
  expect(await ask('/archived')).toMatchObject(refused(403, 'InvalidObjectState'));
  expect(await ask('/encrypted')).toMatchObject(refused(400, 'InvalidArgument'));
  await put('encrypted', {});
  expect(await ask('/encrypted')).toMatchObject({ status: 200, body: 'page' });
});

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
  const answer = await browse(`${await newBucket()}.s3-website.eu-central-1.amazonaws.com`, '/');
  expect(answer.status).toBe(404);
  expect(answer.body).toContain('NoSuchWebsiteConfiguration');
});
