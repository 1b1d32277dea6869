import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

async function newBucket() {
  const aws = region.api('s3');
  buckets += 1;
  const Bucket = `tagged-${buckets}`;
  await aws.CreateBucket({ Bucket });
  return { aws, Bucket };
}

test('an object has the tags that it is given, in its header or after', async () => {
  const { aws, Bucket } = await newBucket();
  await aws.PutObject({ Bucket, Key: 'k', Tagging: 'team=web%20site&empty=' });
  const tags = async () => (await aws.GetObjectTagging({ Bucket, Key: 'k' })).TagSet;
  expect(await tags()).toEqual([
    { Key: 'team', Value: 'web site' },
    { Key: 'empty', Value: '' },
  ]);
  expect((await aws.HeadObject({ Bucket, Key: 'k' })).TagCount).toBe(2);
  await aws.PutObjectTagging({ Bucket, Key: 'k', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
  expect(await tags()).toEqual([{ Key: 'a', Value: 'b' }]);
  await aws.DeleteObjectTagging({ Bucket, Key: 'k' });
  expect(await tags()).toEqual([]);
});

test.each([
  [
    'one key twice',
    ['a', 'a'],
    { code: 'InvalidTag', message: 'Cannot provide multiple Tags with the same key' },
    { code: 'InvalidArgument', details: { ArgumentName: 'x-amz-tagging' } },
  ],
  [
    'a key of AWS’s own',
    ['aws:x'],
    { code: 'InvalidTag', message: 'Your TagKey cannot be prefixed with aws:' },
    { code: 'InvalidTag' },
  ],
  ['a key without characters', [''], { code: 'InvalidTag' }, { code: 'InvalidTag' }],
  [
    'more than ten',
    Array.from({ length: 11 }, (_, i) => `k${i}`),
    { code: 'BadRequest' },
    { code: 'BadRequest' },
  ],
])('an object is not tagged with %s', async (_what, keys, refusal, ofHeader) => {
  const { aws, Bucket } = await newBucket();
  await aws.PutObject({ Bucket, Key: 'k' });
  const TagSet = keys.map((Key) => ({ Key, Value: '' }));
  await expect(aws.PutObjectTagging({ Bucket, Key: 'k', Tagging: { TagSet } })).rejects.toMatchObject(
    refusal,
  );
  const Tagging = keys.map((key) => `${encodeURIComponent(key)}=`).join('&');
  await expect(aws.PutObject({ Bucket, Key: 'other', Tagging })).rejects.toMatchObject(ofHeader);
});

test('a delete marker has no tags, and says by which method they were asked for', async () => {
  const { aws, Bucket } = await newBucket();
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  await aws.PutObject({ Bucket, Key: 'k' });
  const { VersionId } = await aws.DeleteObject({ Bucket, Key: 'k' });
  const refused = (Method: string) => ({
    code: 'MethodNotAllowed',
    status: 405,
    details: { Method, ResourceType: 'DeleteMarker' },
  });
  const named = { Bucket, Key: 'k', VersionId };
  const Tagging = { TagSet: [] };
  await expect(aws.GetObjectTagging(named)).rejects.toMatchObject(refused('GET'));
  await expect(aws.PutObjectTagging({ ...named, Tagging })).rejects.toMatchObject(refused('PUT'));
  await expect(aws.DeleteObjectTagging(named)).rejects.toMatchObject(refused('DELETE'));
  await expect(aws.HeadObject(named)).rejects.toMatchObject(refused('HEAD'));
  await expect(aws.PutObjectTagging({ Bucket, Key: 'k', Tagging })).rejects.toMatchObject(refused('PUT'));
  await expect(aws.GetObjectTagging({ Bucket, Key: 'k' })).rejects.toMatchObject({ code: 'NoSuchKey' });
});
