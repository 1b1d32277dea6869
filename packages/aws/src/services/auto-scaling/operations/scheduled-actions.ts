import type {
  FailedScheduledUpdateGroupActionRequest,
  PutScheduledUpdateGroupActionType,
} from '@aws-sdk/client-auto-scaling';
import type { Recurrence } from 'aws-languages/schedule';
import { isTimeZone } from 'aws-languages/time-zone';
import { parseUnixCron } from 'aws-languages/unix-cron';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import { alreadyExists, checkRange, validationError } from '../errors';
import { pageOf } from '../paging';
import type { Group, ScheduledAction } from '../records/group';
import type { Op } from '../state';

export const PutScheduledUpdateGroupAction: Op<'PutScheduledUpdateGroupAction'> = (autoScaling, input) => {
  const { region, accountId, clock } = autoScaling.context;
  const group = autoScaling.group(input.AutoScalingGroupName);
  const name = input.ScheduledActionName ?? '';
  const present = group.scheduled.get(name);
  checkSizesOf(input);
  const StartTime = input.StartTime ?? input.Time;
  const recurrence = readRecurrence(input);
  if (!StartTime && !recurrence)
    throw validationError('A scheduled action must have a start time or a recurrence.');
  if (StartTime && StartTime <= clock.now() && !recurrence)
    throw validationError('Given start time is in the past.');
  if (input.EndTime && input.EndTime <= (StartTime ?? clock.now()))
    throw validationError('Given end time is not after the start time.');
  checkTime(group, name, StartTime);
  const action: ScheduledAction = {
    settings: {
      AutoScalingGroupName: group.name,
      ScheduledActionName: name,
      ScheduledActionARN:
        present?.settings.ScheduledActionARN ??
        `arn:aws:autoscaling:${region}:${accountId}:scheduledUpdateGroupAction:${uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`,
      StartTime,
      EndTime: input.EndTime,
      Recurrence: input.Recurrence,
      TimeZone: input.TimeZone,
      MinSize: input.MinSize,
      MaxSize: input.MaxSize,
      DesiredCapacity: input.DesiredCapacity,
    },
    ...(recurrence && { recurrence }),
  };
  if (present) autoScaling.scheduledActions.cancel(present);
  group.scheduled.set(name, action);
  autoScaling.scheduledActions.plan(group, action);
  return {};
};

export const DescribeScheduledActions: Op<'DescribeScheduledActions'> = (autoScaling, input) => {
  const groups = input.AutoScalingGroupName
    ? [autoScaling.group(input.AutoScalingGroupName)]
    : [...autoScaling.groups.values()];
  const names = input.ScheduledActionNames ?? [];
  const found = groups
    .flatMap((group) => [...group.scheduled.values()])
    // Of one that recurs the start time is when it runs next.
    .map(({ settings, next = settings.StartTime }) => ({ ...settings, StartTime: next, Time: next }))
    .filter((action) => names.length === 0 || names.includes(action.ScheduledActionName ?? ''))
    .filter(({ StartTime }) => !input.StartTime || !StartTime || StartTime >= input.StartTime)
    .filter(({ StartTime }) => !input.EndTime || !StartTime || StartTime <= input.EndTime);
  const { items, next } = pageOf(found, ({ ScheduledActionARN = '' }) => ScheduledActionARN, input, {
    byDefault: 50,
    most: 100,
  });
  return { ScheduledUpdateGroupActions: items, NextToken: next };
};

export const DeleteScheduledAction: Op<'DeleteScheduledAction'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const action = group.scheduled.get(input.ScheduledActionName ?? '');
  if (!action) throw validationError(`Scheduled action name not found: ${input.ScheduledActionName}`);
  autoScaling.scheduledActions.cancel(action);
  group.scheduled.delete(input.ScheduledActionName ?? '');
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_BatchPutScheduledUpdateGroupAction.html */
export const BatchPutScheduledUpdateGroupAction: Op<'BatchPutScheduledUpdateGroupAction'> = async (
  autoScaling,
  input,
  call,
) => {
  const { name: AutoScalingGroupName } = autoScaling.group(input.AutoScalingGroupName);
  const FailedScheduledUpdateGroupActions = await failuresOf(
    input.ScheduledUpdateGroupActions ?? [],
    ({ ScheduledActionName }) => ScheduledActionName,
    (action) => PutScheduledUpdateGroupAction(autoScaling, { ...action, AutoScalingGroupName }, call),
  );
  return { FailedScheduledUpdateGroupActions };
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_BatchDeleteScheduledAction.html */
export const BatchDeleteScheduledAction: Op<'BatchDeleteScheduledAction'> = async (
  autoScaling,
  input,
  call,
) => {
  const { name: AutoScalingGroupName } = autoScaling.group(input.AutoScalingGroupName);
  const FailedScheduledActions = await failuresOf(
    input.ScheduledActionNames ?? [],
    (name) => name,
    (ScheduledActionName) =>
      DeleteScheduledAction(autoScaling, { AutoScalingGroupName, ScheduledActionName }, call),
  );
  return { FailedScheduledActions };
};

/** Does what it can, and says of the rest why not. */
async function failuresOf<One>(
  all: readonly One[],
  nameOf: (one: One) => string | undefined,
  work: (one: One) => unknown,
): Promise<FailedScheduledUpdateGroupActionRequest[]> {
  const failed: FailedScheduledUpdateGroupActionRequest[] = [];
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code: ErrorCode, message: ErrorMessage } = error;
      failed.push({ ScheduledActionName: nameOf(one), ErrorCode, ErrorMessage });
    }
  }
  return failed;
}

function checkSizesOf({ MinSize, MaxSize, DesiredCapacity }: PutScheduledUpdateGroupActionType): void {
  if (MinSize === undefined && MaxSize === undefined && DesiredCapacity === undefined)
    throw validationError(
      'At least one of the parameters MinSize, MaxSize and DesiredCapacity must be specified.',
    );
  checkRange(MinSize, 'minSize', 0);
  checkRange(MaxSize, 'maxSize', 0);
  checkRange(DesiredCapacity, 'desiredCapacity', 0);
  if (MinSize !== undefined && MaxSize !== undefined && MinSize > MaxSize)
    throw validationError(`Max bound, ${MaxSize}, must be greater than or equal to min bound, ${MinSize}`);
  if (
    DesiredCapacity !== undefined &&
    (DesiredCapacity < (MinSize ?? 0) || DesiredCapacity > (MaxSize ?? DesiredCapacity))
  )
    throw validationError(
      `Desired capacity:${DesiredCapacity} must be between the specified min size:${MinSize} and max size:${MaxSize}`,
    );
}

function readRecurrence({ Recurrence: text, TimeZone }: PutScheduledUpdateGroupActionType) {
  if (TimeZone !== undefined && !isTimeZone(TimeZone))
    throw validationError(`Given time zone string:${TimeZone} is invalid`);
  if (text === undefined) return undefined;
  const recurrence: Recurrence = parseUnixCron(text, TimeZone ?? 'UTC', () =>
    validationError(`Given recurrence string:${text} is invalid`),
  );
  return recurrence;
}

/** Two actions of a group cannot begin at the same time. */
function checkTime(group: Group, name: string, time: Date | undefined): void {
  for (const [other, { settings }] of group.scheduled)
    if (time && other !== name && settings.StartTime?.getTime() === time.getTime())
      throw alreadyExists('A scheduled action with this scheduled start time already exists.');
}
