import type { Tag } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';

/** The tags of alarms and dashboards, by ARN. */
export class TagStore {
  private readonly tags = new Map<string, Map<string, string>>();

  put(arn: string, tags: readonly Tag[]): void {
    this.tags.set(arn, new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])));
  }

  forget(arn: string): void {
    this.tags.delete(arn);
  }

  /** @throws AwsError ResourceNotFoundException */
  of(arn: string | undefined): Map<string, string> {
    const found = this.tags.get(arn ?? '');
    if (!found) throw new AwsError('ResourceNotFoundException', `Unknown resource: ${arn}`, 404);
    return found;
  }
}

/** The operations on tags. */
export function tagOperations(store: TagStore) {
  return {
    ListTagsForResource: (input) => ({
      Tags: [...store.of(input.ResourceARN)].map(([Key, Value]) => ({ Key, Value })),
    }),
    TagResource: (input) => {
      const tags = store.of(input.ResourceARN);
      for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
      return {};
    },
    UntagResource: (input) => {
      const tags = store.of(input.ResourceARN);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch')>;
}
