import { AdminError, type AdminRoute } from './route';

export const runSchedule: AdminRoute = {
  path: 'POST schedules/{region}/{group}/{name}/run',
  does: 'fires a schedule of EventBridge Scheduler, or a scheduled action of an Auto Scaling group, at once',
  async answer(aws, { parameters: { region = '', group = '', name = '' } }) {
    try {
      await aws.runSchedule(region, group, name);
    } catch (error) {
      throw new AdminError(404, (error as Error).message);
    }
    return { ran: name };
  },
};
