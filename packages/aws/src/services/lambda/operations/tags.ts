import type { Op } from '../state';

export const ListTags: Op<'ListTags'> = (lambda, input) => ({
  Tags: Object.fromEntries(lambda.functions.find(input.Resource).fn.tags),
});

export const TagResource: Op<'TagResource'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.Resource);
  for (const [key, value] of Object.entries(input.Tags ?? {})) fn.tags.set(key, value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.Resource);
  for (const key of input.TagKeys ?? []) fn.tags.delete(key);
  return {};
};
