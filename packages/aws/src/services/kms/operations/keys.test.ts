import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

test('the spec of a key has its old name too, in answers and in requests', async () => {
  const kms = region.api('kms');
  const { KeyMetadata } = await kms.CreateKey({ CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' });
  const spec = { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' };
  expect(KeyMetadata).toMatchObject(spec);
  const { KeyId } = KeyMetadata ?? {};
  expect((await kms.DescribeKey({ KeyId })).KeyMetadata).toMatchObject(spec);
  await expect(kms.CreateKey({ CustomerMasterKeySpec: 'RSA_2048' })).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
  });
});
