import { defineService } from '../../core/service';
import type { Lambda } from '../lambda';
import { Sns } from '.';

/** SNS of one region. Functions are run; other subscribers are kept as records. */
export const sns = defineService({
  client: () => import('@aws-sdk/client-sns'),
  signingName: 'sns',
  version: '2010-03-31',
  needs: ['lambda'],
  create: (context, needs: { lambda: Lambda }) => new Sns(context, needs),
  operations: (service) => service.operations,
});
