import type { CreateScheduleInput, UpdateScheduleInput } from '@aws-sdk/client-scheduler';
import { parseSchedule, type Recurrence } from 'aws-languages/schedule';
import { isTimeZone } from 'aws-languages/time-zone';
import { invalid } from '../errors';
import type { Schedule, SchedulerState } from '../state';
import { checkTarget, checkWindow } from './check-schedule';

/** How long ago a schedule may have begun when it is made, in milliseconds. */
const OLDEST_START = 5 * 60_000;

/**
 * Checks the settings and makes a schedule of them. An update replaces all settings: what it leaves out is the default again.
 *
 * @param created when the schedule was made; now, where it is new
 * @throws AwsError ValidationException
 */
export function readSchedule(
  scheduler: SchedulerState,
  input: CreateScheduleInput | UpdateScheduleInput,
  created?: Date,
): Schedule {
  const Name = input.Name ?? '';
  const GroupName = input.GroupName ?? 'default';
  const { FlexibleTimeWindow, Target } = input;
  const { region, accountId, clock } = scheduler.context;
  const now = clock.now();
  const ScheduleExpressionTimezone = input.ScheduleExpressionTimezone ?? 'UTC';
  const recurrence = readRecurrence(
    input.ScheduleExpression ?? '',
    ScheduleExpressionTimezone,
    input.StartDate ?? now,
  );
  checkWindow(FlexibleTimeWindow);
  checkDates(input, recurrence, now);
  checkTarget(Target);
  checkRole(scheduler, Target?.RoleArn ?? '', GroupName);
  return {
    settings: {
      ActionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
      Arn: `arn:aws:scheduler:${region}:${accountId}:schedule/${GroupName}/${Name}`,
      CreationDate: created ?? now,
      Description: input.Description,
      EndDate: input.EndDate,
      FlexibleTimeWindow,
      GroupName,
      KmsKeyArn: input.KmsKeyArn,
      LastModificationDate: now,
      Name,
      ScheduleExpression: input.ScheduleExpression,
      ScheduleExpressionTimezone,
      StartDate: input.StartDate,
      State: input.State ?? 'ENABLED',
      Target: {
        ...Target,
        Arn: Target?.Arn,
        RoleArn: Target?.RoleArn,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...Target?.RetryPolicy },
      },
    },
    recurrence,
  };
}

/** Dates mean nothing to a schedule that happens once. */
function checkDates(
  { StartDate, EndDate }: Pick<CreateScheduleInput, 'StartDate' | 'EndDate'>,
  { isOneTime }: Recurrence,
  now: Date,
): void {
  if (StartDate && EndDate && StartDate >= EndDate) throw invalid('StartDate must come before EndDate.');
  if (StartDate && !isOneTime && now.getTime() - StartDate.getTime() > OLDEST_START)
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
}

function checkRole(scheduler: SchedulerState, arn: string, group: string): void {
  const role = scheduler.roles.role(arn);
  if (!role?.trusts('scheduler.amazonaws.com', scheduler.groupArn(group)))
    throw invalid('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
}

function readRecurrence(expression: string, timeZone: string, anchor: Date): Recurrence {
  if (!isTimeZone(timeZone)) throw invalid(`Invalid ScheduleExpressionTimezone ${timeZone}.`);
  return parseSchedule(expression, { anchor, timeZone }, () =>
    invalid(`Invalid Schedule Expression ${expression}.`),
  );
}
