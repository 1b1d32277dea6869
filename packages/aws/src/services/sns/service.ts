import type { PrincipalPort } from '../../core/ports';
import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as messages from './operations/messages';
import * as subscriptions from './operations/subscriptions';
import * as topics from './operations/topics';
import { type Client, SnsState } from './state';

/** Amazon SNS of one region. */
export const sns = defineService<Client, SnsState, { iam: PrincipalPort }>({
  client: () => import('@aws-sdk/client-sns'),
  signingName: 'sns',
  version: '2010-03-31',
  needs: ['iam'],
  authorization,
  create: (context, { iam }) => new SnsState(context, iam),
  operations: { ...topics, ...subscriptions, ...messages },
});
