import type { Tag } from '@aws-sdk/client-iam';
import { limitExceeded, validationError } from './errors';

/** Tags of one IAM resource; keys differ by more than their case. */
export class TagSet {
  private readonly byKey = new Map<string, Tag>();

  constructor(tags: readonly Tag[] = []) {
    this.add(tags);
  }

  /** @throws AwsError `ValidationError`, `InvalidInput`, `LimitExceeded` */
  add(tags: readonly Tag[]): void {
    const seen = new Set<string>();
    for (const tag of tags) {
      const key = (tag.Key ?? '').toLowerCase();
      if (key === '' || key.length > 128)
        throw validationError(
          `1 validation error detected: Value '${tag.Key}' at 'tags.1.member.key' failed to satisfy constraint: Member must have length between 1 and 128`,
        );
      if (seen.has(key))
        throw validationError('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
      seen.add(key);
    }
    for (const tag of tags)
      this.byKey.set((tag.Key ?? '').toLowerCase(), { Key: tag.Key, Value: tag.Value ?? '' });
    if (this.byKey.size > 50) throw limitExceeded('The number of tags has reached the maximum limit: 50');
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.byKey.delete(key.toLowerCase());
  }

  list(): Tag[] {
    return [...this.byKey.values()];
  }
}
