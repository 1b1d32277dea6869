import type { Tag } from '@aws-sdk/client-elastic-load-balancing';
import type { Call } from '../../../../core/service';
import { maySetAwsTags } from '../../../../core/service-call';
import { duplicateTagKeys, tooManyTags, validationError } from '../../errors';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/add-remove-tags.html */
const MOST_TAGS = 10;

const isOwn = (key: string) => !key.toLowerCase().startsWith('aws:');

/** Tags with others added, which nothing has been done with yet. @throws AwsError DuplicateTagKeys, TooManyTags, ValidationError */
export function mergeTags(
  present: ReadonlyMap<string, string>,
  added: readonly Tag[],
  call: Call,
): Map<string, string> {
  const keys = added.map(({ Key = '' }) => Key);
  if (new Set(keys).size < keys.length) throw duplicateTagKeys('A tag key was specified more than once');
  if (!keys.every(isOwn) && !maySetAwsTags(call))
    throw validationError("Tag keys starting with 'aws:' are reserved for system use");
  const merged = new Map(present);
  for (const { Key = '', Value = '' } of added) merged.set(Key, Value);
  if ([...merged.keys()].filter(isOwn).length > MOST_TAGS)
    throw tooManyTags(
      `The quota for the number of tags that can be assigned to a load balancer, ${MOST_TAGS}, has been reached`,
    );
  return merged;
}
