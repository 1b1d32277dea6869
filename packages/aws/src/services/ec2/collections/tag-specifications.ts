import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { Call } from '../../../core/service';
import { maySetAwsTags } from '../../../core/service-call';
import { checkCount, invalid, LONGEST_KEY, LONGEST_VALUE, RESERVED } from './tags';

/**
 * Checks tags as a caller gives them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 *
 * @throws AwsError InvalidParameterValue for a reserved prefix, a length or a key that is there twice
 */
export function checkTags(tags: readonly Tag[], call: Call): void {
  const seen = new Set<string>();
  for (const tag of tags) {
    const key = tag.Key ?? '';
    if (key === '') throw invalid('Tag key cannot be null or empty');
    if (RESERVED.test(key) && !maySetAwsTags(call)) {
      throw invalid("Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > LONGEST_KEY)
      throw invalid(`Tag key exceeds the maximum length of ${LONGEST_KEY} characters`);
    if ((tag.Value ?? '').length > LONGEST_VALUE) {
      throw invalid(`Tag value exceeds the maximum length of ${LONGEST_VALUE} characters`);
    }
    if (seen.has(key)) throw invalid(`Duplicate tag key '${key}' specified.`);
    seen.add(key);
  }
  checkCount([...seen]);
}

/**
 * The tags that a creating call gives to the resources it makes, by their type.
 *
 * @param allowed the types that the operation makes
 * @throws AwsError InvalidParameterValue for another type, for a type that is there twice, and as `checkTags`
 */
export function readTagSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly ResourceType[],
  call: Call,
): (type: ResourceType) => Tag[] {
  const byType = new Map<string, Tag[]>();
  for (const { ResourceType: type, Tags: tags = [] } of specifications ?? []) {
    if (!type) throw invalid('Tag specification resource type must have a value');
    if (!allowed.includes(type)) {
      throw invalid(`'${type}' is not a valid taggable resource type for this operation.`);
    }
    if (tags.length === 0) throw invalid('Tag specification must have at least one tag');
    if (byType.has(type)) throw invalid(`Tag specification resource type '${type}' specified more than once`);
    checkTags(tags, call);
    byType.set(type, [...tags]);
  }
  return (type) => byType.get(type) ?? [];
}
