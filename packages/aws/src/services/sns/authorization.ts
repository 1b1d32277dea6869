import { parsePolicy } from 'aws-languages/policy/document';
import type { Authorization } from '../../core/authorization/authorization';
import { defaultPolicy } from './operations/default-policy';
import type { SnsState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
export const authorization: Authorization<SnsState> = {
  actions: { PublishBatch: ['Publish'] },
  names: { TopicName: 'Name' },
  find(_sns, _type, { input }) {
    const { SubscriptionArn: arn } = input;
    // Of a subscription, the topic.
    return typeof arn === 'string' ? [arn.slice(0, arn.lastIndexOf(':'))] : undefined;
  },
  context: (_sns, { action }, { input }) =>
    action === 'sns:Subscribe'
      ? { 'sns:Protocol': input.Protocol as string, 'sns:Endpoint': input.Endpoint as string | undefined }
      : {},
  resource(sns, arn) {
    const topic = sns.topics.list().find((one) => one.arn === arn);
    if (!topic) return undefined;
    const text = topic.attributes.Policy ?? JSON.stringify(defaultPolicy(topic.arn, sns.context.accountId));
    return { tags: topic.tags, policy: parsePolicy(text, { kind: 'resource' }) };
  },
};
