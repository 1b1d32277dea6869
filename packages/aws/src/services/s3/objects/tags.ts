import type { Tag } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import { invalidArgument, invalidTag } from '../errors';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MOST_OBJECT_TAGS = 10;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of an `x-amz-tagging` header. @throws AwsError `InvalidArgument`, `InvalidTag`, `BadRequest` */
export function readTagging(header: string | undefined): Tag[] {
  if (!header) return [];
  const tags = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  if (new Set(tags.map(({ Key }) => Key)).size !== tags.length)
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  return checkObjectTags(tags);
}

/** @throws AwsError `InvalidTag`, `BadRequest` */
export function checkObjectTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > MOST_OBJECT_TAGS)
    throw new AwsError('BadRequest', `Object tags cannot be greater than ${MOST_OBJECT_TAGS}`);
  return checkTags(tags, 'Your TagKey cannot be prefixed with aws:');
}

/**
 * @param isServices whether an AWS service sets them itself, as CloudFormation does: only those may have AWS's own prefix
 * @throws AwsError `InvalidTag`
 */
export function checkBucketTags(tags: readonly Tag[], isServices: boolean): Tag[] {
  return checkTags(tags, isServices ? undefined : 'System tags cannot be added/updated by requester');
}

/** @param reserved what is said of a key with AWS's own prefix; none where it is allowed */
function checkTags(tags: readonly Tag[], reserved: string | undefined): Tag[] {
  const seen = new Set<string>();
  for (const { Key = '', Value = '' } of tags) {
    if (seen.has(Key)) throw invalidTag('Cannot provide multiple Tags with the same key', Key);
    if (reserved !== undefined && Key.startsWith('aws:')) throw invalidTag(reserved, Key);
    if (Key.length === 0 || Key.length > 128 || !CHARACTERS.test(Key))
      throw invalidTag('The TagKey you have provided is invalid', Key);
    if (Value.length > 256 || !CHARACTERS.test(Value))
      throw invalidTag('The TagValue you have provided is invalid', Key);
    seen.add(Key);
  }
  return [...tags];
}
