import { matchesAction } from 'aws-languages/policy/action';
import { parsePolicy } from 'aws-languages/policy/document';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/paging';
import { invalidParameter } from '../errors';
import { PAGES } from '../paging';
import type { Op, SnsState, Topic } from '../state';
import { defaultPolicy } from './default-policy';

/** Attributes that SetTopicAttributes takes. https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const SETTABLE =
  /^(ArchivePolicy|ContentBasedDeduplication|DeliveryPolicy|DisplayName|FifoThroughputScope|KmsMasterKeyId|Policy|SignatureVersion|TracingConfig|(Application|Firehose|HTTP|Lambda|SQS)(Success|Failure)Feedback(RoleArn|SampleRate))$/;

export const CreateTopic: Op<'CreateTopic'> = (sns, input) => {
  const attributes = input.Attributes ?? {};
  for (const name of Object.keys(attributes))
    if (name !== 'FifoTopic' && !SETTABLE.test(name))
      throw invalidParameter(`Attributes Reason: Unknown attribute: ${name}`);
  checkPolicy(sns, attributes.Policy);
  return { TopicArn: sns.topics.create(input.Name ?? '', attributes, input.Tags ?? []).arn };
};

export const DeleteTopic: Op<'DeleteTopic'> = (sns, input) => {
  sns.topics.delete(input.TopicArn);
  return {};
};

export const ListTopics: Op<'ListTopics'> = (sns, input) => {
  const page = takePage(sns.topics.list(), {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ arn }) => arn,
  });
  return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), NextToken: page.next };
};

export const GetTopicAttributes: Op<'GetTopicAttributes'> = (sns, input) => ({
  Attributes: describeTopic(sns.topics.get(input.TopicArn)),
});

export const SetTopicAttributes: Op<'SetTopicAttributes'> = (sns, input) => {
  const topic = sns.topics.get(input.TopicArn);
  const { AttributeName: name = '', AttributeValue: value = '' } = input;
  if (!SETTABLE.test(name)) throw invalidParameter('AttributeName');
  if (name === 'Policy') checkPolicy(sns, value);
  if (value === '') delete topic.attributes[name];
  else topic.attributes[name] = value;
  return {};
};

export const TagResource: Op<'TagResource'> = (sns, input) => {
  const { tags } = find(sns, input.ResourceArn);
  for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (sns, input) => {
  const { tags } = find(sns, input.ResourceArn);
  for (const key of input.TagKeys ?? []) tags.delete(key);
  return {};
};

export const ListTagsForResource: Op<'ListTagsForResource'> = (sns, input) => ({
  Tags: [...find(sns, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
});

/** The operations on tags have an error of their own for a topic that does not exist. */
function find(sns: SnsState, arn: string | undefined): Topic {
  const topic = sns.topics.list().find((one) => one.arn === arn);
  if (topic) return topic;
  throw new AwsError('ResourceNotFound', 'Resource does not exist', 404);
}

/** What the policy of a topic may be about. https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
const POLICY_ACTIONS = [
  'AddPermission',
  'DeleteTopic',
  'GetDataProtectionPolicy',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'PutDataProtectionPolicy',
  'Receive',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
].map((name) => `sns:${name}`);

/** @throws AwsError InvalidParameter for what AWS calls malformed, and for actions that no topic's policy may be about: all of them */
function checkPolicy({ iam }: SnsState, text: string | undefined): void {
  if (!text) return;
  const refuse = () => invalidParameter('Policy Error: null');
  const policy = parsePolicy(text, { kind: 'resource', refuse });
  if (iam.findMissingPrincipal(policy) !== undefined)
    throw invalidParameter('Policy Error: PrincipalNotFound');
  const isInScope = (action: string) =>
    !/^(sns:)?\*$/i.test(action) && POLICY_ACTIONS.some((own) => matchesAction(action, own));
  if (!policy.statements.flatMap(({ actions }) => actions).every(isInScope))
    throw invalidParameter('Policy statement action out of service scope!');
}

function describeTopic(topic: Topic): Record<string, string> {
  const [, , , , owner = ''] = topic.arn.split(':');
  const all = [...topic.subscriptions.values()];
  return {
    TopicArn: topic.arn,
    Owner: owner,
    DisplayName: '',
    Policy: JSON.stringify(defaultPolicy(topic.arn, owner)),
    EffectiveDeliveryPolicy: topic.attributes.DeliveryPolicy ?? JSON.stringify(DELIVERY_POLICY),
    SubscriptionsConfirmed: String(all.filter(({ confirmed }) => confirmed).length),
    SubscriptionsPending: String(all.filter(({ confirmed }) => !confirmed).length),
    SubscriptionsDeleted: '0',
    ...(topic.attributes.FifoTopic === 'true' && { ContentBasedDeduplication: 'false' }),
    ...topic.attributes,
  };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
const DELIVERY_POLICY = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
};
