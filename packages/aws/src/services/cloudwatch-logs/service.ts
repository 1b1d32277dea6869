import { defineService } from '../../core/service';
import { Logs } from '.';

/** CloudWatch Logs of one region: groups, streams and their lines. */
export const cloudwatchLogs = defineService({
  client: () => import('@aws-sdk/client-cloudwatch-logs'),
  signingName: 'logs',
  target: 'Logs_20140328',
  create: (context) => new Logs(context),
  operations: (service) => service.operations,
});
