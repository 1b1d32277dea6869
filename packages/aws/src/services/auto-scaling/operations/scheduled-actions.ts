import { uuid } from '../../../core/ids';
import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { Op } from '../state';

export const PutScheduledUpdateGroupAction: Op<'PutScheduledUpdateGroupAction'> = (autoScaling, input) => {
  const { region, accountId } = autoScaling.context;
  const group = autoScaling.group(input.AutoScalingGroupName);
  const name = input.ScheduledActionName ?? '';
  if (input.MinSize === undefined && input.MaxSize === undefined && input.DesiredCapacity === undefined) {
    throw validationError(
      'At least one of the parameters MinSize, MaxSize and DesiredCapacity must be specified.',
    );
  }
  if (!input.StartTime && !input.Recurrence && !input.Time)
    throw validationError('A scheduled action must have a start time or a recurrence.');
  group.scheduled.set(name, {
    AutoScalingGroupName: group.name,
    ScheduledActionName: name,
    ScheduledActionARN:
      group.scheduled.get(name)?.ScheduledActionARN ??
      `arn:aws:autoscaling:${region}:${accountId}:scheduledUpdateGroupAction:${uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`,
    StartTime: input.StartTime ?? input.Time,
    Time: input.StartTime ?? input.Time,
    EndTime: input.EndTime,
    Recurrence: input.Recurrence,
    TimeZone: input.TimeZone,
    MinSize: input.MinSize,
    MaxSize: input.MaxSize,
    DesiredCapacity: input.DesiredCapacity,
  });
  return {};
};

export const DescribeScheduledActions: Op<'DescribeScheduledActions'> = (autoScaling, input) => {
  const groups = input.AutoScalingGroupName
    ? [autoScaling.group(input.AutoScalingGroupName)]
    : [...autoScaling.groups.values()];
  const names = input.ScheduledActionNames ?? [];
  const found = groups
    .flatMap((group) => [...group.scheduled.values()])
    .filter((action) => names.length === 0 || names.includes(action.ScheduledActionName ?? ''));
  const { items, next } = pageOf(found, ({ ScheduledActionARN = '' }) => ScheduledActionARN, input, {
    byDefault: 50,
    most: 100,
  });
  return { ScheduledUpdateGroupActions: items, NextToken: next };
};

export const DeleteScheduledAction: Op<'DeleteScheduledAction'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  if (!group.scheduled.delete(input.ScheduledActionName ?? ''))
    throw validationError(`Scheduled action name not found: ${input.ScheduledActionName}`);
  return {};
};
