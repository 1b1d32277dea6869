import { AwsError } from '../../../core/aws-error';
import type { Call, WireRequest } from '../../../core/service';
import { currentObject } from '../bucket';
import type { Buckets } from '../buckets';
import { accessDenied, permanentRedirect } from '../errors';
import type { Address } from '../wire/address';
import { opensToEverybody } from './acl';
import { allowsAnonymous } from './bucket-policy';

const SOURCE_OWNER = 'x-amz-source-expected-bucket-owner';

/** What may be asked of a bucket whatever region it is in. */
const ANYWHERE: ReadonlySet<string> = new Set(['CreateBucket', 'GetBucketLocation']);
/** What policies and ACLs may open to unsigned requests, and the action that a policy knows it by. */
const OPEN_ACTIONS: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  ListObjects: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  HeadBucket: 's3:ListBucket',
};

/**
 * Lets a request through, or not: presigned ones expire, a bucket is the expected account's and is spoken to in its own
 * region, and unsigned requests do what policies and ACLs open to everybody.
 *
 * @throws AwsError `AccessDenied`, `PermanentRedirect`
 */
export function checkAccess(
  buckets: Buckets,
  name: string,
  address: Address,
  request: WireRequest,
  call: Call,
): void {
  const expiry = readExpiry(request);
  if (expiry !== undefined && isPast(expiry, buckets))
    throw new AwsError('AccessDenied', 'Request has expired', 403, {
      Expires: new Date(expiry).toISOString(),
    });
  const owners = [request.headers['x-amz-expected-bucket-owner'], request.headers[SOURCE_OWNER]];
  if (owners.some((owner) => owner !== undefined && owner !== call.accountId)) throw accessDenied();
  if (isSignedTheOldWay(request)) return;
  if (!call.principal.accessKeyId) {
    checkAnonymous(buckets, name, address);
    return;
  }
  const bucket = buckets.byName.get(address.bucket ?? '');
  if (bucket && bucket.region !== call.region && !ANYWHERE.has(name))
    throw permanentRedirect(bucket.name, bucket.region);
}

/** @throws AwsError `AccessDenied` when the bucket does not open this to everybody */
export function checkAnonymous(buckets: Buckets, name: string, { bucket: bucketName, key }: Address): void {
  const bucket = buckets.byName.get(bucketName ?? '');
  const action = OPEN_ACTIONS[name];
  if (!bucket || action === undefined) throw accessDenied();
  const mayList =
    allowsAnonymous(bucket, 's3:ListBucket') || opensToEverybody(bucket, bucket.configurations.acl);
  if (action === 's3:ListBucket') {
    if (!mayList) throw accessDenied();
    return;
  }
  const object = currentObject(bucket, key ?? '');
  // Who may not list is not told either that an object is missing.
  const open = object ? opensToEverybody(bucket, object.acl) : mayList;
  if (!open && !(allowsAnonymous(bucket, action, key) && (object || mayList))) throw accessDenied();
}

/** Who signs for later may go by the embedded AWS's clock (a function) or by the real one (a person): past for both. */
export function isPast(millis: number, { account }: Buckets): boolean {
  return millis < Date.now() && millis < account.clock.millis();
}

/** Until when a presigned URL holds, in milliseconds; undefined for other requests. */
function readExpiry({ query }: WireRequest): number | undefined {
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const seconds = Number(query.get('X-Amz-Expires'));
  if (signedAt && query.has('X-Amz-Expires')) {
    const [, year, month, day, hour, minute, second] = signedAt;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + seconds * 1000;
  }
  return query.has('Signature') && query.has('Expires') ? Number(query.get('Expires')) * 1000 : undefined;
}

/** Signature version 2, which S3 still takes in its oldest regions and older clients presign with. */
function isSignedTheOldWay({ query, headers }: WireRequest): boolean {
  return (
    (query.has('AWSAccessKeyId') && query.has('Signature')) ||
    /^AWS [^:]+:.+/.test(headers.authorization ?? '')
  );
}
