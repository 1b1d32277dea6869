import type { IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Lambda } from '../lambda';
import { topicsOf } from '../target-services';
import { Scheduler } from '.';

/** EventBridge Scheduler of one region. */
export const scheduler = defineService({
  client: () => import('@aws-sdk/client-scheduler'),
  signingName: 'scheduler',
  needs: ['lambda', 'iam'],
  create: (context, needs: { lambda: Lambda; iam: IamPort }) =>
    new Scheduler(context, {
      ...needs,
      sns: topicsOf(context),
      states: {
        operations: { StartExecution: (input, call) => context.invoke(call, 'sfn', 'StartExecution', input) },
      },
      events: {
        operations: { PutEvents: (input, call) => context.invoke(call, 'eventbridge', 'PutEvents', input) },
      },
    }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
