import { takePage } from '../../../core/paging';
import { badToken, conflict } from '../errors';
import { startRuns, stopRuns } from '../runs/run-schedules';
import type { Op } from '../state';
import { readSchedule } from './read-schedule';

export const CreateSchedule: Op<'CreateSchedule'> = (scheduler, input) =>
  scheduler.once('CreateSchedule', input, () => {
    const group = scheduler.group(input.GroupName);
    const schedule = readSchedule(scheduler, input);
    const { Name, Arn } = schedule.settings;
    if (group.schedules.has(Name)) throw conflict(`Schedule ${Name} already exists.`);
    group.schedules.set(Name, schedule);
    startRuns(scheduler, schedule);
    return { ScheduleArn: Arn };
  });

export const UpdateSchedule: Op<'UpdateSchedule'> = (scheduler, input) =>
  scheduler.once('UpdateSchedule', input, () => {
    const old = scheduler.schedule(input.GroupName, input.Name);
    const schedule = readSchedule(scheduler, input, old.settings.CreationDate);
    scheduler.group(input.GroupName).schedules.set(schedule.settings.Name, schedule);
    startRuns(scheduler, schedule);
    return { ScheduleArn: schedule.settings.Arn };
  });

export const GetSchedule: Op<'GetSchedule'> = (scheduler, input) =>
  scheduler.schedule(input.GroupName, input.Name).settings;

export const DeleteSchedule: Op<'DeleteSchedule'> = (scheduler, input) =>
  scheduler.once('DeleteSchedule', input, () => {
    const schedule = scheduler.schedule(input.GroupName, input.Name);
    stopRuns(scheduler, schedule);
    scheduler.group(input.GroupName).schedules.delete(schedule.settings.Name);
    return {};
  });

export const ListSchedules: Op<'ListSchedules'> = (scheduler, input) => {
  const groups =
    input.GroupName === undefined ? [...scheduler.groups.values()] : [scheduler.group(input.GroupName)];
  const all = groups
    .flatMap(({ schedules }) => [...schedules.values()])
    .map(({ settings }) => settings)
    .filter(({ Name }) => Name.startsWith(input.NamePrefix ?? ''))
    .filter(({ State }) => input.State === undefined || State === input.State)
    .sort((a, b) => (a.Arn < b.Arn ? -1 : 1));
  const page = takePage(all, {
    token: input.NextToken,
    size: input.MaxResults ?? 100,
    idOf: ({ Arn }) => Arn,
    refuse: badToken,
  });
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
};
