import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { MessageFilter } from 'aws-languages/filter-policy';
import type { MessageDelivery } from '../../aws';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { PrincipalPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { checkArn, invalidParameter } from './errors';

export type Client = typeof import('@aws-sdk/client-sns');

/** One of SNS's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, SnsState, Name>;

/** The newest messages that are remembered, and the characters of all their bodies. */
const MOST_MESSAGES = 1000;
const MOST_CHARACTERS = 64_000_000;

/** SNS of one region. Functions are run; other subscribers are kept as records. */
export class SnsState {
  readonly topics: Topics;
  private readonly sent: Message[] = [];
  private characters = 0;

  constructor(
    readonly context: Context,
    readonly iam: PrincipalPort,
  ) {
    this.topics = new Topics(context);
  }

  /** What was published, oldest first; the newest thousand. */
  messages(): readonly Message[] {
    return this.sent;
  }

  remember(message: Message): void {
    this.sent.push(message);
    this.characters += charactersOf(message);
    while (this.sent.length > MOST_MESSAGES || this.characters > MOST_CHARACTERS) {
      const oldest = this.sent.shift();
      if (!oldest) return;
      this.characters -= charactersOf(oldest);
    }
  }
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  attributes: Readonly<Record<string, string>>;
  /** Of the attributes; kept ready. */
  wants?: MessageFilter;
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
  /** By protocol, of a message with the structure `json`; `default` is there. */
  readonly bodies?: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly publishedAt: Date;
  readonly deliveries: readonly MessageDelivery[];
}

/** What the bodies of a message come to: its own, and that which each subscription got. */
function charactersOf({ body, deliveries }: Message): number {
  return body.length + deliveries.reduce((sum, delivery) => sum + delivery.body.length, 0);
}

const NAME = /^[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

/** The topics of one region. */
export class Topics {
  private readonly topics = new Map<string, Topic>();

  constructor(private readonly context: Context) {}

  /** Creating a topic that is there gives that topic, unless its attributes differ. */
  create(
    name: string,
    attributes: Record<string, string>,
    tags: readonly { Key?: string; Value?: string }[],
  ): Topic {
    if (!NAME.test(name) || name.endsWith('.fifo') !== (attributes.FifoTopic === 'true'))
      throw invalidParameter('Topic Name');
    const arn = `arn:aws:sns:${this.context.region}:${this.context.accountId}:${name}`;
    const existing = this.topics.get(arn);
    if (existing) {
      const differs = Object.entries(attributes).some(([key, value]) => existing.attributes[key] !== value);
      if (differs)
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
      if (tags.some(({ Key = '', Value = '' }) => existing.tags.get(Key) !== Value))
        throw invalidParameter('Tags Reason: Topic already exists with different tags');
      return existing;
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
    checkArn(arn, 'TopicArn');
    const topic = this.topics.get(arn ?? '');
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  delete(arn: string | undefined): void {
    if (arn) this.topics.delete(arn);
  }

  list(): Topic[] {
    return [...this.topics.values()];
  }

  /** @throws AwsError NotFound, InvalidParameter for what is no subscription's ARN */
  subscription(arn: string | undefined): Subscription {
    checkArn(arn, 'SubscriptionArn');
    for (const topic of this.topics.values()) {
      const found = topic.subscriptions.get(arn ?? '');
      if (found) return found;
    }
    throw new AwsError('NotFound', 'Subscription does not exist', 404);
  }
}
