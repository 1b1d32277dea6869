import { type NewRegion, newRegion } from '../../../testing/region';
import { sendSigned } from '../../../testing/signed';

let region: NewRegion;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

async function newBucket(...keys: string[]) {
  const aws = region.api('s3');
  buckets += 1;
  const Bucket = `listed-${buckets}`;
  await aws.CreateBucket({ Bucket });
  for (const Key of keys) await aws.PutObject({ Bucket, Key, Body: 'x' });
  return { aws, Bucket };
}

test('whoever empties a bucket page by page meets every object', async () => {
  const { aws, Bucket } = await newBucket('a', 'b', 'c', 'd', 'e');
  const met: (string | undefined)[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await aws.ListObjectsV2({ Bucket, MaxKeys: 2, ContinuationToken });
    for (const { Key } of page.Contents ?? []) {
      met.push(Key);
      await aws.DeleteObject({ Bucket, Key });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  expect(met).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a list begins after a key, and by marker after a prefix', async () => {
  const { aws, Bucket } = await newBucket('a', 'b/1', 'b/2', 'c');
  const late = await aws.ListObjectsV2({ Bucket, StartAfter: 'b/1', FetchOwner: true });
  expect(late.Contents?.map(({ Key }) => Key)).toEqual(['b/2', 'c']);
  expect(late.Contents?.[0]?.Owner?.ID).toMatch(/^0{64}$/);
  const first = await aws.ListObjects({ Bucket, Delimiter: '/', MaxKeys: 2 });
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
  const next = await aws.ListObjects({ Bucket, Delimiter: '/', Marker: first.NextMarker });
  expect(next.Contents?.map(({ Key }) => Key)).toEqual(['c']);
  expect(next.CommonPrefixes).toEqual([]);
});

test('versions are listed by page, newest first, and a prefix may be where a page ends', async () => {
  const { aws, Bucket } = await newBucket();
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  for (const Key of ['a', 'a', 'b/1', 'b/2', 'c']) await aws.PutObject({ Bucket, Key, Body: 'x' });
  const page = (more: object) => aws.ListObjectVersions({ Bucket, Delimiter: '/', MaxKeys: 1, ...more });
  const names: (string | undefined)[] = [];
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const { Versions, CommonPrefixes, NextKeyMarker, NextVersionIdMarker, IsTruncated } = await page(markers);
    names.push(
      ...(Versions ?? []).map(({ Key }) => Key),
      ...(CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    );
    if (CommonPrefixes?.length) expect([NextKeyMarker, NextVersionIdMarker]).toEqual(['b/', undefined]);
    if (!IsTruncated) break;
    markers = { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker };
  }
  expect(names).toEqual(['a', 'a', 'b/', 'c']);
});

test('keys are written as in URLs where it is asked for', async () => {
  const { aws, Bucket } = await newBucket('a b/ü');
  const { Contents } = await aws.ListObjectsV2({ Bucket, EncodingType: 'url' });
  expect(Contents?.[0]?.Key).toBe('a+b/%C3%BC');
});

test.each(['?versions&', '?list-type=2&', '?', '?uploads&'])(
  'a list (%s) of an encoding that S3 does not have is refused in a form that can be read',
  async (query) => {
    const { Bucket } = await newBucket();
    const answer = await sendSigned({
      endpoint: region.aws.endpoint,
      service: 's3',
      method: 'GET',
      path: `/${Bucket}${query}encoding-type=%00`,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/xml');
    const body = await answer.text();
    expect(body).toContain('<Code>InvalidArgument</Code>');
    expect(body).toContain('<ArgumentName>encoding-type</ArgumentName><ArgumentValue>\ufffd</ArgumentValue>');
  },
);

test.each(['', 'x', 'bnVsbA=='])('the continuation token %p was never given', async (ContinuationToken) => {
  const { aws, Bucket } = await newBucket('a');
  await expect(aws.ListObjectsV2({ Bucket, ContinuationToken })).rejects.toMatchObject({
    code: 'InvalidArgument',
    message: 'The continuation token provided is incorrect',
  });
});
