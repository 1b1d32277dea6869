import type {
  ConfirmSubscriptionCommandInput,
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetSubscriptionAttributesCommandInput,
  GetTopicAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  ListTagsForResourceCommandInput,
  PublishBatchCommandInput,
  PublishCommandInput,
  SetSubscriptionAttributesCommandInput,
  SetTopicAttributesCommandInput,
  SubscribeCommandInput,
  TagResourceCommandInput,
  UnsubscribeCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { uuid } from '../../ids';
import type { Realm } from '../../realm';
import type { OperationsOf, Service } from '../../service';
import { AwsError } from '../../wire/aws-error';
import { type Message, type Subscription, type Topic, Topics } from './topics';

/** How SNS runs a function: not waiting for it. */
export interface FunctionRunner {
  invokeLater(request: { functionName: string; payload: string }): unknown;
}

const MOST_BYTES = 262_144;
const KEPT_MESSAGES = 1000;
/** Protocols whose endpoint must confirm by hand; nobody answers here, so they stay pending. */
const CONFIRMED_BY_HAND = ['email', 'email-json', 'http', 'https'];

/** SNS of one region. Functions are run; other subscribers are kept as records. */
export class Sns implements Service {
  readonly operations;
  private readonly topics: Topics;
  private readonly sent: Message[] = [];
  private readonly listeners = new Set<(message: Message) => void>();

  /** @param deps read when needed, so a getter will do where services depend on each other */
  constructor(
    private readonly realm: Realm,
    private readonly deps: { readonly lambda?: FunctionRunner } = {},
  ) {
    this.topics = new Topics(realm);
    this.operations = {
      ...topicOperations(this.topics),
      ...subscriptionOperations(this.topics),
      Publish: (input: PublishCommandInput) => ({ MessageId: this.publish(input) }),
      PublishBatch: (input: PublishBatchCommandInput) => this.publishBatch(input),
    } satisfies OperationsOf<typeof import('@aws-sdk/client-sns')>;
  }

  /** What was published, oldest first; the newest thousand. */
  messages(): readonly Message[] {
    return this.sent;
  }

  onPublish(listener: (message: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private publish(input: PublishCommandInput): string {
    const topic = this.topics.get(input.TopicArn ?? input.TargetArn);
    const body = input.Message ?? '';
    if (body === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
    if (Buffer.byteLength(body) > MOST_BYTES)
      throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
    const message: Message = {
      id: uuid(),
      topicArn: topic.arn,
      subject: input.Subject,
      body,
      attributes: input.MessageAttributes ?? {},
      publishedAt: this.realm.clock.now(),
    };
    this.sent.push(message);
    if (this.sent.length > KEPT_MESSAGES) this.sent.shift();
    for (const listener of this.listeners) listener(message);
    for (const subscription of topic.subscriptions.values()) this.deliver(message, subscription);
    return message.id;
  }

  private publishBatch({ TopicArn, PublishBatchRequestEntries = [] }: PublishBatchCommandInput) {
    if (PublishBatchRequestEntries.length === 0)
      throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
    if (PublishBatchRequestEntries.length > 10) {
      throw new AwsError(
        'TooManyEntriesInBatchRequest',
        'The batch request contains more entries than permissible.',
      );
    }
    const ids = PublishBatchRequestEntries.map(({ Id }) => Id);
    if (new Set(ids).size !== ids.length)
      throw new AwsError(
        'BatchEntryIdsNotDistinct',
        'Two or more batch entries in the request have the same Id.',
      );
    this.topics.get(TopicArn);
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
    for (const { Id = '', ...entry } of PublishBatchRequestEntries) {
      try {
        Successful.push({ Id, MessageId: this.publish({ TopicArn, ...entry }) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  }

  private deliver(message: Message, subscription: Subscription): void {
    if (subscription.protocol !== 'lambda' || !this.deps.lambda) return;
    const Sns = {
      Type: 'Notification',
      MessageId: message.id,
      TopicArn: message.topicArn,
      Subject: message.subject ?? null,
      Message: message.body,
      Timestamp: message.publishedAt.toISOString(),
      SignatureVersion: '1',
      MessageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([key, { DataType, StringValue }]) => [
          key,
          { Type: DataType, Value: StringValue },
        ]),
      ),
    };
    const record = {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: subscription.arn,
      Sns,
    };
    this.deps.lambda.invokeLater({
      functionName: subscription.endpoint,
      payload: JSON.stringify({ Records: [record] }),
    });
  }
}

function topicOperations(topics: Topics) {
  return {
    CreateTopic: (input: CreateTopicCommandInput) => ({
      TopicArn: topics.create(input.Name ?? '', input.Attributes ?? {}, input.Tags ?? []).arn,
    }),
    DeleteTopic: (input: DeleteTopicCommandInput) => {
      topics.delete(input.TopicArn);
      return {};
    },
    ListTopics: () => ({ Topics: topics.list().map(({ arn }) => ({ TopicArn: arn })) }),
    GetTopicAttributes: (input: GetTopicAttributesCommandInput) => ({
      Attributes: describeTopic(topics.get(input.TopicArn)),
    }),
    SetTopicAttributes: (input: SetTopicAttributesCommandInput) => {
      topics.get(input.TopicArn).attributes[input.AttributeName ?? ''] = input.AttributeValue ?? '';
      return {};
    },
    TagResource: (input: TagResourceCommandInput) => {
      for (const { Key = '', Value = '' } of input.Tags ?? [])
        topics.get(input.ResourceArn).tags.set(Key, Value);
      return {};
    },
    UntagResource: (input: UntagResourceCommandInput) => {
      for (const key of input.TagKeys ?? []) topics.get(input.ResourceArn).tags.delete(key);
      return {};
    },
    ListTagsForResource: (input: ListTagsForResourceCommandInput) => ({
      Tags: [...topics.get(input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

function describeTopic(topic: Topic): Record<string, string> {
  const [, , , , owner = ''] = topic.arn.split(':');
  const all = [...topic.subscriptions.values()];
  return {
    TopicArn: topic.arn,
    Owner: owner,
    DisplayName: '',
    SubscriptionsConfirmed: String(all.filter(({ confirmed }) => confirmed).length),
    SubscriptionsPending: String(all.filter(({ confirmed }) => !confirmed).length),
    SubscriptionsDeleted: '0',
    ...topic.attributes,
  };
}

function subscriptionOperations(topics: Topics) {
  return {
    Subscribe: (input: SubscribeCommandInput) => {
      const topic = topics.get(input.TopicArn);
      const protocol = input.Protocol ?? '';
      const endpoint = input.Endpoint ?? '';
      const same = [...topic.subscriptions.values()].find(
        (one) => one.protocol === protocol && one.endpoint === endpoint,
      );
      const subscription = same ?? newSubscription(topic, protocol, endpoint, input.Attributes ?? {});
      const shown = subscription.confirmed || input.ReturnSubscriptionArn;
      return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
    },
    ConfirmSubscription: (input: ConfirmSubscriptionCommandInput) => {
      topics.get(input.TopicArn);
      throw new AwsError('InvalidParameter', 'Invalid parameter: Token');
    },
    Unsubscribe: (input: UnsubscribeCommandInput) => {
      const { topicArn, arn } = topics.subscription(input.SubscriptionArn);
      topics.get(topicArn).subscriptions.delete(arn);
      return {};
    },
    ListSubscriptions: () => ({ Subscriptions: topics.list().flatMap(listed) }),
    ListSubscriptionsByTopic: (input: ListSubscriptionsByTopicCommandInput) => ({
      Subscriptions: listed(topics.get(input.TopicArn)),
    }),
    GetSubscriptionAttributes: (input: GetSubscriptionAttributesCommandInput) => {
      const found = topics.subscription(input.SubscriptionArn);
      return {
        Attributes: {
          SubscriptionArn: found.arn,
          TopicArn: found.topicArn,
          Protocol: found.protocol,
          Endpoint: found.endpoint,
          PendingConfirmation: String(!found.confirmed),
          ...found.attributes,
        },
      };
    },
    SetSubscriptionAttributes: (input: SetSubscriptionAttributesCommandInput) => {
      topics.subscription(input.SubscriptionArn).attributes[input.AttributeName ?? ''] =
        input.AttributeValue ?? '';
      return {};
    },
  };
}

function newSubscription(
  topic: Topic,
  protocol: string,
  endpoint: string,
  attributes: Record<string, string>,
): Subscription {
  if (!['lambda', 'sqs', 'sms', 'firehose', 'application', ...CONFIRMED_BY_HAND].includes(protocol)) {
    throw new AwsError(
      'InvalidParameter',
      `Invalid parameter: Does not support this protocol string: ${protocol}`,
    );
  }
  const subscription: Subscription = {
    arn: `${topic.arn}:${uuid()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    attributes: { ...attributes },
    confirmed: !CONFIRMED_BY_HAND.includes(protocol),
  };
  topic.subscriptions.set(subscription.arn, subscription);
  return subscription;
}

function listed(topic: Topic) {
  return [...topic.subscriptions.values()].map((one) => ({
    SubscriptionArn: one.confirmed ? one.arn : 'PendingConfirmation',
    TopicArn: one.topicArn,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    Owner: topic.arn.split(':')[4],
  }));
}
