import { AwsError } from '../../core/aws-error';
import { takePage } from '../../core/paging';
import type { OperationsOf } from '../../core/service';
import { defaultPolicy } from './default-policy';
import { invalidParameter } from './refusals';
import type { Topic, Topics } from './topics';

/** Topics and subscriptions on a page, as all of SNS's lists. */
export const PAGE_SIZE = 100;

/** Attributes that SetTopicAttributes takes. https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const SETTABLE =
  /^(ArchivePolicy|ContentBasedDeduplication|DeliveryPolicy|DisplayName|FifoThroughputScope|KmsMasterKeyId|Policy|SignatureVersion|TracingConfig|(Application|Firehose|HTTP|Lambda|SQS)(Success|Failure)Feedback(RoleArn|SampleRate))$/;

/** The operations on topics and their tags. */
export function topicOperations(topics: Topics) {
  return {
    CreateTopic: (input) => {
      const attributes = input.Attributes ?? {};
      for (const name of Object.keys(attributes))
        if (name !== 'FifoTopic' && !SETTABLE.test(name))
          throw invalidParameter(`Attributes Reason: Unknown attribute: ${name}`);
      return { TopicArn: topics.create(input.Name ?? '', attributes, input.Tags ?? []).arn };
    },
    DeleteTopic: (input) => {
      topics.delete(input.TopicArn);
      return {};
    },
    ListTopics: (input) => {
      const page = takePage(topics.list(), { token: input.NextToken, size: PAGE_SIZE, refuse: badToken });
      return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), NextToken: page.next };
    },
    GetTopicAttributes: (input) => ({ Attributes: describeTopic(topics.get(input.TopicArn)) }),
    SetTopicAttributes: (input) => {
      const topic = topics.get(input.TopicArn);
      const { AttributeName: name = '', AttributeValue: value = '' } = input;
      if (!SETTABLE.test(name)) throw invalidParameter('AttributeName');
      if (name === 'Policy' && value !== '') checkPolicy(value);
      if (value === '') delete topic.attributes[name];
      else topic.attributes[name] = value;
      return {};
    },
    TagResource: (input) => {
      const { tags } = find(input.ResourceArn);
      for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
      return {};
    },
    UntagResource: (input) => {
      const { tags } = find(input.ResourceArn);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
    ListTagsForResource: (input) => ({
      Tags: [...find(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-sns')>;

  /** The operations on tags have an error of their own for a topic that does not exist. */
  function find(arn: string | undefined): Topic {
    const topic = topics.list().find((one) => one.arn === arn);
    if (topic) return topic;
    throw new AwsError('ResourceNotFound', 'Resource does not exist', 404);
  }
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return invalidParameter('NextToken');
}

function checkPolicy(text: string): void {
  try {
    if (JSON.parse(text)?.Statement !== undefined) return;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidParameter('Policy Error: null');
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
