import { defineService } from '../../core/service';
import { Iam } from '.';

/** AWS Identity and Access Management of one account: records with AWS's rules. Policies are kept, not enforced. */
export const iam = defineService({
  client: () => import('@aws-sdk/client-iam'),
  signingName: 'iam',
  version: '2010-05-08',
  global: true,
  create: (context) => new Iam(context),
  operations: (service) => service.operations,
});
