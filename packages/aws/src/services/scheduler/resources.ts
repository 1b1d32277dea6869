import {
  type FlexibleTimeWindow,
  FlexibleTimeWindow$,
  type ScheduleState,
  type Target,
  Target$,
} from '@aws-sdk/client-scheduler';
import { z } from 'zod';
import { oneOf, shape, tags, text } from '../cloudformation/resources/properties';
import { type ResourceType, resource } from '../cloudformation/resources/resource';

const schedule = resource({
  properties: z.strictObject({
    Description: text.optional(),
    EndDate: text.optional(),
    FlexibleTimeWindow: shape<FlexibleTimeWindow>(FlexibleTimeWindow$),
    GroupName: text.optional(),
    KmsKeyArn: text.optional(),
    Name: text.optional(),
    ScheduleExpression: text,
    ScheduleExpressionTimezone: text.optional(),
    StartDate: text.optional(),
    State: oneOf<ScheduleState>().optional(),
    Target: shape<Target>(Target$),
  }),
  attributes: ['Arn'],
  replaceOn: ['Name', 'GroupName'],
  name: 'Name',
  async create({ StartDate, EndDate, ...properties }, context) {
    const id = properties.Name ?? context.physicalName({ max: 64 });
    const { ScheduleArn } = await context.aws.scheduler.CreateSchedule({
      ...properties,
      ...dates(StartDate, EndDate),
      Name: id,
    });
    return { id, attributes: { Arn: ScheduleArn } };
  },
  async update(id, { StartDate, EndDate, ...next }, _previous, { aws }) {
    await aws.scheduler.UpdateSchedule({ ...next, ...dates(StartDate, EndDate), Name: id });
    return undefined;
  },
  delete: (id, { GroupName }, { aws }) => aws.scheduler.DeleteSchedule({ Name: id, GroupName }),
});

function dates(start: string | undefined, end: string | undefined) {
  return {
    ...(start !== undefined && { StartDate: new Date(start) }),
    ...(end !== undefined && { EndDate: new Date(end) }),
  };
}

const scheduleGroup = resource({
  properties: z.strictObject({ Name: text.optional(), Tags: tags.optional() }),
  attributes: ['Arn', 'State', 'CreationDate', 'LastModificationDate'],
  name: 'Name',
  async create(properties, context) {
    const id = properties.Name ?? context.physicalName({ max: 64 });
    const { ScheduleGroupArn } = await context.aws.scheduler.CreateScheduleGroup({
      Name: id,
      Tags: [...context.tags],
    });
    const now = context.now().toISOString();
    return {
      id,
      attributes: { Arn: ScheduleGroupArn, State: 'ACTIVE', CreationDate: now, LastModificationDate: now },
    };
  },
  delete: (id, _properties, { aws }) => aws.scheduler.DeleteScheduleGroup({ Name: id }),
});

/** AWS::Scheduler. */
export const schedulerTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
};
