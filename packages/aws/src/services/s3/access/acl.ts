import type { AccessControlPolicy, Grant, Grantee } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import type { Bucket, ObjectVersion } from '../bucket';
import { accessDenied, invalidArgument } from '../errors';
import { ownerOf } from './owner';

/** The members with which requests give an ACL: a canned one, a document, or grants in headers. */
export interface GivenAcl {
  readonly ACL?: string;
  readonly AccessControlPolicy?: AccessControlPolicy;
  readonly GrantFullControl?: string;
  readonly GrantRead?: string;
  readonly GrantReadACP?: string;
  readonly GrantWrite?: string;
  readonly GrantWriteACP?: string;
}

const GROUPS = 'http://acs.amazonaws.com/groups/';
const EVERYBODY = `${GROUPS}global/AllUsers`;
const ANY_ACCOUNT = `${GROUPS}global/AuthenticatedUsers`;
const LOG_DELIVERY = `${GROUPS}s3/LogDelivery`;

/** What canned ACLs grant beside full control for the owner, as group and permission. */
const CANNED: Readonly<Record<string, readonly (readonly [string, Grant['Permission']])[]>> = {
  private: [],
  'public-read': [[EVERYBODY, 'READ']],
  'public-read-write': [
    [EVERYBODY, 'READ'],
    [EVERYBODY, 'WRITE'],
  ],
  'authenticated-read': [[ANY_ACCOUNT, 'READ']],
  'aws-exec-read': [],
  'bucket-owner-read': [],
  'bucket-owner-full-control': [],
  'log-delivery-write': [
    [LOG_DELIVERY, 'WRITE'],
    [LOG_DELIVERY, 'READ_ACP'],
  ],
};

/** The ACL of what was given none. */
export function privateGrants(accountId: string): Grant[] {
  return [{ Grantee: { ...ownerOf(accountId), Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }];
}

/** Whether the bucket has ACLs switched off, as new ones have. */
function hasAclsOff(bucket: Bucket): boolean {
  const rules = bucket.settings.ownershipControls?.Rules ?? [];
  return rules.some((rule) => rule.ObjectOwnership === 'BucketOwnerEnforced');
}

/**
 * The grants that a request gives; undefined when it gives none.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 *
 * @throws AwsError `AccessControlListNotSupported`, `AccessDenied` where public ACLs are blocked, `InvalidArgument`
 */
export function readAcl(bucket: Bucket, given: GivenAcl, accountId: string): Grant[] | undefined {
  const grants = grantsOf(given, accountId);
  if (!grants) return undefined;
  if (hasAclsOff(bucket)) {
    if (given.ACL === 'bucket-owner-full-control') return undefined;
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (bucket.settings.publicAccessBlock?.BlockPublicAcls && isPublicAcl(grants)) throw accessDenied();
  return grants;
}

/** The grants that a request gives, whatever the bucket makes of them. @throws AwsError `InvalidArgument` */
export function grantsOf(given: GivenAcl, accountId: string): Grant[] | undefined {
  if (given.ACL !== undefined) {
    const canned = Object.hasOwn(CANNED, given.ACL) ? CANNED[given.ACL] : undefined;
    if (!canned) throw invalidArgument('Argument is invalid', 'x-amz-acl', given.ACL);
    const more = canned.map(([URI, Permission]): Grant => ({ Grantee: { Type: 'Group', URI }, Permission }));
    return [...privateGrants(accountId), ...more];
  }
  if (given.AccessControlPolicy) return [...(given.AccessControlPolicy.Grants ?? [])];
  const headers = [
    ['FULL_CONTROL', given.GrantFullControl],
    ['READ', given.GrantRead],
    ['READ_ACP', given.GrantReadACP],
    ['WRITE', given.GrantWrite],
    ['WRITE_ACP', given.GrantWriteACP],
  ] as const;
  const grants = headers.flatMap(([Permission, text]) =>
    readGrantees(text).map((Grantee): Grant => ({ Grantee, Permission })),
  );
  return grants.length > 0 ? grants : undefined;
}

/** `id="…", uri="…"` of the `x-amz-grant-…` headers. */
function readGrantees(text: string | undefined): Grantee[] {
  return (text ?? '').split(',').flatMap((part): Grantee[] => {
    const [, kind = '', value = ''] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(part) ?? [];
    if (kind === 'uri') return [{ Type: 'Group', URI: value }];
    if (kind === 'id') return [{ Type: 'CanonicalUser', ID: value }];
    return kind === 'emailAddress' ? [{ Type: 'AmazonCustomerByEmail', EmailAddress: value }] : [];
  });
}

export function isPublicAcl(grants: readonly Grant[]): boolean {
  return grants.some(({ Grantee }) => Grantee?.URI === EVERYBODY || Grantee?.URI === ANY_ACCOUNT);
}

/** Whether anybody may read by the ACL of the object, or list by the ACL of the bucket. */
export function opensToEverybody(bucket: Bucket, grants: ObjectVersion['acl']): boolean {
  if (hasAclsOff(bucket) || bucket.settings.publicAccessBlock?.IgnorePublicAcls) return false;
  return (grants ?? []).some(
    ({ Grantee, Permission }) =>
      Grantee?.URI === EVERYBODY && (Permission === 'READ' || Permission === 'FULL_CONTROL'),
  );
}
