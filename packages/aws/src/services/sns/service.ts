import { defineService } from '../../core/service';
import * as messages from './operations/messages';
import * as subscriptions from './operations/subscriptions';
import * as topics from './operations/topics';
import { type Client, type FunctionPolicies, SnsState } from './state';

/** Amazon SNS of one region. */
export const sns = defineService<Client, SnsState, { lambda: FunctionPolicies }>({
  client: () => import('@aws-sdk/client-sns'),
  signingName: 'sns',
  version: '2010-03-31',
  needs: ['lambda'],
  create: (context, { lambda }) => new SnsState(context, lambda),
  operations: { ...topics, ...subscriptions, ...messages },
});
