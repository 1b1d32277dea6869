import { defineService } from '../../core/service';
import { CloudFormation } from '.';

/** AWS CloudFormation of one region. It makes resources through the other services' own operations. */
export const cloudformation = defineService({
  client: () => import('@aws-sdk/client-cloudformation'),
  signingName: 'cloudformation',
  version: '2010-05-15',
  create: (context) => new CloudFormation(context),
  operations: (service) => service.operations,
  dispose: (service) => service.dispose(),
});
