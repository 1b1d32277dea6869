import { pageOf } from '../paging';
import type { Op } from '../state';

export const DescribeScalingActivities: Op<'DescribeScalingActivities'> = (autoScaling, input) => {
  const groups = input.AutoScalingGroupName
    ? [autoScaling.group(input.AutoScalingGroupName)]
    : [...autoScaling.groups.values()];
  const ids = input.ActivityIds ?? [];
  const inProgress = (end: Date | undefined) => Number(end === undefined);
  const found = groups
    .flatMap((group) => group.activities)
    .filter((activity) => ids.length === 0 || ids.includes(activity.ActivityId ?? ''))
    .map((activity, index) => ({ activity, index }))
    .sort(
      (a, b) =>
        inProgress(b.activity.EndTime) - inProgress(a.activity.EndTime) ||
        Number(b.activity.StartTime) - Number(a.activity.StartTime) ||
        a.index - b.index,
    )
    .map(({ activity }) => ({ ...activity }));
  const { items, next } = pageOf(found, ({ ActivityId = '' }) => ActivityId, input, {
    byDefault: 100,
    most: 100,
  });
  return { Activities: items, NextToken: next };
};
