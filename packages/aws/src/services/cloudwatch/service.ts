import { defineService } from '../../core/service';
import { endWatches } from './alarms/watch-alarms';
import { authorization } from './authorization';
import * as alarms from './operations/alarms';
import * as dashboards from './operations/dashboards';
import * as metrics from './operations/metrics';
import * as tags from './operations/tags';
import { type Client, CloudWatchState } from './state';

/** CloudWatch of one region: metrics, alarms and dashboards. */
export const cloudwatch = defineService<Client, CloudWatchState>({
  client: () => import('@aws-sdk/client-cloudwatch'),
  signingName: 'monitoring',
  version: '2010-08-01',
  target: 'GraniteServiceVersion20100801',
  authorization,
  create: (context) => new CloudWatchState(context),
  operations: { ...metrics, ...alarms, ...dashboards, ...tags },
  dispose: endWatches,
});
