import type { Call } from '../../../core/service';
import { rootCall } from '../../../testing/api';
import { type NewRegion, newRegion } from '../../../testing/region';
import { assumeRole } from '../../../testing/role-session';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region[Symbol.asyncDispose]());

const kms = () => region.api('kms');
const makeKey = async () => (await kms().CreateKey({})).KeyMetadata?.Arn ?? '';
const grantee = 'arn:aws:iam::000000000000:role/reader';
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

/** A role that has no policies. */
async function asReader(): Promise<Call> {
  const trust = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' };
  await region.api('iam').CreateRole({
    ...{ RoleName: 'reader' },
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
  });
  const { Credentials } = await assumeRole(region, { RoleArn: grantee, RoleSessionName: 'session' });
  const principal = region.state('iam').principalOf(Credentials?.AccessKeyId ?? '');
  return { ...rootCall(), principal };
}

test('whom a key is granted to may do that with it, in its context, until the grant is revoked', async () => {
  const KeyId = await makeKey();
  const reader = region.apiAs('kms', await asReader());
  const EncryptionContext = { for: 'web' };
  const read = async (context = EncryptionContext) => {
    const { CiphertextBlob } = await kms().Encrypt({
      ...{ KeyId, Plaintext: Buffer.from('a'), EncryptionContext: context },
    });
    return codeOf(reader.Decrypt({ CiphertextBlob, EncryptionContext: context }));
  };
  expect(await read()).toBe('AccessDeniedException');
  const { GrantId = '' } = await kms().CreateGrant({
    ...{ KeyId, GranteePrincipal: grantee, Operations: ['Decrypt', 'DescribeKey'] },
    Constraints: { EncryptionContextSubset: EncryptionContext },
  });
  expect(await read()).toBe('none');
  expect(await read({ for: 'api' })).toBe('AccessDeniedException');
  expect(await codeOf(reader.Encrypt({ KeyId, Plaintext: Buffer.from('a'), EncryptionContext }))).toBe(
    'AccessDeniedException',
  );
  await kms().RevokeGrant({ KeyId, GrantId });
  expect(await read()).toBe('AccessDeniedException');
  expect(await codeOf(kms().RevokeGrant({ KeyId, GrantId }))).toBe('NotFoundException');
});

test('the grants of a key are listed, and one of a name is made once', async () => {
  const KeyId = await makeKey();
  await asReader();
  const input = { KeyId, Name: 'reading', GranteePrincipal: grantee, Operations: ['Decrypt' as const] };
  const made = await kms().CreateGrant(input);
  expect(made).toEqual({
    GrantId: expect.stringMatching(/^[0-9a-f]{64}$/),
    GrantToken: expect.stringMatching(/^[\w+/=]+$/),
  });
  expect(await kms().CreateGrant(input)).toEqual(made);
  await kms().CreateGrant({ ...input, Operations: ['Encrypt'] });
  const { Grants = [] } = await kms().ListGrants({ KeyId, GrantId: made.GrantId });
  expect(Grants).toEqual([
    {
      ...{ KeyId, GrantId: made.GrantId, Name: 'reading', CreationDate: expect.any(Date) },
      ...{ GranteePrincipal: grantee, RetiringPrincipal: undefined, Constraints: undefined },
      ...{ IssuingAccount: 'arn:aws:iam::000000000000:root', Operations: ['Decrypt'] },
    },
  ]);
  const first = await kms().ListGrants({ KeyId, Limit: 1 });
  expect(first).toMatchObject({ Grants: [{}], Truncated: true });
  const rest = await kms().ListGrants({ KeyId, Marker: first.NextMarker });
  expect(rest).toMatchObject({ Grants: [{}], Truncated: false });
  expect(await codeOf(kms().ListGrants({ KeyId: 'alias/nobody' }))).toBe('NotFoundException');
});

test('a grant to nobody, or of what the key is not for, is refused', async () => {
  const KeyId = await makeKey();
  await asReader();
  const grant = (input: object) =>
    codeOf(kms().CreateGrant({ KeyId, GranteePrincipal: grantee, Operations: ['Decrypt'], ...input }));
  expect(await grant({ GranteePrincipal: 'arn:aws:iam::000000000000:role/nobody' })).toBe(
    'InvalidArnException',
  );
  expect(await grant({ GranteePrincipal: 'nobody' })).toBe('InvalidArnException');
  expect(await grant({ Operations: ['Sign'] })).toBe('ValidationException');
  await kms().DisableKey({ KeyId });
  expect(await grant({})).toBe('DisabledException');
});
