import { type NewRegion, newRegion } from '../../../testing/region';
import { addUser as addTo } from '../../../testing/users';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  await region.api('s3').CreateBucket({ Bucket: 'site' });
});
afterEach(() => region[Symbol.asyncDispose]());

const Bucket = 'site';

async function makeKey(): Promise<string> {
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  return KeyMetadata?.Arn ?? '';
}

/** A user who may do all in S3, and how to give it more. */
async function addUser(name: string) {
  const { may, call } = await addTo(region, name);
  await may('s3:*');
  return { may, s3: region.apiAs('s3', call) };
}

const put = (
  s3: { PutObject: ReturnType<typeof region.api<'s3'>>['PutObject'] },
  Key: string,
  SSEKMSKeyId?: string,
) =>
  s3.PutObject({
    ...{ Bucket, Key, Body: Buffer.from('page') as never },
    ...(SSEKMSKeyId && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId }),
  });

test('an object is written by whoever may use its key, and read by whoever may decrypt with it', async () => {
  const key = await makeKey();
  const { may, s3 } = await addUser('deployer');
  await expect(put(s3, 'page', key)).rejects.toMatchObject({
    ...{ code: 'AccessDenied', status: 403 },
    message: expect.stringContaining(`is not authorized to perform: kms:GenerateDataKey on resource: ${key}`),
  });
  await may('kms:GenerateDataKey', { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } });
  await expect(put(s3, 'page', key)).resolves.toMatchObject({
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: key,
  });
  const read = () => s3.GetObject({ Bucket, Key: 'page' });
  await expect(read()).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringContaining('kms:Decrypt'),
  });
  // What is not encrypted is there for whoever may read objects.
  await expect(s3.HeadObject({ Bucket, Key: 'page' })).resolves.toMatchObject({ SSEKMSKeyId: key });
  const arn = 'kms:EncryptionContext:aws:s3:arn';
  await may('kms:Decrypt', { StringEquals: { [arn]: 'arn:aws:s3:::site/page' } });
  await expect(read()).resolves.toMatchObject({ SSEKMSKeyId: key });
});

test('a copy is read with the rights of one key and written with those of another', async () => {
  const [one, other] = [await makeKey(), await makeKey()];
  const own = region.api('s3');
  await put(own, 'page', one);
  const { may, s3 } = await addUser('copier');
  const copy = (SSEKMSKeyId?: string) =>
    s3.CopyObject({
      ...{ Bucket, Key: 'copy', CopySource: 'site/page' },
      ...(SSEKMSKeyId && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId }),
    });
  await expect(copy()).rejects.toMatchObject({
    message: expect.stringContaining(`kms:Decrypt on resource: ${one}`),
  });
  await may('kms:Decrypt');
  // It does not inherit the key.
  await expect(copy()).resolves.toMatchObject({ ServerSideEncryption: 'AES256' });
  await expect(copy(other)).rejects.toMatchObject({
    message: expect.stringContaining(`kms:GenerateDataKey on resource: ${other}`),
  });
  await may('kms:GenerateDataKey');
  await expect(copy(other)).resolves.toMatchObject({ SSEKMSKeyId: other });
  await region.api('kms').DisableKey({ KeyId: one });
  await expect(own.GetObject({ Bucket, Key: 'copy' })).resolves.toMatchObject({ SSEKMSKeyId: other });
  await expect(own.GetObject({ Bucket, Key: 'page' })).rejects.toMatchObject({
    ...{ code: 'KMS.DisabledException', status: 400, message: `${one} is disabled.` },
  });
});

test('who uploads in parts has to read them', async () => {
  const key = await makeKey();
  const { may, s3 } = await addUser('uploader');
  await may('kms:GenerateDataKey');
  const { UploadId } = await s3.CreateMultipartUpload({
    ...{ Bucket, Key: 'film', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key },
  });
  const upload = () =>
    s3.UploadPart({ Bucket, Key: 'film', UploadId, PartNumber: 1, Body: Buffer.from('x') as never });
  await expect(upload()).rejects.toMatchObject({ message: expect.stringContaining('kms:Decrypt') });
  await may('kms:Decrypt');
  const { ETag } = await upload();
  const done = { Bucket, Key: 'film', UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
  await expect(s3.CompleteMultipartUpload(done)).resolves.toMatchObject({ SSEKMSKeyId: key });
});

test('the key is that of the request, or the bucket’s, or Amazon’s own, which all may use', async () => {
  const key = await makeKey();
  const s3 = region.api('s3');
  const { KeyMetadata } = await region.api('kms').DescribeKey({ KeyId: 'alias/aws/s3' });
  const { s3: stranger } = await addUser('stranger');
  const managed = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata?.Arn };
  await expect(
    stranger.PutObject({ Bucket, Key: 'own', ServerSideEncryption: 'aws:kms' }),
  ).resolves.toMatchObject(managed);
  await expect(stranger.GetObject({ Bucket, Key: 'own' })).resolves.toMatchObject(managed);
  const ApplyServerSideEncryptionByDefault = {
    SSEAlgorithm: 'aws:kms' as const,
    KMSMasterKeyID: key.replace(/.*\//, ''),
  };
  await s3.PutBucketEncryption({
    Bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }],
    },
  });
  await expect(put(stranger, 'page')).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(put(s3, 'page')).resolves.toMatchObject({ SSEKMSKeyId: key, BucketKeyEnabled: true });
  await expect(
    s3.PutObject({ Bucket, Key: 'page', ServerSideEncryption: 'AES256' }),
  ).resolves.not.toHaveProperty('SSEKMSKeyId', expect.anything());
});

test('a key that is not there, and one without the method that takes it, are refused, and nothing is written', async () => {
  const s3 = region.api('s3');
  await expect(put(s3, 'page', 'alias/ghost')).rejects.toMatchObject({
    code: 'KMS.NotFoundException',
    status: 400,
  });
  await expect(s3.PutObject({ Bucket, Key: 'page', SSEKMSKeyId: await makeKey() })).rejects.toMatchObject({
    code: 'InvalidArgument',
  });
  await expect(s3.HeadObject({ Bucket, Key: 'page' })).rejects.toMatchObject({ status: 404 });
});

test.each(['GLACIER', 'DEEP_ARCHIVE'] as const)(
  'an object of the class %s is told of, and not read',
  async (StorageClass) => {
    const s3 = region.api('s3');
    await s3.PutObject({ Bucket, Key: 'old', StorageClass });
    await expect(s3.HeadObject({ Bucket, Key: 'old' })).resolves.toMatchObject({ StorageClass });
    const refusal = { code: 'InvalidObjectState', status: 403 };
    await expect(s3.GetObject({ Bucket, Key: 'old' })).rejects.toMatchObject(refusal);
    await expect(s3.CopyObject({ Bucket, Key: 'new', CopySource: 'site/old' })).rejects.toMatchObject(
      refusal,
    );
  },
);
