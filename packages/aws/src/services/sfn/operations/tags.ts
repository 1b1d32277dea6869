import type { OperationsOf } from '../../../core/service';
import type { Machines } from '../state-machines';

/** Tags of state machines. */
export function tagOperations(machines: Machines) {
  return {
    ListTagsForResource: (input) => ({
      tags: [...machines.tagsOf(input.resourceArn)].map(([key, value]) => ({ key, value })),
    }),
    TagResource: (input) => {
      const tags = machines.tagsOf(input.resourceArn);
      for (const { key = '', value = '' } of input.tags ?? []) tags.set(key, value);
      return {};
    },
    UntagResource: (input) => {
      const tags = machines.tagsOf(input.resourceArn);
      for (const key of input.tagKeys ?? []) tags.delete(key);
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-sfn')>;
}
