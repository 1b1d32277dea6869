import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as groups from './operations/groups';
import * as schedules from './operations/schedules';
import * as tags from './operations/tags';
import { stopAllRuns } from './runs/run-schedules';
import { type Client, type Roles, SchedulerState } from './state';

/** EventBridge Scheduler of one region. */
export const scheduler = defineService<Client, SchedulerState, { iam: Roles }>({
  client: () => import('@aws-sdk/client-scheduler'),
  signingName: 'scheduler',
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new SchedulerState(context, iam),
  operations: { ...schedules, ...groups, ...tags },
  dispose: stopAllRuns,
});
