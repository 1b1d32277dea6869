import type { CreateScheduleInput, UpdateScheduleInput } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../../core/aws-error';
import type { IamPort } from '../../../core/ports';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { Runner } from '../runs/runs';
import { parseSchedule, type Recurrence } from '../schedule-expression';
import type { Schedule, ScheduleStore } from '../state';
import { isTimeZone } from '../time-zone';
import { checkPattern, checkTarget, checkWindow, invalid } from './check-schedule';

/** The operations on schedules. */
export function scheduleOperations(store: ScheduleStore, runner: Runner, iam?: Pick<IamPort, 'role'>) {
  const { clock, region, accountId } = store.context;

  /** Checks the settings and makes a schedule of them. An update replaces all settings: what it leaves out is the default again. */
  const build = (input: CreateScheduleInput | UpdateScheduleInput, created?: Date): Schedule => {
    const Name = input.Name ?? '';
    const GroupName = input.GroupName ?? 'default';
    const { FlexibleTimeWindow, Target } = input;
    if (!FlexibleTimeWindow || !Target) throw invalid('FlexibleTimeWindow and Target are required.');
    checkWindow(FlexibleTimeWindow);
    checkTarget(Target);
    checkRole(Target.RoleArn ?? '');
    if (input.StartDate && input.EndDate && input.StartDate >= input.EndDate)
      throw invalid('StartDate must come before EndDate.');
    const now = clock.now();
    const ScheduleExpressionTimezone = input.ScheduleExpressionTimezone ?? 'UTC';
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
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...Target.RetryPolicy },
        },
      },
      recurrence: readRecurrence(
        input.ScheduleExpression ?? '',
        ScheduleExpressionTimezone,
        input.StartDate ?? now,
      ),
    };
  };

  const checkRole = (arn: string): void => {
    if (!iam) return;
    const role = iam.role(arn);
    if (!role?.assumableBy.includes('scheduler.amazonaws.com'))
      throw invalid(
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      );
  };

  return {
    CreateSchedule: (input) =>
      store.once('CreateSchedule', input, () => {
        checkPattern(input.Name, 'name');
        checkPattern(input.GroupName, 'groupName');
        const group = store.group(input.GroupName);
        const schedule = build(input);
        const { Name, Arn } = schedule.settings;
        if (group.schedules.has(Name))
          throw new AwsError('ConflictException', `Schedule ${Name} already exists.`, 409);
        group.schedules.set(Name, schedule);
        runner.start(schedule);
        return { ScheduleArn: Arn };
      }),
    UpdateSchedule: (input) =>
      store.once('UpdateSchedule', input, () => {
        const old = store.schedule(input.GroupName, input.Name);
        const schedule = build(input, old.settings.CreationDate);
        store.group(input.GroupName).schedules.set(schedule.settings.Name, schedule);
        runner.start(schedule);
        return { ScheduleArn: schedule.settings.Arn };
      }),
    GetSchedule: (input) => store.schedule(input.GroupName, input.Name).settings,
    DeleteSchedule: (input) =>
      store.once('DeleteSchedule', input, () => {
        const schedule = store.schedule(input.GroupName, input.Name);
        runner.stop(schedule);
        store.group(input.GroupName).schedules.delete(schedule.settings.Name);
        return {};
      }),
    ListSchedules: (input) => {
      const groups =
        input.GroupName === undefined ? [...store.groups.values()] : [store.group(input.GroupName)];
      const all = groups
        .flatMap(({ schedules }) => [...schedules.values()])
        .map(({ settings }) => settings)
        .filter(({ Name }) => Name.startsWith(input.NamePrefix ?? ''))
        .filter(({ State }) => input.State === undefined || State === input.State)
        .sort((a, b) => (a.Arn < b.Arn ? -1 : 1));
      const page = takePage(all, { token: input.NextToken, size: pageSize(input.MaxResults) });
      return {
        NextToken: page.next,
        Schedules: page.items.map(
          ({ Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target }) => ({
            Arn,
            CreationDate,
            GroupName,
            LastModificationDate,
            Name,
            State,
            Target: { Arn: Target?.Arn },
          }),
        ),
      };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-scheduler')>;
}

/** @throws AwsError ValidationException */
export function pageSize(max: number | undefined): number {
  const size = max ?? 100;
  if (size < 1 || size > 100)
    throw invalid(
      `1 validation error detected: Value '${max}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and 100`,
    );
  return size;
}

function readRecurrence(expression: string, timeZone: string, anchor: Date): Recurrence {
  if (!isTimeZone(timeZone)) throw invalid(`Invalid ScheduleExpressionTimezone ${timeZone}.`);
  try {
    return parseSchedule(expression, { anchor, timeZone });
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`Invalid Schedule Expression ${expression}.`);
    throw error;
  }
}
