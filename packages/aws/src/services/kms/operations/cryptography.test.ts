import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const makeKey = async () => (await region.api('kms').CreateKey({})).KeyMetadata?.Arn ?? '';

test('what is encrypted is encrypted by another key, in another context', async () => {
  const kms = region.api('kms');
  const [from, to] = [await makeKey(), await makeKey()];
  const sealed = await kms.Encrypt({
    KeyId: from,
    Plaintext: Buffer.from('a'),
    EncryptionContext: { for: 'x' },
  });
  const { CiphertextBlob } = sealed;
  const move = (purpose: string) =>
    kms.ReEncrypt({
      CiphertextBlob,
      SourceEncryptionContext: { for: purpose },
      DestinationKeyId: to,
      DestinationEncryptionContext: { for: 'y' },
    });
  await expect(move('z')).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
  const moved = await move('x');
  expect(moved).toMatchObject({ SourceKeyId: from, KeyId: to });
  const opened = await kms.Decrypt({
    CiphertextBlob: moved.CiphertextBlob,
    KeyId: to,
    EncryptionContext: { for: 'y' },
  });
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('a');
});

test('random bytes are as many as were asked for', async () => {
  const { Plaintext } = await region.api('kms').GenerateRandom({ NumberOfBytes: 24 });
  expect(Plaintext).toHaveLength(24);
  await expect(region.api('kms').GenerateRandom({})).rejects.toMatchObject({ code: 'ValidationException' });
});

test('a dry run says what would be, and does nothing', async () => {
  const kms = region.api('kms');
  const KeyId = await makeKey();
  const dry = { code: 'DryRunOperationException' };
  await expect(kms.Encrypt({ KeyId, Plaintext: Buffer.from('a'), DryRun: true })).rejects.toMatchObject(dry);
  await expect(kms.GenerateDataKey({ KeyId, KeySpec: 'AES_256', DryRun: true })).rejects.toMatchObject(dry);
  const grant = {
    GranteePrincipal: 'arn:aws:iam::000000000000:root',
    Operations: ['Decrypt' as const],
  };
  await expect(kms.CreateGrant({ KeyId, ...grant, DryRun: true })).rejects.toMatchObject(dry);
  const { GrantId } = await kms.CreateGrant({ KeyId, ...grant });
  await expect(kms.RevokeGrant({ KeyId, GrantId, DryRun: true })).rejects.toMatchObject(dry);
  expect((await kms.ListGrants({ KeyId })).Grants).toHaveLength(1);
  const blob = { CiphertextBlob: Buffer.from('nothing'), DryRun: true };
  await expect(kms.Decrypt(blob)).rejects.toMatchObject({ code: 'InvalidCiphertextException' });
});
