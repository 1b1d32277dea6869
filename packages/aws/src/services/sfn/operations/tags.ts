import type { Op } from '../state';

export const ListTagsForResource: Op<'ListTagsForResource'> = (sfn, input) => ({
  tags: [...sfn.stateMachines.tagsOf(input.resourceArn)].map(([key, value]) => ({ key, value })),
});

export const TagResource: Op<'TagResource'> = (sfn, input) => {
  const tags = sfn.stateMachines.tagsOf(input.resourceArn);
  for (const { key = '', value = '' } of input.tags ?? []) tags.set(key, value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (sfn, input) => {
  const tags = sfn.stateMachines.tagsOf(input.resourceArn);
  for (const key of input.tagKeys ?? []) tags.delete(key);
  return {};
};
