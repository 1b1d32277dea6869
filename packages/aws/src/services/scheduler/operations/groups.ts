import { takePage } from '../../../core/paging';
import { badToken, conflict, invalid } from '../errors';
import { stopRuns } from '../runs/run-schedules';
import type { Op, ScheduleGroup } from '../state';

export const CreateScheduleGroup: Op<'CreateScheduleGroup'> = (scheduler, input) =>
  scheduler.once('CreateScheduleGroup', input, () => {
    const Name = input.Name ?? '';
    if (scheduler.groups.has(Name)) throw conflict(`Schedule group ${Name} already exists.`);
    const tags = new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    return { ScheduleGroupArn: scheduler.addGroup(Name, tags).arn };
  });

export const GetScheduleGroup: Op<'GetScheduleGroup'> = (scheduler, input) =>
  describeGroup(scheduler.group(input.Name));

export const DeleteScheduleGroup: Op<'DeleteScheduleGroup'> = (scheduler, input) =>
  scheduler.once('DeleteScheduleGroup', input, () => {
    if (input.Name === 'default') throw invalid('The default schedule group cannot be deleted.');
    const group = scheduler.group(input.Name);
    for (const schedule of group.schedules.values()) stopRuns(scheduler, schedule);
    scheduler.groups.delete(group.name);
    return {};
  });

export const ListScheduleGroups: Op<'ListScheduleGroups'> = (scheduler, input) => {
  const all = [...scheduler.groups.values()]
    .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = takePage(all, {
    token: input.NextToken,
    size: input.MaxResults ?? 100,
    idOf: ({ arn }) => arn,
    refuse: badToken,
  });
  return { NextToken: page.next, ScheduleGroups: page.items.map(describeGroup) };
};

function describeGroup({ arn, name, created }: ScheduleGroup) {
  return {
    Arn: arn,
    CreationDate: created,
    LastModificationDate: created,
    Name: name,
    State: 'ACTIVE' as const,
  };
}
