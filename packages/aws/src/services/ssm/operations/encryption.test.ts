import { type NewRegion, newRegion } from '../../../testing/region';
import { addUser as addTo } from '../../../testing/users';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region[Symbol.asyncDispose]());

/** A user with no rights yet, and how to give it some. */
async function addUser(name: string) {
  const { may, call } = await addTo(region, name);
  return { may, ssm: region.apiAs('ssm', call) };
}

test('a secret parameter is decrypted with the rights of who reads it, where its key is the account’s own', async () => {
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  const put = (Name: string, KeyId?: string) =>
    region.api('ssm').PutParameter({ Name, Type: 'SecureString', Value: 'secret', KeyId });
  await put('/own', KeyMetadata?.Arn);
  await put('/managed');
  const { may, ssm: reader } = await addUser('reader');
  await may('ssm:GetParameter*');
  const read = (Name: string) => reader.GetParameter({ Name, WithDecryption: true });
  expect((await read('/managed')).Parameter?.Value).toBe('secret');
  expect((await reader.GetParameter({ Name: '/own' })).Parameter?.Value).not.toBe('secret');
  await expect(read('/own')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await expect(reader.GetParameterHistory({ Name: '/own', WithDecryption: true })).rejects.toMatchObject({
    code: 'AccessDeniedException',
  });
  const PARAMETER_ARN = 'kms:EncryptionContext:PARAMETER_ARN';
  await may('kms:Decrypt', {
    StringEquals: { [PARAMETER_ARN]: 'arn:aws:ssm:us-east-1:000000000000:parameter/own' },
  });
  expect((await read('/own')).Parameter?.Value).toBe('secret');
  await put('/other', KeyMetadata?.Arn);
  await expect(read('/other')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await region.api('kms').DisableKey({ KeyId: KeyMetadata?.KeyId });
  await expect(read('/own')).rejects.toMatchObject({
    code: 'InvalidKeyId',
    message: `${KeyMetadata?.Arn} is disabled.`,
  });
});

test.each([
  ['Standard', 'Encrypt'],
  ['Advanced', 'GenerateDataKey'],
] as const)(
  'a secret parameter of the tier %s is written by whoever may call %s with its key',
  async (Tier, action) => {
    const { KeyMetadata } = await region.api('kms').CreateKey({});
    const { may, ssm: writer } = await addUser('writer');
    await may('ssm:PutParameter');
    const put = (KeyId?: string) =>
      writer.PutParameter({
        Name: '/s',
        Type: 'SecureString',
        Value: 'secret',
        Tier,
        KeyId,
        Overwrite: true,
      });
    await put();
    await expect(put(KeyMetadata?.Arn)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(
        `is not authorized to perform: kms:${action} on resource: ${KeyMetadata?.Arn}`,
      ),
    });
    expect((await region.api('ssm').GetParameter({ Name: '/s' })).Parameter?.Version).toBe(1);
    await may(`kms:${action}`, { StringEquals: { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' } });
    expect((await put(KeyMetadata?.Arn)).Version).toBe(2);
  },
);

test('a secret parameter is not written with a key that is not there, or may not be used', async () => {
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  await region.api('kms').DisableKey({ KeyId: KeyMetadata?.KeyId });
  const put = (KeyId?: string) =>
    region.api('ssm').PutParameter({ Name: '/s', Type: 'SecureString', Value: 'secret', KeyId });
  await expect(put('alias/ghost')).rejects.toMatchObject({
    code: 'InvalidKeyId',
    message: 'Alias arn:aws:kms:us-east-1:000000000000:alias/ghost is not found.',
  });
  await expect(put(KeyMetadata?.KeyId)).rejects.toMatchObject({ code: 'InvalidKeyId' });
});

test.each([
  [{ kind: 'lost' }, { code: 'InternalServerError', status: 500 }],
  [
    { code: 'KMSInternalException', status: 500 },
    { code: 'InternalServerError', status: 500 },
  ],
  [{ code: 'ThrottlingException' }, { code: 'ThrottlingException', status: 400 }],
] as const)('what KMS could not do at the moment is no fault of the key: %j', async (fault, refusal) => {
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  const put = () =>
    region
      .api('ssm')
      .PutParameter({ Name: '/s', Type: 'SecureString', Value: 'secret', KeyId: KeyMetadata?.KeyId });
  await region.aws.faults.add({ service: 'kms', operation: 'Encrypt', ...fault });
  await expect(put()).rejects.toMatchObject(refusal);
  await put();
});
