import { isDeepStrictEqual } from 'node:util';
import type { CreateGrantRequest, GrantListEntry, GrantOperation } from '@aws-sdk/client-kms';
import { readPolicy } from 'aws-languages/policy/document';
import { randomBytes, randomHex } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { checkDryRun } from '../dry-run';
import { disabled, invalidArn, invalidMarker, notFound, unsupported, validation } from '../errors';
import type { Grant } from '../grants';
import type { Key, KmsState, Op } from '../state';

/** What a symmetric key for encryption is good for. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations */
const OF_SYMMETRIC: readonly GrantOperation[] = [
  ...(['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey'] as const),
  ...(['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'] as const),
  ...(['GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo', 'RetireGrant'] as const),
];

/** A grant of a name that is asked for again is the one of before. */
export const CreateGrant: Op<'CreateGrant'> = (kms, input) => {
  const key = kms.getLiving(input.KeyId);
  if (!key.enabled) throw disabled(`${key.arn} is disabled.`);
  refuseUnsupported(input);
  const { GranteePrincipal: grantee = '', RetiringPrincipal: retiring, Operations = [] } = input;
  for (const principal of [grantee, retiring]) checkPrincipal(kms, principal);
  if (Operations.length === 0) throw validation('A grant must have at least one operation.');
  const other = Operations.find((one) => !OF_SYMMETRIC.includes(one));
  if (other) throw validation(`Operation ${other} is not valid for the key ${key.arn}.`);
  const asked = {
    ...{ name: input.Name, grantee, retiring, constraints: input.Constraints },
    operations: [...new Set(Operations)],
  };
  checkDryRun(input);
  const { id: GrantId, token: GrantToken } = findSame(key, asked) ?? addGrant(kms, key, asked);
  return { GrantId, GrantToken };
};

export const ListGrants: Op<'ListGrants'> = (kms, input) => {
  const key = kms.get(input.KeyId);
  const page = takePage(
    [...key.grants.values()].filter(
      ({ id, grantee }) =>
        (input.GrantId === undefined || input.GrantId === id) &&
        (input.GranteePrincipal === undefined || input.GranteePrincipal === grantee),
    ),
    {
      token: input.Marker,
      size: input.Limit ?? 50,
      idOf: ({ id }) => id,
      refuse: () => invalidMarker('The marker is not valid.'),
    },
  );
  const Grants = page.items.map((grant) => showGrant(kms, key, grant));
  return { Grants, NextMarker: page.next, Truncated: page.next !== undefined };
};

export const RevokeGrant: Op<'RevokeGrant'> = (kms, input) => {
  const { grants, arn } = kms.get(input.KeyId);
  const id = input.GrantId ?? '';
  if (!grants.has(id)) throw notFound(`Grant ${id} of ${arn} does not exist`);
  checkDryRun(input);
  grants.delete(id);
  return {};
};

type Asked = Omit<Grant, 'id' | 'token' | 'createdAt'>;

function findSame({ grants }: Key, asked: Asked): Grant | undefined {
  if (asked.name === undefined) return undefined;
  return [...grants.values()].find(({ id: _id, token: _token, createdAt: _at, ...one }) =>
    isDeepStrictEqual(one, asked),
  );
}

function addGrant(kms: KmsState, key: Key, asked: Asked): Grant {
  const token = randomBytes(48).toString('base64');
  const grant = { ...asked, id: randomHex(64), token, createdAt: kms.context.clock.now() };
  key.grants.set(grant.id, grant);
  return grant;
}

/** @throws AwsError InvalidArnException for a user or a role that is not there */
function checkPrincipal({ iam }: KmsState, principal: string | undefined): void {
  if (principal === undefined) return;
  const refused = () => invalidArn(`ARN does not refer to a valid principal: ${principal}`);
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:*', Resource: '*' };
  const policy = readPolicy({ Statement: statement }, { kind: 'resource', refuse: refused });
  if (principal === '*' || iam.findMissingPrincipal(policy) !== undefined) throw refused();
}

function refuseUnsupported({ GranteeServicePrincipal, RetiringServicePrincipal }: CreateGrantRequest): void {
  if (GranteeServicePrincipal ?? RetiringServicePrincipal)
    throw unsupported('Grants to services are not available here: AWS makes those itself.');
}

function showGrant({ context }: KmsState, { arn }: Key, grant: Grant): GrantListEntry {
  return {
    KeyId: arn,
    GrantId: grant.id,
    Name: grant.name,
    CreationDate: grant.createdAt,
    GranteePrincipal: grant.grantee,
    RetiringPrincipal: grant.retiring,
    IssuingAccount: `arn:aws:iam::${context.accountId}:root`,
    Operations: [...grant.operations],
    Constraints: grant.constraints,
  };
}
