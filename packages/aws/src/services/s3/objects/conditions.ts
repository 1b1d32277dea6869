import { AwsError } from '../../../core/aws-error';
import type { ObjectVersion } from '../bucket';
import { noSuchKey, preconditionFailed } from '../errors';

interface Conditions {
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
}

/**
 * The conditions of a read. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
 *
 * @param copying a copy answers 412 where a read answers 304
 * @throws AwsError `PreconditionFailed` (412) or `NotModified` (304)
 */
export function checkConditions(version: ObjectVersion, conditions: Conditions, copying = false): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const failed = (header: string) => preconditionFailed(copying ? `x-amz-copy-source-${header}` : header);
  if (IfMatch !== undefined && !hasTag(IfMatch, version.etag)) throw failed('If-Match');
  if (IfMatch === undefined && IfUnmodifiedSince && version.modifiedAt > IfUnmodifiedSince)
    throw failed('If-Unmodified-Since');
  const unmodified =
    IfNoneMatch !== undefined
      ? hasTag(IfNoneMatch, version.etag)
      : IfModifiedSince !== undefined && version.modifiedAt <= IfModifiedSince;
  if (!unmodified) return;
  if (copying) throw failed(IfNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match');
  throw new AwsError('NotModified', 'Not Modified', 304);
}

/**
 * The conditions of a write. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws AwsError `PreconditionFailed`, `NoSuchKey`
 */
export function checkWriteConditions(
  present: ObjectVersion | undefined,
  { IfMatch, IfNoneMatch, Key }: { IfMatch?: string; IfNoneMatch?: string; Key?: string },
): void {
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch !== '*')
      throw new AwsError(
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
        501,
        { Header: 'If-None-Match' },
      );
    if (present) throw preconditionFailed('If-None-Match');
  }
  if (IfMatch !== undefined) {
    if (!present) throw noSuchKey(Key ?? '');
    if (!hasTag(IfMatch, present.etag)) throw preconditionFailed('If-Match');
  }
}

function hasTag(header: string, etag: string): boolean {
  const bare = etag.replaceAll('"', '');
  return header.split(',').some((one) => {
    const tag = one.trim().replace(/^W\//, '').replaceAll('"', '');
    return tag === '*' || tag === bare;
  });
}
