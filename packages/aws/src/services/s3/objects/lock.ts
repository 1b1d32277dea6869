import { AwsError } from '../../../core/aws-error';
import type { Bucket } from '../bucket';
import { invalidRequest } from '../errors';

/** What an upload says of how long its object is to be locked. */
export interface GivenLock {
  readonly ObjectLockMode?: string;
  readonly ObjectLockRetainUntilDate?: Date;
  readonly ObjectLockLegalHoldStatus?: string;
}

/**
 * Refuses to lock an object: a bucket may have Object Lock and objects without a lock, and nothing here would hold to one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 *
 * @throws AwsError `InvalidRequest` where the bucket has no Object Lock, `NotImplemented` where it has
 */
export function checkLock(bucket: Bucket, given: GivenLock): void {
  const { ObjectLockMode, ObjectLockRetainUntilDate, ObjectLockLegalHoldStatus } = given;
  if ((ObjectLockMode ?? ObjectLockRetainUntilDate ?? ObjectLockLegalHoldStatus) === undefined) return;
  if (!bucket.hasObjectLock) throw invalidRequest('Bucket is missing Object Lock Configuration');
  throw new AwsError(
    'NotImplemented',
    'The embedded AWS does not lock objects: leave the retention and the legal hold out.',
    501,
  );
}
