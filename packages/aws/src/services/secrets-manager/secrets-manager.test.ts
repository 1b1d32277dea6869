import type { Filter } from '@aws-sdk/client-secrets-manager';
import { type Api, clientOf } from '../../core/client';
import { rootCall } from '../../testing/api';
import { addRole } from '../../testing/functions';
import { newRegion } from '../../testing/region';
import type { Client } from './state';

let secrets: Api<Client>;
let stop: () => Promise<void>;
beforeEach(async () => {
  const { aws } = await newRegion();
  stop = () => aws.stop();
  secrets = clientOf<Client>(aws.account.region('us-east-1').context, 'secrets-manager', () => rootCall());
});
afterEach(() => stop());

const make = async (SecretString = 'one') => {
  const { ARN = '' } = await secrets.CreateSecret({ Name: 'web/db', SecretString });
  return ARN;
};

test('a secret is read by its name, by its ARN, and by its ARN without the end', async () => {
  const arn = await make();
  expect(arn).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:web\/db-[a-z0-9]{6}$/);
  for (const SecretId of ['web/db', arn, arn.slice(0, -7)])
    expect(await secrets.GetSecretValue({ SecretId })).toMatchObject({
      ...{ ARN: arn, Name: 'web/db', SecretString: 'one', VersionStages: ['AWSCURRENT'] },
    });
});

test('a new value makes the old one the previous, and the one before that is gone', async () => {
  await make();
  const first = await secrets.GetSecretValue({ SecretId: 'web/db' });
  const second = await secrets.PutSecretValue({ SecretId: 'web/db', SecretString: 'two' });
  expect(second).toMatchObject({ Name: 'web/db', VersionStages: ['AWSCURRENT'] });
  const previous = await secrets.GetSecretValue({ SecretId: 'web/db', VersionStage: 'AWSPREVIOUS' });
  expect(previous).toMatchObject({ VersionId: first.VersionId, SecretString: 'one' });
  expect(await secrets.UpdateSecret({ SecretId: 'web/db', SecretString: 'three' })).toMatchObject({
    Name: 'web/db',
  });
  const { VersionId } = first;
  await expect(secrets.GetSecretValue({ SecretId: 'web/db', VersionId })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('a secret is described without its value', async () => {
  await secrets.CreateSecret({ Name: 'empty', Description: 'later' });
  const described = await secrets.DescribeSecret({ SecretId: 'empty' });
  expect(described).toMatchObject({ Name: 'empty', Description: 'later', VersionIdsToStages: undefined });
  const { VersionId = '' } = await secrets.PutSecretValue({ SecretId: 'empty', SecretString: 'x' });
  const after = await secrets.DescribeSecret({ SecretId: 'empty' });
  expect(after.VersionIdsToStages).toEqual({ [VersionId]: ['AWSCURRENT'] });
  await expect(secrets.GetSecretValue({ SecretId: 'none' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('a secret that was deleted is refused to readers until it is restored', async () => {
  await make();
  const { DeletionDate } = await secrets.DeleteSecret({ SecretId: 'web/db', RecoveryWindowInDays: 7 });
  expect(DeletionDate).toBeInstanceOf(Date);
  await expect(secrets.GetSecretValue({ SecretId: 'web/db' })).rejects.toMatchObject({
    code: 'InvalidRequestException',
  });
  expect((await secrets.DescribeSecret({ SecretId: 'web/db' })).DeletedDate).toEqual(DeletionDate);
  expect((await secrets.ListSecrets({})).SecretList).toEqual([]);
  expect(await secrets.RestoreSecret({ SecretId: 'web/db' })).toMatchObject({ Name: 'web/db' });
  expect(await secrets.GetSecretValue({ SecretId: 'web/db' })).toMatchObject({ SecretString: 'one' });
  const { SecretList } = await secrets.ListSecrets({});
  expect(SecretList).toEqual([expect.objectContaining({ Name: 'web/db' })]);
  await secrets.DeleteSecret({ SecretId: 'web/db', ForceDeleteWithoutRecovery: true });
  await expect(secrets.DescribeSecret({ SecretId: 'web/db' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('names are taken once, tags are given and taken', async () => {
  await make();
  await expect(make()).rejects.toMatchObject({ code: 'ResourceExistsException' });
  expect(await secrets.TagResource({ SecretId: 'web/db', Tags: [{ Key: 'a', Value: 'b' }] })).toEqual({});
  expect((await secrets.DescribeSecret({ SecretId: 'web/db' })).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
  expect(await secrets.UntagResource({ SecretId: 'web/db', TagKeys: ['a'] })).toEqual({});
  expect(await secrets.DescribeSecret({ SecretId: 'web/db' })).not.toHaveProperty('Tags');
});

test.each(['Inv Name', 'Inv *Name?', ' '])('%j could be the name of no secret', async (name) => {
  const refused = {
    code: 'ValidationException',
    message:
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  };
  const SecretId = name;
  for (const call of [
    secrets.CreateSecret({ Name: name, SecretString: 'x' }),
    secrets.DescribeSecret({ SecretId }),
    secrets.GetSecretValue({ SecretId }),
    secrets.PutSecretValue({ SecretId, SecretString: 'x' }),
    secrets.UntagResource({ SecretId, TagKeys: ['a'] }),
    secrets.DeleteSecret({ SecretId }),
  ])
    await expect(call).rejects.toMatchObject(refused);
});

test('a token stands for one value of a secret only', async () => {
  const ClientRequestToken = 'a'.repeat(32);
  const { ARN } = await secrets.CreateSecret({ Name: 'once', SecretString: 'x', ClientRequestToken });
  const refused = {
    code: 'ResourceExistsException',
    message: `You can't use ClientRequestToken ${ClientRequestToken} because that value is already in use for a version of secret ${ARN}.`,
  };
  const other = { SecretString: 'y', ClientRequestToken };
  for (const call of [
    secrets.CreateSecret({ Name: 'once', ...other }),
    secrets.PutSecretValue({ SecretId: 'once', ...other }),
    secrets.UpdateSecret({ SecretId: 'once', ...other }),
  ])
    await expect(call).rejects.toMatchObject(refused);
});

test('a secret that is refused is not there, and one that is made twice by its token is made once', async () => {
  const both = { SecretString: 'a', SecretBinary: Buffer.from('a') };
  await expect(secrets.CreateSecret({ Name: 'refused', ...both })).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
  await secrets.CreateSecret({ Name: 'refused', SecretString: 'a' });
  const token = { Name: 'twice', ClientRequestToken: 'b8a2f3d1-6a0e-4a3e-9a35-6fd0a2c1b7de' };
  const made = await secrets.CreateSecret({ ...token, SecretBinary: Buffer.from('one') });
  expect(await secrets.CreateSecret({ ...token, SecretBinary: Buffer.from('one') })).toEqual(made);
  await expect(secrets.CreateSecret({ ...token, SecretBinary: Buffer.from('two') })).rejects.toMatchObject({
    code: 'ResourceExistsException',
  });
});

test('a label moves from the version that has it to another', async () => {
  await make();
  const { VersionId: first } = await secrets.GetSecretValue({ SecretId: 'web/db' });
  const { VersionId: second } = await secrets.PutSecretValue({
    SecretId: 'web/db',
    SecretString: 'two',
    VersionStages: ['AWSPENDING'],
  });
  const move = (RemoveFromVersionId?: string, MoveToVersionId?: string) =>
    secrets.UpdateSecretVersionStage({
      SecretId: 'web/db',
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId,
      MoveToVersionId,
    });
  for (const [from, to] of [[undefined, second], [second, second], [first]] as const)
    await expect(move(from, to)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  await expect(move(first, 'f'.repeat(36))).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(await move(first, second)).toMatchObject({ Name: 'web/db' });
  const { Versions = [] } = await secrets.ListSecretVersionIds({ SecretId: 'web/db' });
  expect(Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages])).toEqual([
    [first, ['AWSPREVIOUS']],
    [second, ['AWSPENDING', 'AWSCURRENT']],
  ]);
  expect(await secrets.GetSecretValue({ SecretId: 'web/db' })).toMatchObject({ SecretString: 'two' });
});

test('a secret has no policy, which only readers of one that is there learn', async () => {
  const ARN = await make();
  expect(await secrets.GetResourcePolicy({ SecretId: ARN })).toEqual({ ARN, Name: 'web/db' });
  await expect(secrets.GetResourcePolicy({ SecretId: 'none' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('a random password has a character of each kind that is asked for, and none that is excluded', async () => {
  const { RandomPassword: usual = '' } = await secrets.GetRandomPassword({});
  expect(usual).toHaveLength(32);
  for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(usual).toMatch(kind);
  const { RandomPassword } = await secrets.GetRandomPassword({
    PasswordLength: 4,
    ExcludePunctuation: true,
    ExcludeUppercase: true,
    IncludeSpace: true,
    ExcludeCharacters: 'abcdefghijklm01234',
  });
  expect([...(RandomPassword ?? '')].sort().join('')).toMatch(/^ +[5-9]+[n-z]+$/);
  await expect(secrets.GetRandomPassword({ PasswordLength: 3 })).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
});

test('the name of a deleted secret is free when its window has passed', async () => {
  await make();
  await secrets.DeleteSecret({ SecretId: 'web/db' });
  await expect(make()).rejects.toMatchObject({
    code: 'InvalidRequestException',
    message:
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
  });
  await secrets.RestoreSecret({ SecretId: 'web/db' });
  await secrets.DeleteSecret({ SecretId: 'web/db', ForceDeleteWithoutRecovery: true });
  await make();
});

test('a list holds the secrets that all of its filters find', async () => {
  const Tags = [{ Key: 'team', Value: 'web' }];
  await secrets.CreateSecret({ Name: 'web/db', Description: 'Password of the shop', Tags });
  await secrets.CreateSecret({ Name: 'web/mail' });
  await secrets.CreateSecret({ Name: 'ops', Description: 'credsDatabase892' });
  const find = async (...filters: [key: string, ...values: string[]][]) => {
    const Filters = filters.map(([Key, ...Values]) => ({ Key, Values }) as Filter);
    return (await secrets.ListSecrets({ Filters })).SecretList?.map(({ Name }) => Name);
  };
  expect(await find(['name', 'web/'])).toEqual(['web/db', 'web/mail']);
  expect(await find(['name', 'Web'])).toEqual([]);
  expect(await find(['name', 'ops', 'web/m'])).toEqual(['web/mail', 'ops']);
  expect(await find(['name', 'web/', '!web/m'])).toEqual(['web/db']);
  expect(await find(['name', '!web'])).toEqual(['ops']);
  expect(await find(['tag-key', 'te'], ['tag-value', 'web'])).toEqual(['web/db']);
  expect(await find(['tag-key', 'te'], ['tag-value', 'mail'])).toEqual([]);
  expect(await find(['description', 'SHOP password'])).toEqual(['web/db']);
  expect(await find(['all', 'database mail'])).toEqual(['web/mail', 'ops']);
  expect(await find(['primary-region', 'us'])).toEqual([]);
  await expect(secrets.ListSecrets({ Filters: [{ Key: 'name' }] })).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
});

test('the policy of a secret lets in whom it names, until it is gone', async () => {
  await using region = await newRegion();
  const aws = region.api('secrets-manager');
  const role = await addRole(region, 'reader', ['lambda.amazonaws.com'], ['iam:GetRole']);
  const principal = region.state('iam').principalOf(region.state('iam').issue(role, 'session').accessKeyId);
  const reader = region.apiAs('secrets-manager', { ...rootCall(), principal });
  const { ARN, Name } = await aws.CreateSecret({ Name: 'web/db', SecretString: 'one' });
  const read = () => reader.GetSecretValue({ SecretId: 'web/db' });
  const policyFor = (AWS: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      },
    });
  await expect(read()).rejects.toMatchObject({ code: 'AccessDeniedException' });
  const put = (ResourcePolicy: string, BlockPublicPolicy = false) =>
    aws.PutResourcePolicy({ SecretId: 'web/db', ResourcePolicy, BlockPublicPolicy });
  const malformed = { code: 'MalformedPolicyDocumentException' };
  await expect(put('{}')).rejects.toMatchObject(malformed);
  await expect(put(policyFor(`${role}2`))).rejects.toMatchObject(malformed);
  await expect(put(policyFor('*'), true)).rejects.toMatchObject({ code: 'PublicPolicyException' });
  expect(await aws.GetResourcePolicy({ SecretId: 'web/db' })).toEqual({ ARN, Name });
  expect(await put(policyFor(role))).toEqual({ ARN, Name });
  expect(await read()).toMatchObject({ SecretString: 'one' });
  const ResourcePolicy = policyFor(role);
  expect(await aws.GetResourcePolicy({ SecretId: 'web/db' })).toEqual({ ARN, Name, ResourcePolicy });
  expect(await aws.DeleteResourcePolicy({ SecretId: 'web/db' })).toEqual({ ARN, Name });
  await expect(read()).rejects.toMatchObject({ code: 'AccessDeniedException' });
});
