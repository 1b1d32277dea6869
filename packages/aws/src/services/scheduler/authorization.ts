import type { Authorization } from '../../core/authorization/authorization';
import type { SchedulerState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
export const authorization: Authorization<SchedulerState> = {
  find({ context }, type, { input }) {
    const { Name: name, GroupName: group = 'default' } = input;
    if (typeof name !== 'string') return undefined;
    const path = type === 'schedule' ? `schedule/${group}/${name}` : `schedule-group/${name}`;
    return [`arn:aws:scheduler:${context.region}:${context.accountId}:${path}`];
  },
  resource(scheduler, arn) {
    const group = [...scheduler.groups.values()].find((one) => one.arn === arn);
    return group && { tags: group.tags };
  },
};
