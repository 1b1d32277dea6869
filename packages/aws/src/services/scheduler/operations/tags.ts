import { notFound } from '../errors';
import type { Op, ScheduleGroup, SchedulerState } from '../state';

export const ListTagsForResource: Op<'ListTagsForResource'> = (scheduler, input) => ({
  Tags: [...find(scheduler, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
});

export const TagResource: Op<'TagResource'> = (scheduler, input) => {
  const group = find(scheduler, input.ResourceArn);
  for (const { Key = '', Value = '' } of input.Tags ?? []) group.tags.set(Key, Value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (scheduler, input) => {
  const group = find(scheduler, input.ResourceArn);
  for (const key of input.TagKeys ?? []) group.tags.delete(key);
  return {};
};

function find(scheduler: SchedulerState, arn: string | undefined): ScheduleGroup {
  const group = [...scheduler.groups.values()].find((candidate) => candidate.arn === arn);
  if (!group) throw notFound(`Resource ${arn} does not exist.`);
  return group;
}
