import type { Call } from '../../../core/service';
import { type Bucket, currentObject } from '../bucket';
import { accessDenied } from '../errors';
import type { S3State } from '../state';
import { opensToEverybody } from './acl';
import { type AnonymousRequest, allowsAnonymous } from './bucket-policy';

/** What an operation is on, as its input says it. */
export interface Target {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly Prefix?: string;
  readonly ExpectedBucketOwner?: string;
  readonly ExpectedSourceBucketOwner?: string;
}

/** What policies and ACLs may open to unsigned requests, and the action that a policy knows it by. */
const OPEN_ACTIONS: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  ListObjects: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  HeadBucket: 's3:ListBucket',
};

/**
 * Lets a caller do something, or not: a bucket must be the account's that is expected, and who has not signed may do what policies and ACLs
 * open to everybody. This is all of S3's permission, in one place.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
 *
 * @param operation AWS's name
 * @throws AwsError `AccessDenied`
 */
export function authorize(s3: S3State, operation: string, target: Target, call: Call): void {
  const owners = [target.ExpectedBucketOwner, target.ExpectedSourceBucketOwner];
  if (owners.some((owner) => owner !== undefined && owner !== call.accountId)) throw accessDenied();
  if (call.principal.accessKeyId) return;
  const action = OPEN_ACTIONS[operation];
  const bucket = s3.buckets.get(target.Bucket ?? '');
  if (!bucket || action === undefined) throw accessDenied();
  const about = {
    prefix: target.Prefix,
    referer: call.request?.headers.referer,
    userAgent: call.request?.headers['user-agent'],
    // The API is HTTPS on AWS; the endpoints of websites never are.
    isSecure: !/\.s3-website[.-]/.test(call.request?.host ?? ''),
  };
  const isAllowed =
    action === 's3:ListBucket'
      ? mayList(s3, bucket, about)
      : mayRead(s3, bucket, { ...about, action, key: target.Key ?? '' });
  if (!isAllowed) throw accessDenied();
}

function mayList(s3: S3State, bucket: Bucket, about: Omit<AnonymousRequest, 'action' | 'key'>): boolean {
  return (
    opensToEverybody(bucket, bucket.settings.acl) ||
    allowsAnonymous(s3, bucket, { ...about, action: 's3:ListBucket' })
  );
}

/** Who may not list is not told either that an object is missing. */
function mayRead(s3: S3State, bucket: Bucket, request: AnonymousRequest & { readonly key: string }): boolean {
  const object = currentObject(bucket, request.key);
  const { key: _key, ...about } = request;
  if (!object) return mayList(s3, bucket, about);
  return opensToEverybody(bucket, object.acl) || allowsAnonymous(s3, bucket, request);
}
