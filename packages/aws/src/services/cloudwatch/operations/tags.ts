import type { Op } from '../state';

export const ListTagsForResource: Op<'ListTagsForResource'> = (cloudwatch, input) => ({
  Tags: [...cloudwatch.tagsOf(input.ResourceARN)].map(([Key, Value]) => ({ Key, Value })),
});

export const TagResource: Op<'TagResource'> = (cloudwatch, input) => {
  const tags = cloudwatch.tagsOf(input.ResourceARN);
  for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (cloudwatch, input) => {
  const tags = cloudwatch.tagsOf(input.ResourceARN);
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
};
