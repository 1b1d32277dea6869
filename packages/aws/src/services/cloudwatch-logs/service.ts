import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as events from './operations/events';
import * as groups from './operations/groups';
import * as metricFilters from './operations/metric-filters';
import * as streams from './operations/streams';
import * as tags from './operations/tags';
import { type Client, LogsState } from './state';

/** CloudWatch Logs of one region: groups, streams and their lines. */
export const cloudwatchLogs = defineService<Client, LogsState>({
  client: () => import('@aws-sdk/client-cloudwatch-logs'),
  signingName: 'logs',
  target: 'Logs_20140328',
  authorization,
  create: (context) => new LogsState(context),
  operations: { ...groups, ...streams, ...events, ...metricFilters, ...tags },
});
