import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { MessageDelivery } from '../../../aws';
import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';
import { runFunction } from '../delivery/functions';
import { useTopicKey } from '../delivery/topic-key';
import { invalidParameter } from '../errors';
import type { Op, SnsState, Subscription } from '../state';
import { MOST_BYTES, readMessage, sizeOf, type Unsent } from './read-message';

export const Publish: Op<'Publish'> = async (sns, input, call) => ({
  MessageId: await publish(sns, input, call),
});

export const PublishBatch: Op<'PublishBatch'> = async (
  sns,
  { TopicArn, PublishBatchRequestEntries = [] },
  call,
) => {
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
  sns.topics.get(TopicArn);
  const Successful: { Id: string; MessageId: string }[] = [];
  const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
  for (const { Id = '', ...entry } of PublishBatchRequestEntries) {
    try {
      Successful.push({ Id, MessageId: await publish(sns, { TopicArn, ...entry }, call) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
};

async function publish(sns: SnsState, input: PublishCommandInput, call: Call): Promise<string> {
  if (input.PhoneNumber !== undefined)
    throw invalidParameter('The embedded AWS sends no SMS: publish to a topic instead of a phone number.');
  const arn = input.TopicArn ?? input.TargetArn;
  if (arn === undefined)
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  const topic = sns.topics.get(arn);
  if (topic.attributes.FifoTopic === 'true' && input.MessageGroupId === undefined)
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  const read = readMessage(input, topic.arn, sns.context.clock.now());
  const subscriptions = [...topic.subscriptions.values()];
  const message = { ...read, deliveries: subscriptions.map((one) => planDelivery(read, one)) };
  await useTopicKey(sns, topic, call);
  sns.remember(message);
  for (const [at, subscription] of subscriptions.entries())
    if (subscription.protocol === 'lambda' && message.deliveries[at]?.outcome === 'sent')
      runFunction(sns, message, subscription);
  return message.id;
}

/** https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html: nothing is sent to who has not confirmed */
function planDelivery(
  message: Unsent,
  { protocol, endpoint, confirmed, wants }: Subscription,
): MessageDelivery {
  const body = message.bodies?.[protocol] ?? message.bodies?.default ?? message.body;
  const isWanted = !wants || wants(body, message.attributes);
  const outcome = confirmed ? 'sent' : 'unconfirmed';
  return { protocol, endpoint, outcome: isWanted ? outcome : 'filtered', body };
}
