import type { Tag, TagDescription } from '@aws-sdk/client-auto-scaling';
import type { Call } from '../../../../core/service';
import { maySetAwsTags } from '../../../../core/service-call';
import { validationError } from '../../errors';

/** Tags as a group keeps them. @throws AwsError `ValidationError` */
export function readTags(groupName: string, tags: readonly Tag[] | undefined, call: Call): TagDescription[] {
  const seen = new Set<string>();
  const read = (tags ?? []).map((tag) => {
    const key = tag.Key ?? '';
    if (key.length === 0 || key.length > 128)
      throw validationError(`Tag key '${key}' must be between 1 and 128 characters long.`);
    if ((tag.Value ?? '').length > 256)
      throw validationError(`Tag value of '${key}' must be at most 256 characters long.`);
    if (key.toLowerCase().startsWith('aws:') && !maySetAwsTags(call))
      throw validationError(`Tag keys starting with 'aws:' are reserved for system use: ${key}`);
    if (tag.ResourceType !== undefined && tag.ResourceType !== 'auto-scaling-group')
      throw validationError(`Invalid tag resource type: ${tag.ResourceType}`);
    if (seen.has(key)) throw validationError(`Duplicate tag key: ${key}`);
    seen.add(key);
    return {
      ResourceId: groupName,
      ResourceType: 'auto-scaling-group',
      Key: key,
      Value: tag.Value ?? '',
      PropagateAtLaunch: tag.PropagateAtLaunch ?? false,
    };
  });
  if (read.filter(({ Key }) => !Key?.toLowerCase().startsWith('aws:')).length > 50)
    throw validationError('Cannot add more than 50 tags to a group.');
  return read;
}

/** The list with these tags set. */
export function mergeTags(
  present: readonly TagDescription[],
  more: readonly TagDescription[],
): TagDescription[] {
  const keys = new Set(more.map((tag) => tag.Key));
  return [...present.filter((tag) => !keys.has(tag.Key)), ...more].sort((a, b) =>
    (a.Key ?? '').localeCompare(b.Key ?? ''),
  );
}
