import type { IamPort } from '../../core/ports';
import { defineService } from '../../core/service';
import type { Lambda } from '../lambda';
import { StepFunctions } from '.';

/** Step Functions of one region. */
export const sfn = defineService({
  client: () => import('@aws-sdk/client-sfn'),
  signingName: 'states',
  target: 'AWSStepFunctions',
  needs: ['lambda', 'iam'],
  create: (context, needs: { lambda: Lambda; iam: IamPort }) =>
    new StepFunctions(context, {
      ...needs,
      callService: (service, operation, input, call) => context.invoke(call, service, operation, input),
    }),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
