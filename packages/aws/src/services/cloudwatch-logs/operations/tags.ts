import type { Op } from '../state';
import { groupName } from './read-group';

export const TagResource: Op<'TagResource'> = (logs, input) => {
  const group = logs.group(groupName(input.resourceArn));
  for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (logs, input) => {
  const group = logs.group(groupName(input.resourceArn));
  for (const key of input.tagKeys ?? []) group.tags.delete(key);
  return {};
};

export const ListTagsForResource: Op<'ListTagsForResource'> = (logs, input) => ({
  tags: Object.fromEntries(logs.group(groupName(input.resourceArn)).tags),
});

export const TagLogGroup: Op<'TagLogGroup'> = (logs, input) => {
  const group = logs.group(input.logGroupName ?? '');
  for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
  return {};
};

export const UntagLogGroup: Op<'UntagLogGroup'> = (logs, input) => {
  const group = logs.group(input.logGroupName ?? '');
  for (const key of input.tags ?? []) group.tags.delete(key);
  return {};
};

export const ListTagsLogGroup: Op<'ListTagsLogGroup'> = (logs, input) => ({
  tags: Object.fromEntries(logs.group(input.logGroupName ?? '').tags),
});
