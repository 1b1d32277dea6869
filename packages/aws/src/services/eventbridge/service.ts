import { defineService } from '../../core/service';
import type { Logs } from '../cloudwatch-logs';
import type { Lambda } from '../lambda';
import type { StepFunctions } from '../sfn';
import { topicsOf } from '../target-services';
import { EventBridge } from '.';

/** EventBridge of one region: buses, rules, and the delivery of events to targets. */
export const eventbridge = defineService({
  client: () => import('@aws-sdk/client-eventbridge'),
  signingName: 'events',
  target: 'AWSEvents',
  needs: ['lambda', 'sfn', 'cloudwatch-logs'],
  create: (context, needs: { lambda: Lambda; sfn: StepFunctions; 'cloudwatch-logs': Logs }) =>
    new EventBridge(context, {
      lambda: needs.lambda,
      states: needs.sfn,
      logs: needs['cloudwatch-logs'],
      sns: topicsOf(context),
    }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
