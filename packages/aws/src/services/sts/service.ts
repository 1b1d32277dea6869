import { defineService } from '../../core/service';
import type { Iam } from '../iam';
import { Sts } from '.';

/** AWS Security Token Service. */
export const sts = defineService({
  client: () => import('@aws-sdk/client-sts'),
  signingName: 'sts',
  version: '2011-06-15',
  global: true,
  needs: ['iam'],
  create: (context, needs: { iam: Iam }) => new Sts(context, needs),
  operations: (service) => service.operations,
});
