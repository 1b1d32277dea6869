import {
  type CreateScheduleCommandInput,
  CreateScheduleInput$,
  type UpdateScheduleCommandInput,
  UpdateScheduleInput$,
} from '@aws-sdk/client-scheduler';
import { resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';

const schedule = resource('AWS::Scheduler::Schedule', {
  handles: [
    'Description',
    'EndDate',
    'FlexibleTimeWindow',
    'GroupName',
    'KmsKeyArn',
    'Name',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'State',
    'Target',
  ],
  name: 'Name',
  // UpdateSchedule finds a schedule by its group, so that it cannot move.
  replacesAlso: ['GroupName'],
  async create(properties, context) {
    const id = properties.Name ?? context.physicalName({ max: 64 });
    const { ScheduleArn } = await context.aws.scheduler.CreateSchedule(
      toShape<CreateScheduleCommandInput>(CreateScheduleInput$, { ...properties, Name: id }),
    );
    return { id, attributes: { Arn: ScheduleArn } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.scheduler.UpdateSchedule(
      toShape<UpdateScheduleCommandInput>(UpdateScheduleInput$, { ...next, Name: id }),
    );
    return undefined;
  },
  delete: (id, { GroupName }, { aws }) => aws.scheduler.DeleteSchedule({ Name: id, GroupName }),
});

const scheduleGroup = resource('AWS::Scheduler::ScheduleGroup', {
  handles: ['Name', 'Tags'],
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
  async retag(id, change, { aws, region, accountId }) {
    const ResourceArn = `arn:aws:scheduler:${region}:${accountId}:schedule-group/${id}`;
    if (change.set.length > 0) await aws.scheduler.TagResource({ ResourceArn, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.scheduler.UntagResource({ ResourceArn, TagKeys: [...change.removed] });
  },
});

/** AWS::Scheduler. */
export const schedulerTypes = [schedule, scheduleGroup];
