import { defineService } from '../../core/service';
import { topicsOf } from '../target-services';
import { CloudWatch } from '.';

/** CloudWatch of one region: metrics, alarms and dashboards. */
export const cloudwatch = defineService({
  client: () => import('@aws-sdk/client-cloudwatch'),
  signingName: 'monitoring',
  version: '2010-08-01',
  target: 'GraniteServiceVersion20100801',
  create: (context) => new CloudWatch(context, { sns: topicsOf(context) }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
