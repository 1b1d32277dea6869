import { type NewRegion, newRegion } from '../../../testing/region';

const MEGABYTES_5 = 5 * 1024 * 1024;
let region: NewRegion;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

async function newUpload(Key: string, more: object = {}) {
  const aws = region.api('s3');
  buckets += 1;
  const Bucket = `parts-${buckets}`;
  await aws.CreateBucket({ Bucket });
  const { UploadId } = await aws.CreateMultipartUpload({ Bucket, Key, ...more });
  return { aws, Bucket, upload: { Bucket, Key, UploadId } };
}

test('parts are copied from objects, listed, and become one object', async () => {
  const { aws, Bucket, upload } = await newUpload('whole');
  await aws.PutObject({ Bucket, Key: 'source', Body: Buffer.alloc(MEGABYTES_5, 'abc') });
  const CopySource = `${Bucket}/source`;
  const first = await aws.UploadPartCopy({ ...upload, PartNumber: 1, CopySource });
  const second = await aws.UploadPartCopy({
    ...upload,
    PartNumber: 2,
    CopySource,
    CopySourceRange: 'bytes=0-2',
  });
  const list = await aws.ListParts({ ...upload, MaxParts: 1 });
  expect(list).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1', Parts: [{ PartNumber: 1 }] });
  const rest = await aws.ListParts({ ...upload, PartNumberMarker: list.NextPartNumberMarker });
  expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 2, Size: 3 }] });
  const Parts = [first, second].map(({ CopyPartResult }, i) => ({
    ETag: CopyPartResult?.ETag,
    PartNumber: i + 1,
  }));
  await aws.CompleteMultipartUpload({ ...upload, MultipartUpload: { Parts } });
  const attributes = await aws.GetObjectAttributes({
    Bucket,
    Key: 'whole',
    ObjectAttributes: ['ETag', 'ObjectSize', 'ObjectParts', 'StorageClass', 'Checksum'],
  });
  expect(attributes).toMatchObject({
    ObjectSize: MEGABYTES_5 + 3,
    ObjectParts: { TotalPartsCount: 2 },
    StorageClass: 'STANDARD',
    ETag: expect.stringMatching(/-2$/),
    Checksum: { ChecksumType: 'FULL_OBJECT' },
  });
  const { ContentRange, PartsCount } = await aws.GetObject({ Bucket, Key: 'whole', PartNumber: 2 });
  expect([ContentRange, PartsCount]).toEqual([
    `bytes ${MEGABYTES_5}-${MEGABYTES_5 + 2}/${MEGABYTES_5 + 3}`,
    2,
  ]);
});

test('a copy of an object that came in parts has the checksum of the whole', async () => {
  const { aws, Bucket, upload } = await newUpload('whole', { ChecksumAlgorithm: 'SHA256' });
  const { ETag } = await aws.UploadPart({ ...upload, PartNumber: 1, Body: 'hello' });
  const done = await aws.CompleteMultipartUpload({
    ...upload,
    MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
  });
  expect(done.ChecksumSHA256).toMatch(/-1$/);
  const { CopyObjectResult } = await aws.CopyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/whole` });
  expect(CopyObjectResult?.ChecksumSHA256).toBe('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=');
});

test.each([
  ['NaN', 'CRC32', 'Value for x-amz-checksum-type header is invalid.'],
  [
    'FULL_OBJECT',
    undefined,
    'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
  ],
  [
    'FULL_OBJECT',
    'SHA256',
    'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
  ],
  [
    'COMPOSITE',
    'CRC64NVME',
    'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
  ],
])(
  'an upload with checksums of the type %s is not begun with the algorithm %s',
  async (ChecksumType, ChecksumAlgorithm, message) => {
    const upload = newUpload('k', { ChecksumType, ChecksumAlgorithm });
    await expect(upload).rejects.toMatchObject({ code: 'InvalidRequest', status: 400, message });
  },
);

test('an upload says which type its checksums have', async () => {
  const { aws, Bucket } = await newUpload('k');
  const types = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
  expect(await aws.CreateMultipartUpload({ Bucket, Key: 'k', ...types })).toMatchObject(types);
});

test('uploads are listed by key until they are completed or aborted', async () => {
  const { aws, Bucket, upload } = await newUpload('b');
  const { UploadId } = await aws.CreateMultipartUpload({ Bucket, Key: 'a' });
  const first = await aws.ListMultipartUploads({ Bucket, MaxUploads: 1 });
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a', Uploads: [{ Key: 'a', UploadId }] });
  const second = await aws.ListMultipartUploads({
    Bucket,
    KeyMarker: first.NextKeyMarker,
    UploadIdMarker: first.NextUploadIdMarker,
  });
  expect(second).toMatchObject({ IsTruncated: false, Uploads: [{ Key: 'b' }] });
  await aws.AbortMultipartUpload(upload);
  await expect(aws.ListParts(upload)).rejects.toMatchObject({ code: 'NoSuchUpload' });
  expect((await aws.ListMultipartUploads({ Bucket })).Uploads).toHaveLength(1);
});

test('of two who complete an upload at once, both are told of the same object', async () => {
  const { aws, Bucket, upload } = await newUpload('k');
  const { ETag } = await aws.UploadPart({ ...upload, PartNumber: 1, Body: 'hello' });
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const complete = () => aws.CompleteMultipartUpload({ ...upload, MultipartUpload });
  const [one, other] = await Promise.all([complete(), complete()]);
  expect(one).toEqual(other);
  expect((await aws.ListObjectVersions({ Bucket })).Versions).toHaveLength(1);
});

test.each([
  ['a part that is not there', [{ PartNumber: 9, ETag: 'x' }], 'InvalidPart'],
  ['no part', [], 'MalformedXML'],
  ['parts in another order', [2, 1], 'InvalidPartOrder'],
  ['a small part before the last', [1, 2], 'EntityTooSmall'],
])('an upload is not completed with %s', async (_what, parts, code) => {
  const { aws, upload } = await newUpload('k');
  const etags = await Promise.all(
    [1, 2].map(async (PartNumber) => (await aws.UploadPart({ ...upload, PartNumber, Body: 'x' })).ETag),
  );
  const Parts = parts.map((part) =>
    typeof part === 'number' ? { PartNumber: part, ETag: etags[part - 1] } : part,
  );
  await expect(aws.CompleteMultipartUpload({ ...upload, MultipartUpload: { Parts } })).rejects.toMatchObject({
    code,
  });
});

test('the attributes of an object tell a checksum of its parts without their number', async () => {
  const { aws, upload } = await newUpload('whole', { ChecksumAlgorithm: 'SHA256' });
  const Body = Buffer.from('some value') as never;
  const { ETag, ChecksumSHA256 } = await aws.UploadPart({
    ...{ ...upload, PartNumber: 1, Body, ChecksumAlgorithm: 'SHA256' },
  });
  const made = await aws.CompleteMultipartUpload({
    ...{ ...upload, MultipartUpload: { Parts: [{ ETag, ChecksumSHA256, PartNumber: 1 }] } },
  });
  expect(made.ChecksumSHA256).toBe('DnKotDi4EtYGwNMDKmnR6SqH3bWVOlo2BC+tsz9rHqw=-1');
  const { Checksum } = await aws.GetObjectAttributes({
    ...{ Bucket: upload.Bucket, Key: upload.Key, ObjectAttributes: ['Checksum'] },
  });
  expect(Checksum?.ChecksumSHA256).toBe('DnKotDi4EtYGwNMDKmnR6SqH3bWVOlo2BC+tsz9rHqw=');
});
