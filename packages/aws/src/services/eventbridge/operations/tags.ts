import type { Op } from '../state';

export const ListTagsForResource: Op<'ListTagsForResource'> = (events, input) => ({
  Tags: [...events.tagsOf(input.ResourceARN)].map(([Key, Value]) => ({ Key, Value })),
});

export const TagResource: Op<'TagResource'> = (events, input) => {
  const tags = events.tagsOf(input.ResourceARN);
  for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (events, input) => {
  const tags = events.tagsOf(input.ResourceARN);
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
};
