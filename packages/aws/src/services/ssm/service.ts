import { defineService } from '../../core/service';
import { Ssm } from '.';

/** The Parameter Store of AWS Systems Manager in one region. */
export const ssm = defineService({
  client: () => import('@aws-sdk/client-ssm'),
  signingName: 'ssm',
  target: 'AmazonSSM',
  create: (context) => new Ssm(context),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
