import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  type CreateBucketCommandInput,
  CreateMultipartUploadCommand,
  DeleteBucketAnalyticsConfigurationCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type NewRegion, newRegion } from '../../../testing/region';
import { presign, sendSigned, signedHeaders } from '../../../testing/signed';

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

const put = (Bucket: string, Key: string, Body = 'x') => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const textOf = async (Bucket: string, Key: string, more = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return answer.Body?.transformToString();
};

test('An object keeps its bytes, its headers and its metadata', async () => {
  const Bucket = await newBucket();
  const Key = 'a folder/ø + ä?.txt';
  const stored = await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { colour: 'red' },
    }),
  );
  expect(stored.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(got).toMatchObject({
    ContentType: 'text/plain',
    CacheControl: 'no-store',
    Metadata: { colour: 'red' },
    ContentLength: 5,
    ServerSideEncryption: 'AES256',
  });
  expect(await got.Body?.transformToString()).toBe('hello');
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  expect(head).toMatchObject({ ContentLength: 5, ETag: stored.ETag });
});

test('A streamed upload with a trailing checksum arrives whole', async () => {
  const Bucket = await newBucket();
  const bytes = Buffer.alloc(300_000, 'abc');
  const stream = new S3Client({ ...region.aws.client, requestStreamBufferSize: 65_536 });
  await stream.send(
    new PutObjectCommand({
      Bucket,
      Key: 'big',
      Body: Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]),
      ContentLength: bytes.length,
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  stream.destroy();
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', ChecksumMode: 'ENABLED' }));
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  expect(got.ChecksumSHA256).toHaveLength(44);
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'A %s checksum of the SDK is verified',
  async (ChecksumAlgorithm) => {
    const Bucket = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ChecksumAlgorithm }));
    expect(await textOf(Bucket, 'k', { ChecksumMode: 'ENABLED' })).toBe('hello');
    const wrong = { [`Checksum${ChecksumAlgorithm}`]: 'AAAAAA==' };
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ...wrong })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
  },
);

test('A range gives a part of the bytes', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'k', '0123456789');
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));
  expect(answer).toMatchObject({
    ContentRange: 'bytes 2-4/10',
    ContentLength: 3,
    $metadata: { httpStatusCode: 206 },
  });
  expect(await answer.Body?.transformToString()).toBe('234');
  expect(await textOf(Bucket, 'k', { Range: 'bytes=-3' })).toBe('789');
  expect(await textOf(Bucket, 'k', { Range: 'bytes=4-2' })).toBe('0123456789');
  await expect(textOf(Bucket, 'k', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('Conditions are kept, on reads and on writes', async () => {
  const Bucket = await newBucket();
  const { ETag } = await put(Bucket, 'k', 'one');
  await expect(textOf(Bucket, 'k', { IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  await expect(textOf(Bucket, 'k', { IfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
  await expect(
    s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfNoneMatch: '*' })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: ETag }));
  expect(await textOf(Bucket, 'k')).toBe('two');
});

test('Objects are listed by prefix and delimiter, page by page', async () => {
  const Bucket = await newBucket();
  for (const key of ['a', 'b/1', 'b/2', 'c/1', 'd']) await put(Bucket, key);
  const first = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2 }));
  expect(first.Contents?.map((one) => one.Key)).toEqual(['a']);
  expect(first.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  const second = await s3.send(
    new ListObjectsV2Command({ Bucket, Delimiter: '/', ContinuationToken: first.NextContinuationToken }),
  );
  expect(second.Contents?.map((one) => one.Key)).toEqual(['d']);
  expect(second.CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
  expect(second.IsTruncated).toBe(false);
  const old = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'b/' }));
  expect(old.Contents?.map((one) => one.Key)).toEqual(['b/1', 'b/2']);
});

test('A multipart upload becomes one object', async () => {
  const Bucket = await newBucket();
  const Key = 'multi';
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const bodies = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('end')];
  const Parts = [];
  for (const [index, Body] of bodies.entries()) {
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body }),
    );
    Parts.push({ ETag, PartNumber: index + 1 });
  }
  const done = await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(5 * 1024 * 1024 + 3);
  const { $metadata: _first, ...answer } = done;
  const again = await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  expect(again).toMatchObject(answer);
  expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(1);
  await expect(s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({
    name: 'NoSuchUpload',
    UploadId,
  });
});

test('A versioned bucket keeps old versions and marks deletions', async () => {
  const Bucket = await newBucket();
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const { VersionId } = await put(Bucket, 'k', 'one');
  await put(Bucket, 'k', 'two');
  const deleted = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  expect(deleted.DeleteMarker).toBe(true);
  await expect(textOf(Bucket, 'k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(await textOf(Bucket, 'k', { VersionId })).toBe('one');
  const list = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(list.Versions).toHaveLength(2);
  expect(list.DeleteMarkers?.[0]).toMatchObject({ Key: 'k', IsLatest: true });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: deleted.VersionId }));
  expect(await textOf(Bucket, 'k')).toBe('two');
});

test('A copy takes the metadata along unless it is replaced', async () => {
  const Bucket = await newBucket();
  await s3.send(new PutObjectCommand({ Bucket, Key: 'from ü', Body: 'x', Metadata: { a: '1' } }));
  const CopySource = `${Bucket}/${encodeURIComponent('from ü')}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata).toEqual({ a: '1' });
  await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'from ü', CopySource }))).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
});

test('A bucket must be empty to be deleted', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'k');
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
  const { Deleted } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }, { Key: 'absent' }] } }),
  );
  expect(Deleted?.map((one) => one.Key)).toEqual(['k', 'absent']);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
});

test('A new bucket blocks public access and has no policy', async () => {
  const Bucket = await newBucket();
  expect(
    (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration,
  ).toMatchObject({ BlockPublicPolicy: true, RestrictPublicBuckets: true });
  await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
    name: 'NoSuchBucketPolicy',
  });
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }));
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  expect(Buckets?.map((one) => one.Name)).toContain(Bucket);
});

test('Unsigned requests read only what a public policy opens', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'page.html', 'hello');
  const url = `${region.aws.endpoint}/${Bucket}/page.html`;
  expect((await fetch(url)).status).toBe(403);
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
    ],
  });
  await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  expect(await (await fetch(url)).text()).toBe('hello');
});

test('A presigned URL works until it expires', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'k', 'hello');
  const { endpoint } = region.aws;
  const signedAt = (date: Date) =>
    fetch(presign({ endpoint, service: 's3', path: `/${Bucket}/k`, signedAt: date }));
  expect(await (await signedAt(new Date())).text()).toBe('hello');
  const late = await signedAt(new Date(Date.now() - 120_000));
  expect(late.status).toBe(403);
  expect(await late.text()).toContain('Request has expired');
  // Signed by AWS's clock, which is ahead of the real one, it ends by that.
  await region.aws.clock.sleep('3h');
  const byAws = region.aws.clock.now();
  expect(await (await signedAt(byAws)).text()).toBe('hello');
  await region.aws.clock.sleep('2m');
  expect((await signedAt(byAws)).status).toBe(403);
});

test('A bucket that sends to EventBridge announces what is created and deleted', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'silent');
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  const before = region.events.length;
  await put(Bucket, 'web/site.tar.gz', 'hello');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'web/site.tar.gz' }));
  const events = region.events.slice(before).filter(({ source }) => source === 'aws.s3');
  expect(events.map((event) => [event['detail-type'], event.resources])).toEqual([
    ['Object Created', [`arn:aws:s3:::${Bucket}`]],
    ['Object Deleted', [`arn:aws:s3:::${Bucket}`]],
  ]);
  expect(events[0]?.detail).toMatchObject({
    version: '0',
    bucket: { name: Bucket },
    object: { key: 'web/site.tar.gz', size: 5, etag: '5d41402abc4b2a76b9719d911017c592' },
    reason: 'PutObject',
    requester: '000000000000',
  });
  expect(events[1]?.detail).toMatchObject({ 'deletion-type': 'Permanently Deleted' });
});

test.each(['Upper-Case', 'ab', '192.168.0.1', 'two..dots'])('%s is no name for a bucket', async (Bucket) => {
  const lenient = new S3Client({ ...region.aws.client, forcePathStyle: true });
  await expect(lenient.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'InvalidBucketName',
  });
  lenient.destroy();
});

test.each(['hosted.s3.us-east-1.amazonaws.com', 'hosted.s3.amazonaws.com', 'hosted.localhost'])(
  'A bucket in the host name %s is found as well',
  async (host) => {
    const aws = region.api('s3');
    await aws.CreateBucket({ Bucket: 'hosted' });
    await aws.PutObject({ Bucket: 'hosted', Key: 'a/b', Body: 'hi' });
    const path = '/a/b?x-id=GetObject';
    const headers = signedHeaders({ endpoint: `http://${host}`, service: 's3', method: 'GET', path });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${region.aws.endpoint}${path}`, { headers }, resolve).on('error', reject);
    });
    expect(String(Buffer.concat(await answer.toArray()))).toBe('hi');
  },
);

test('a presigned URL may say how the answer is headed', async () => {
  const Bucket = await newBucket();
  await put(Bucket, 'k');
  const ResponseExpires = new Date('2030-01-02T03:04:05Z');
  const answer = await s3.send(
    new GetObjectCommand({ Bucket, Key: 'k', ResponseExpires, ResponseContentType: 'text/x' }),
  );
  expect([answer.ExpiresString, answer.ContentType]).toEqual(['Wed, 02 Jan 2030 03:04:05 GMT', 'text/x']);
});

test('metadata of any characters are given back, and the answer may not be headed with them', async () => {
  const Bucket = await newBucket();
  const aws = region.api('s3');
  await aws.PutObject({ Bucket, Key: 'k', Metadata: { price: '5 €', line: 'a\nb' } });
  const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  expect(Metadata).toEqual({ price: '=?UTF-8?B?NSDigqw=?=', line: '=?UTF-8?B?YQpi?=' });
  await expect(
    s3.send(new GetObjectCommand({ Bucket, Key: 'k', ResponseContentType: 'a\u0000' })),
  ).rejects.toMatchObject({ name: 'InvalidArgument', ArgumentName: 'response-content-type' });
});

test('a copy that is held to its source says which condition failed', async () => {
  const Bucket = await newBucket();
  const { ETag } = await put(Bucket, 'k');
  const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/k` };
  await expect(
    s3.send(new CopyObjectCommand({ ...copy, CopySourceIfNoneMatch: ETag })),
  ).rejects.toMatchObject({
    name: 'PreconditionFailed',
    Condition: 'x-amz-copy-source-If-None-Match',
  });
});

test('of two who create an object under one key, one is too late', async () => {
  const Bucket = await newBucket();
  const create = () => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfNoneMatch: '*' }));
  const results = await Promise.allSettled([create(), create()]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('an operation that is not there is not taken for another one', async () => {
  const Bucket = await newBucket();
  const refused = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
  await expect(
    s3.send(new DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id: 'x' })),
  ).rejects.toMatchObject(refused);
  await expect(
    s3.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'k', LegalHold: { Status: 'ON' } })),
  ).rejects.toMatchObject(refused);
  const calls = (await region.aws.calls()).slice(-2);
  expect(calls.map(({ operation, errorCode }) => [operation, errorCode])).toEqual([
    ['DeleteBucketAnalyticsConfiguration', 'NotImplemented'],
    ['PutObjectLegalHold', 'NotImplemented'],
  ]);
  await s3.send(new HeadBucketCommand({ Bucket }));
  const answer = await sendSigned({
    endpoint: region.aws.endpoint,
    service: 's3',
    method: 'DELETE',
    path: `/${Bucket}?location`,
  });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('content-type')).toBe('application/xml');
  expect(await answer.text()).toContain('<Code>MethodNotAllowed</Code>');
});

test('an error whose words have control characters can be read', async () => {
  const Bucket = await newBucket();
  await expect(textOf(Bucket, 'a\u0001b')).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'a\ufffdb' });
});

test('A version that is gone already is deleted again, by its name', async () => {
  const Bucket = await newBucket();
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const { VersionId } = await put(Bucket, 'k', 'one');
  for (const _time of [1, 2]) {
    const { $metadata: _metadata, ...answer } = await s3.send(
      new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }),
    );
    expect(answer).toEqual({ VersionId });
  }
});

test('Where a copy leads is what the copy is told, not what its original was', async () => {
  const Bucket = await newBucket();
  const leading = { WebsiteRedirectLocation: 'https://example.com/' };
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'a', ...leading }));
  const CopySource = `${Bucket}/k`;
  const leadOf = async (more: object) => {
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...more }));
    return (await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).WebsiteRedirectLocation;
  };
  expect(await leadOf({})).toBeUndefined();
  expect(await leadOf(leading)).toBe('https://example.com/');
});

test('A bucket that is asked whether it is there says so as XML', async () => {
  const Bucket = await newBucket();
  const answer = await sendSigned({
    ...{ endpoint: region.aws.endpoint, service: 's3', method: 'HEAD', path: `/${Bucket}` },
  });
  expect(answer.headers.get('content-type')).toBe('application/xml');
});

test.each(['us-east-1', 'us-east-2', 'us-gov-east-2'])(
  'A bucket of %s is not made by the endpoint of another region',
  async (constraint) => {
    const elsewhere = new S3Client({ ...region.aws.client, region: 'us-west-2', forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: constraint as 'us-east-2' };
    const made = elsewhere.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration }));
    await expect(made).rejects.toMatchObject({
      name: 'IllegalLocationConstraintException',
      message: `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    });
    elsewhere.destroy();
  },
);

test('a version is read by an id that one could have, and a delete marker is not copied', async () => {
  const Bucket = await newBucket();
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await put(Bucket, 'k');
  await expect(textOf(Bucket, 'k', { VersionId: 'garbage' })).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: 'Invalid version id specified',
  });
  const other = { VersionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' };
  await expect(textOf(Bucket, 'k', other)).rejects.toMatchObject({ name: 'NoSuchVersion' });
  const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  const CopySource = `${Bucket}/k?versionId=${VersionId}`;
  await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource }))).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining('delete marker'),
  });
});

test("an object is never taken for encrypted with a customer's key", async () => {
  const Bucket = await newBucket();
  const key = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32).toString('base64') };
  const upload = s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...key }));
  await expect(upload).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('SSE-C'),
  });
  await put(Bucket, 'k');
  await expect(textOf(Bucket, 'k', key)).rejects.toMatchObject({ name: 'InvalidRequest' });
});
