import type { Tag } from '@aws-sdk/client-iam';
import { limitExceeded, validationError } from './errors';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules */
const MOST_TAGS = 50;

/** Tags of one IAM resource; keys differ by more than their case. */
export class TagSet {
  private readonly byKey = new Map<string, Tag>();

  constructor(tags: readonly Tag[] = []) {
    this.add(tags);
  }

  /** @throws AwsError `ValidationError`, `LimitExceeded` */
  add(tags: readonly Tag[]): void {
    const seen = new Set<string>();
    for (const { Key = '' } of tags) {
      const key = Key.toLowerCase();
      if (seen.has(key))
        throw validationError('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
      seen.add(key);
    }
    if (new Set([...this.byKey.keys(), ...seen]).size > MOST_TAGS)
      throw limitExceeded(`The number of tags has reached the maximum limit: ${MOST_TAGS}`);
    for (const { Key = '', Value = '' } of tags) this.byKey.set(Key.toLowerCase(), { Key, Value });
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.byKey.delete(key.toLowerCase());
  }

  list(): Tag[] {
    return [...this.byKey.values()];
  }
}
