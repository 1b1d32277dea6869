import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { Runner } from '../runs/runs';
import { notFound, type ScheduleGroup, type ScheduleStore } from '../state';
import { checkPattern, invalid } from './check-schedule';
import { pageSize } from './schedules';

/** The operations on schedule groups and their tags. */
export function groupOperations(store: ScheduleStore, runner: Runner) {
  return {
    CreateScheduleGroup: (input) =>
      store.once('CreateScheduleGroup', input, () => {
        const Name = input.Name ?? '';
        checkPattern(Name, 'name');
        if (store.groups.has(Name))
          throw new AwsError('ConflictException', `Schedule group ${Name} already exists.`, 409);
        const tags = new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
        return { ScheduleGroupArn: store.addGroup(Name, tags).arn };
      }),
    GetScheduleGroup: (input) => describeGroup(store.group(input.Name)),
    DeleteScheduleGroup: (input) =>
      store.once('DeleteScheduleGroup', input, () => {
        if (input.Name === 'default') throw invalid('The default schedule group cannot be deleted.');
        const group = store.group(input.Name);
        for (const schedule of group.schedules.values()) runner.stop(schedule);
        store.groups.delete(group.name);
        return {};
      }),
    ListScheduleGroups: (input) => {
      const all = [...store.groups.values()]
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = takePage(all, { token: input.NextToken, size: pageSize(input.MaxResults) });
      return { NextToken: page.next, ScheduleGroups: page.items.map(describeGroup) };
    },
    ListTagsForResource: (input) => ({
      Tags: [...find(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
    TagResource: (input) => {
      const group = find(input.ResourceArn);
      for (const { Key = '', Value = '' } of input.Tags ?? []) group.tags.set(Key, Value);
      return {};
    },
    UntagResource: (input) => {
      const group = find(input.ResourceArn);
      for (const key of input.TagKeys ?? []) group.tags.delete(key);
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-scheduler')>;

  function find(arn: string | undefined): ScheduleGroup {
    const group = [...store.groups.values()].find((candidate) => candidate.arn === arn);
    if (!group) throw notFound(`Resource ${arn} does not exist.`);
    return group;
  }
}

function describeGroup({ arn, name, created }: ScheduleGroup) {
  return {
    Arn: arn,
    CreationDate: created,
    LastModificationDate: created,
    Name: name,
    State: 'ACTIVE' as const,
  };
}
