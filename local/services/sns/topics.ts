import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Realm } from '../../realm';
import { AwsError } from '../../wire/aws-error';
import { resourceArn } from './arns';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Record<string, string>;
  confirmed: boolean;
}

export interface Topic {
  readonly arn: string;
  readonly attributes: Record<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
}

/** A message that was published. */
export interface Message {
  readonly id: string;
  readonly topicArn: string;
  readonly subject?: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly publishedAt: Date;
}

const NAME = /^[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

/** The topics of one region. */
export class Topics {
  private readonly topics = new Map<string, Topic>();

  constructor(private readonly realm: Realm) {}

  /** Creating a topic that is there gives that topic, unless its attributes differ. */
  create(
    name: string,
    attributes: Record<string, string>,
    tags: readonly { Key?: string; Value?: string }[],
  ): Topic {
    if (!NAME.test(name)) throw new AwsError('InvalidParameter', 'Invalid parameter: Topic Name');
    const arn = resourceArn(this.realm, name);
    const existing = this.topics.get(arn);
    if (existing) {
      const differs = Object.entries(attributes).some(([key, value]) => existing.attributes[key] !== value);
      if (!differs) return existing;
      throw new AwsError(
        'InvalidParameter',
        'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
      );
    }
    const topic: Topic = {
      arn,
      attributes: { ...attributes },
      tags: new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      subscriptions: new Map(),
    };
    this.topics.set(arn, topic);
    return topic;
  }

  /** @throws AwsError NotFound, InvalidParameter for what is no topic's ARN */
  get(arn: string | undefined): Topic {
    if (!arn?.startsWith('arn:aws:sns:'))
      throw new AwsError('InvalidParameter', `Invalid parameter: TopicArn`);
    const topic = this.topics.get(arn);
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  delete(arn: string | undefined): void {
    if (arn) this.topics.delete(arn);
  }

  list(): Topic[] {
    return [...this.topics.values()];
  }

  /** @throws AwsError NotFound */
  subscription(arn: string | undefined): Subscription {
    for (const topic of this.topics.values()) {
      const found = topic.subscriptions.get(arn ?? '');
      if (found) return found;
    }
    throw new AwsError('NotFound', 'Subscription does not exist', 404);
  }
}
