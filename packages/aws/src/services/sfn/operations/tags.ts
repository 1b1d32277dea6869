import { resourceNotFound } from '../errors';
import type { Op, SfnState } from '../state';

export const ListTagsForResource: Op<'ListTagsForResource'> = (sfn, input) => ({
  tags: [...tagsOf(sfn, input.resourceArn)].map(([key, value]) => ({ key, value })),
});

export const TagResource: Op<'TagResource'> = (sfn, input) => {
  const tags = tagsOf(sfn, input.resourceArn);
  for (const { key = '', value = '' } of input.tags ?? []) tags.set(key, value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (sfn, input) => {
  const tags = tagsOf(sfn, input.resourceArn);
  for (const key of input.tagKeys ?? []) tags.delete(key);
  return {};
};

/** Tags of a state machine or an activity, which may be changed. @throws AwsError ResourceNotFound */
function tagsOf({ stateMachines, activities }: SfnState, arn = ''): Map<string, string> {
  const tagged = stateMachines.find(arn) ?? activities.find(arn);
  if (tagged) return tagged.tags;
  throw resourceNotFound(arn);
}
