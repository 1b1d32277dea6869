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

test('a key that is not there is named by its ARN, and what is no id is called so', async () => {
  const describe = (KeyId: string) => region.api('kms').DescribeKey({ KeyId });
  const id = '12345678-1234-1234-1234-123456789012';
  const arn = `arn:aws:kms:us-east-1:000000000000:key/${id}`;
  for (const KeyId of [id, arn]) await expect(describe(KeyId)).rejects.toThrow(`Key '${arn}' does not exist`);
  const refused = { code: 'NotFoundException', message: "Invalid keyId 'web'" };
  await expect(describe('web')).rejects.toMatchObject(refused);
  await expect(describe('alias/web')).rejects.toThrow(
    'Alias arn:aws:kms:us-east-1:000000000000:alias/web is not found.',
  );
});

test('the policies of a key are one, of a key that is there', async () => {
  const kms = region.api('kms');
  const { KeyId } = (await kms.CreateKey({})).KeyMetadata ?? {};
  expect(await kms.ListKeyPolicies({ KeyId })).toEqual({ PolicyNames: ['default'], Truncated: false });
  await expect(kms.ListKeyPolicies({ KeyId: 'alias/none' })).rejects.toMatchObject({
    code: 'NotFoundException',
  });
});
