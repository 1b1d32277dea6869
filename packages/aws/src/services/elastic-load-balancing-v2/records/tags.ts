import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Call } from '../../../core/service';
import { maySetAwsTags } from '../../../core/service-call';
import { duplicateTagKeys, tooManyTags, validationError } from '../errors';

const MOST_TAGS = 50;

/** The tags of all resources, by ARN. */
export class Tags {
  private readonly byArn = new Map<string, Map<string, string>>();

  /** Adds tags that `checkTags` has let through. @throws AwsError TooManyTags */
  add(arn: string, tags: readonly Tag[]): void {
    const merged = new Map(this.byArn.get(arn));
    for (const { Key = '', Value = '' } of tags) merged.set(Key, Value);
    if ([...merged.keys()].filter(isOwn).length > MOST_TAGS)
      throw tooManyTags(`You cannot specify more than ${MOST_TAGS} tags for a resource`);
    this.byArn.set(arn, merged);
  }

  remove(arn: string, keys: readonly string[]): void {
    for (const key of keys) this.byArn.get(arn)?.delete(key);
  }

  list(arn: string): Tag[] {
    return [...(this.byArn.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }

  forget(arn: string): void {
    this.byArn.delete(arn);
  }
}

const isOwn = (key: string) => !key.toLowerCase().startsWith('aws:');

/** Refuses tags that AWS refuses, before anything is made. AWS's own services may set those that begin with `aws:`. */
export function checkTags(tags: readonly Tag[], call: Call): void {
  const keys = tags.map(({ Key = '' }) => Key);
  if (new Set(keys).size < keys.length) throw duplicateTagKeys('A tag key was specified more than once');
  if (keys.filter(isOwn).length > MOST_TAGS)
    throw tooManyTags(`You cannot specify more than ${MOST_TAGS} tags for a resource`);
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length < 1 || Key.length > 128)
      throw validationError(`The tag key '${Key}' must have 1 to 128 characters`);
    if (!isOwn(Key) && !maySetAwsTags(call))
      throw validationError("Tag keys starting with 'aws:' are reserved for system use");
    if (Value.length > 256) throw validationError(`The value of tag '${Key}' is longer than 256 characters`);
  }
}
