import { rootCall } from '../../../testing/api';
import { newRegion } from '../../../testing/region';

test('a secret parameter is decrypted with the rights of who reads it, where its key is the account’s own', async () => {
  await using region = await newRegion();
  const { KeyMetadata } = await region.api('kms').CreateKey({});
  const put = (Name: string, KeyId?: string) =>
    region.api('ssm').PutParameter({ Name, Type: 'SecureString', Value: 'secret', KeyId });
  await put('/own', KeyMetadata?.Arn);
  await put('/managed');
  const may = (Action: string) =>
    region.api('iam').PutUserPolicy({
      ...{ UserName: 'reader', PolicyName: Action.replace(':', '-') },
      PolicyDocument: JSON.stringify({
        ...{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } },
      }),
    });
  await region.api('iam').CreateUser({ UserName: 'reader' });
  await may('ssm:GetParameter');
  const { AccessKey } = await region.api('iam').CreateAccessKey({ UserName: 'reader' });
  const principal = region.state('iam').principalOf(AccessKey?.AccessKeyId ?? '');
  const reader = region.apiAs('ssm', { ...rootCall(), principal });
  const read = (Name: string) => reader.GetParameter({ Name, WithDecryption: true });
  expect((await read('/managed')).Parameter?.Value).toBe('secret');
  expect((await reader.GetParameter({ Name: '/own' })).Parameter?.Value).not.toBe('secret');
  await expect(read('/own')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await may('kms:Decrypt');
  expect((await read('/own')).Parameter?.Value).toBe('secret');
});
