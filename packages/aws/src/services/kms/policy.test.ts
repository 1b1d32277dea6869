import { type NewRegion, newRegion } from '../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region[Symbol.asyncDispose]());

const policyFor = (Principal: object, Action = 'kms:*') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action, Resource: '*' }],
  });
const ofService = policyFor({ Service: 'sns.amazonaws.com' });
const ofAccount = policyFor({ AWS: '000000000000' });
const lockout = {
  code: 'MalformedPolicyDocumentException',
  message: 'The new key policy will not allow you to update the key policy in the future.',
};

test('a key is not made with a policy that shuts out who makes it, unless he insists', async () => {
  const kms = region.api('kms');
  await expect(kms.CreateKey({ Policy: ofService })).rejects.toMatchObject(lockout);
  await expect(
    kms.CreateKey({ Policy: policyFor({ AWS: '000000000000' }, 'kms:Decrypt') }),
  ).rejects.toMatchObject(lockout);
  await kms.CreateKey({ Policy: ofAccount });
  await kms.CreateKey({ Policy: ofService, BypassPolicyLockoutSafetyCheck: true });
});

test('nor is it given one later', async () => {
  const kms = region.api('kms');
  const { KeyMetadata: { KeyId } = {} } = await kms.CreateKey({});
  await expect(kms.PutKeyPolicy({ KeyId, Policy: ofService })).rejects.toMatchObject(lockout);
  await kms.PutKeyPolicy({ KeyId, Policy: ofService, BypassPolicyLockoutSafetyCheck: true });
});
