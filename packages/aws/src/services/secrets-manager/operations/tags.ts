import type { Op } from '../state';

export const TagResource: Op<'TagResource'> = (state, input) => {
  const { tags } = state.getLiving(input.SecretId);
  for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (state, input) => {
  const { tags } = state.getLiving(input.SecretId);
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
};
