import type { PublishBatchCommandInput, PublishCommandInput } from '@aws-sdk/client-sns';
import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import type { OperationsOf } from '../../core/service';
import { type FunctionRunner, runFunction } from './function-delivery';
import { MOST_BYTES, readMessage, sizeOf } from './message';
import { invalidParameter } from './refusals';
import { subscriptionOperations } from './subscription-operations';
import { topicOperations } from './topic-operations';
import { type Message, Topics } from './topics';

const KEPT_MESSAGES = 1000;

/** SNS of one region. Functions are run; other subscribers are kept as records. */
export class Sns {
  readonly operations;
  private readonly topics: Topics;
  private readonly sent: Message[] = [];
  private readonly listeners = new Set<(message: Message) => void>();

  /** @param deps read when needed, so a getter will do where services depend on each other */
  constructor(
    private readonly context: Context,
    private readonly deps: { readonly lambda?: FunctionRunner } = {},
  ) {
    this.topics = new Topics(context);
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
    const arn = input.TopicArn ?? input.TargetArn;
    if (arn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    const topic = this.topics.get(arn);
    if (topic.attributes.FifoTopic === 'true' && input.MessageGroupId === undefined)
      throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
    const message = readMessage(input, topic.arn, this.context.clock.now());
    this.sent.push(message);
    if (this.sent.length > KEPT_MESSAGES) this.sent.shift();
    for (const listener of this.listeners) listener(message);
    for (const subscription of topic.subscriptions.values()) {
      const body = message.bodies?.[subscription.protocol] ?? message.bodies?.default ?? message.body;
      if (subscription.wants && !subscription.wants(body, message.attributes)) continue;
      if (subscription.protocol === 'lambda' && this.deps.lambda)
        runFunction(this.deps.lambda, message, subscription, this.context.region);
    }
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
    if (PublishBatchRequestEntries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MOST_BYTES)
      throw new AwsError(
        'BatchRequestTooLong',
        'The length of all the batch messages put together is more than the limit.',
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
}
