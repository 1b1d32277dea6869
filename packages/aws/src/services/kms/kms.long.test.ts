import { type Api, clientOf } from '../../core/client';
import type { Context } from '../../core/context';
import { serviceCall } from '../../core/service-call';
import { rootCall } from '../../testing/api';
import { newRegion } from '../../testing/region';
import { cloudFormationOf } from '../cloudformation/testing';
import type { Client } from './state';

let region: Awaited<ReturnType<typeof newRegion>>;
let context: Context;
let kms: Api<Client>;
beforeEach(async () => {
  region = await newRegion({ timeScale: 10_000 });
  context = region.aws.account.region('us-east-1').context;
  kms = clientOf<Client>(context, 'kms', () => rootCall());
});
afterEach(() => region.aws.stop());

const makeKey = async (input: object = {}) => (await kms.CreateKey(input)).KeyMetadata?.KeyId ?? '';
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

/** A policy that lets services use a key, beside the account. */
const policyFor = (...services: string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::000000000000:root' },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { Service: services },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
      },
    ],
  });

test('what a key encrypts it decrypts again, in the same context only', async () => {
  const KeyId = await makeKey();
  const EncryptionContext = { for: 'web' };
  const sealed = await kms.Encrypt({ KeyId, Plaintext: Buffer.from('hunter2'), EncryptionContext });
  const { CiphertextBlob } = sealed;
  expect(Buffer.from(CiphertextBlob ?? []).toString('latin1')).not.toContain('hunter2');
  const opened = await kms.Decrypt({ CiphertextBlob, EncryptionContext });
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('hunter2');
  expect(await codeOf(kms.Decrypt({ CiphertextBlob }))).toBe('InvalidCiphertextException');
  expect(await codeOf(kms.Decrypt({ CiphertextBlob: Buffer.from('nothing') }))).toBe(
    'InvalidCiphertextException',
  );
});

test('a data key comes in the clear and encrypted', async () => {
  const KeyId = await makeKey();
  const { Plaintext = new Uint8Array(), CiphertextBlob } = await kms.GenerateDataKey({
    KeyId,
    KeySpec: 'AES_256',
  });
  expect(Plaintext).toHaveLength(32);
  const opened = await kms.Decrypt({ CiphertextBlob });
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext));
  expect(await codeOf(kms.GenerateDataKey({ KeyId }))).toBe('ValidationException');
});

test('a key is described, disabled and enabled, rotated, and tagged', async () => {
  const KeyId = await makeKey({ Description: 'one', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
  const { KeyMetadata } = await kms.DescribeKey({ KeyId });
  expect(KeyMetadata).toMatchObject({ Description: 'one', KeyState: 'Enabled', KeyManager: 'CUSTOMER' });
  expect((await kms.ListKeys({})).Keys).toEqual([{ KeyId, KeyArn: KeyMetadata?.Arn }]);
  expect(await kms.UpdateKeyDescription({ KeyId, Description: 'two' })).toEqual({});
  expect(await kms.DisableKey({ KeyId })).toEqual({});
  expect(await codeOf(kms.GenerateDataKey({ KeyId, KeySpec: 'AES_256' }))).toBe('DisabledException');
  expect(await kms.EnableKey({ KeyId })).toEqual({});
  expect((await kms.DescribeKey({ KeyId })).KeyMetadata).toMatchObject({ Description: 'two', Enabled: true });
  expect(await kms.EnableKeyRotation({ KeyId })).toEqual({});
  expect(await kms.GetKeyRotationStatus({ KeyId })).toMatchObject({ KeyRotationEnabled: true });
  expect(await kms.DisableKeyRotation({ KeyId })).toEqual({});
  expect(await kms.TagResource({ KeyId, Tags: [{ TagKey: 'c', TagValue: 'd' }] })).toEqual({});
  expect(await kms.UntagResource({ KeyId, TagKeys: ['a'] })).toEqual({});
  expect((await kms.ListResourceTags({ KeyId })).Tags).toEqual([{ TagKey: 'c', TagValue: 'd' }]);
});

test('a key whose deletion was asked for is refused, and had back disabled', async () => {
  const KeyId = await makeKey();
  const asked = await kms.ScheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
  expect(asked).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
  expect(await codeOf(kms.Encrypt({ KeyId, Plaintext: Buffer.from('a') }))).toBe('KMSInvalidStateException');
  expect(await kms.CancelKeyDeletion({ KeyId })).toMatchObject({ KeyId: expect.stringContaining(KeyId) });
  expect((await kms.DescribeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Disabled');
});

test('an alias is another name of a key, and can be moved', async () => {
  const [first, second] = [await makeKey(), await makeKey()];
  const AliasName = 'alias/web';
  expect(await kms.CreateAlias({ AliasName, TargetKeyId: first })).toEqual({});
  expect(await codeOf(kms.CreateAlias({ AliasName, TargetKeyId: first }))).toBe('AlreadyExistsException');
  expect((await kms.DescribeKey({ KeyId: AliasName })).KeyMetadata?.KeyId).toBe(first);
  expect(await kms.UpdateAlias({ AliasName, TargetKeyId: second })).toEqual({});
  expect((await kms.ListAliases({ KeyId: second })).Aliases).toMatchObject([
    { AliasName, TargetKeyId: second },
  ]);
  expect(await kms.DeleteAlias({ AliasName })).toEqual({});
  expect(await codeOf(kms.DescribeKey({ KeyId: AliasName }))).toBe('NotFoundException');
  expect(await codeOf(kms.CreateAlias({ AliasName: 'alias/aws/web', TargetKeyId: first }))).toBe(
    'InvalidAliasNameException',
  );
});

test('a policy is kept as it was given, and refused when IAM would not take it', async () => {
  const KeyId = await makeKey();
  const Policy = policyFor('cloudwatch.amazonaws.com');
  expect(await kms.PutKeyPolicy({ KeyId, Policy })).toEqual({});
  expect(await kms.GetKeyPolicy({ KeyId })).toEqual({ Policy, PolicyName: 'default' });
  expect(await kms.ListKeyPolicies({ KeyId })).toEqual({ PolicyNames: ['default'], Truncated: false });
  expect(await codeOf(kms.PutKeyPolicy({ KeyId, Policy: '{"Statement": "x"}' }))).toBe(
    'MalformedPolicyDocumentException',
  );
});

describe('a topic that is encrypted', () => {
  const publishAs = (service?: string) => {
    const call = () => (service ? serviceCall(context, service) : rootCall());
    return clientOf<typeof import('@aws-sdk/client-sns')>(context, 'sns', call);
  };
  const makeTopic = async (KmsMasterKeyId: string) => {
    const { TopicArn } = await publishAs().CreateTopic({ Name: 'told', Attributes: { KmsMasterKeyId } });
    return { TopicArn, Message: 'hello' };
  };

  test('takes what the account publishes, with its own key and with that of AWS', async () => {
    const own = await makeTopic(await makeKey());
    expect(await publishAs().Publish(own)).toMatchObject({ MessageId: expect.any(String) });
    await publishAs().SetTopicAttributes({
      ...{ TopicArn: own.TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue: 'alias/aws/sns' },
    });
    expect(await publishAs().Publish(own)).toMatchObject({ MessageId: expect.any(String) });
  });

  test.each([
    ['a key whose policy lets it', () => makeKey({ Policy: policyFor('cloudwatch.amazonaws.com') }), 'none'],
    [
      'a key whose policy lets another service',
      () => makeKey({ Policy: policyFor('events.amazonaws.com') }),
      'KMSAccessDenied',
    ],
    ['a key with the default policy', () => makeKey(), 'KMSAccessDenied'],
    ["AWS's own key for SNS", async () => 'alias/aws/sns', 'KMSAccessDenied'],
  ])('is told of an alarm with %s', async (_what, make, code) => {
    const message = await makeTopic(await make());
    expect(await codeOf(publishAs('cloudwatch').Publish(message))).toBe(code);
  });

  test('refuses what is published while its key is disabled, or is none', async () => {
    const KeyId = await makeKey();
    const message = await makeTopic(KeyId);
    await kms.DisableKey({ KeyId });
    expect(await codeOf(publishAs().Publish(message))).toBe('KMSDisabled');
    await kms.ScheduleKeyDeletion({ KeyId });
    expect(await codeOf(publishAs().Publish(message))).toBe('KMSInvalidState');
    await publishAs().SetTopicAttributes({
      ...{ TopicArn: message.TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue: 'alias/none' },
    });
    expect(await codeOf(publishAs().Publish(message))).toBe('KMSNotFound');
  });
});

test('a stack makes a key with its policy and alias, changes it, and lets it wait for its end', async () => {
  const cfn = cloudFormationOf(region);
  const template = (description: string, more = '') => `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: ${description}
      PendingWindowInDays: 7
      KeyPolicy: ${policyFor('cloudwatch.amazonaws.com')}${more}
  Name: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/told, TargetKeyId: !GetAtt Key.Arn } }
Outputs: { Arn: { Value: !GetAtt Key.Arn } }`;
  await cfn.create('s', template('one', '\n      EnableKeyRotation: true'));
  expect((await cfn.state('s')).status).toBe('CREATE_COMPLETE');
  const KeyId = 'alias/told';
  const { KeyMetadata } = await kms.DescribeKey({ KeyId });
  expect(KeyMetadata).toMatchObject({ Description: 'one' });
  expect((await kms.GetKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(true);
  await cfn.update('s', template('two'));
  expect((await kms.DescribeKey({ KeyId })).KeyMetadata).toMatchObject({ Description: 'two' });
  expect((await kms.GetKeyRotationStatus({ KeyId })).KeyRotationEnabled).toBe(false);
  const { StackId } = (await cfn.describe('s')) ?? {};
  await cfn.aws.DeleteStack({ StackName: 's' });
  await cfn.settled(StackId);
  expect((await kms.DescribeKey({ KeyId: KeyMetadata?.KeyId })).KeyMetadata?.KeyState).toBe(
    'PendingDeletion',
  );
});
