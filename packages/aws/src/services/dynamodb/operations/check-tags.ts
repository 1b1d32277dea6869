import type { Tag } from '@aws-sdk/client-dynamodb';
import { missingMembers } from '../errors';

/**
 * A tag has a key and a value, be it an empty one. dynalite does not look.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Tag.html
 *
 * @throws AwsError ValidationException
 */
export function checkTags(tags: readonly (Partial<Tag> | null)[] = []): void {
  const missing = tags.flatMap((tag, i) => [
    ...(tag?.Key == null ? [`tags.${i + 1}.member.key`] : []),
    ...(tag?.Value == null ? [`tags.${i + 1}.member.value`] : []),
  ]);
  if (missing.length > 0) throw missingMembers(missing);
}
