import { AwsError } from '../../../core/aws-error';
import { randomBytes } from '../../../core/ids';
import { serviceCall } from '../../../core/service-call';
import { deliverPatiently } from '../../deliver';
import type { Message, SnsState, Subscription } from '../state';

/** Pauses between attempts, in seconds: three without, two of one, ten that grow from one to twenty, and then twenty for 23 days. */
const PAUSES = [0, 0, 0, 1, 1, 1, 1.4, 1.9, 2.7, 3.8, 5.3, 7.4, 10.3, 14.4, 20];
const LONGEST_PAUSE_SECONDS = 20;
const RETRIES = 100_015;

/**
 * Hands a message to a function that is subscribed; what fails on Lambda's side is tried again. A function that is gone or does not permit the
 * topic gets nothing, and the publisher hears nothing of either.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export function runFunction(sns: SnsState, message: Message, subscription: Subscription): void {
  const { context } = sns;
  const Payload = Buffer.from(
    JSON.stringify({ Records: [makeRecord(message, subscription, context.region)] }),
  );
  const FunctionName = subscription.endpoint;
  const run = () =>
    context.invoke(serviceCall(context, 'sns', message.topicArn), 'lambda', 'Invoke', {
      ...{ FunctionName, Payload },
      InvocationType: 'Event',
    });
  deliverPatiently(context.clock, run, {
    pauseAfter: (retries) => (retries < RETRIES ? (PAUSES[retries] ?? LONGEST_PAUSE_SECONDS) : undefined),
    giveUp: (error) => {
      if (!(error instanceof AwsError)) console.error(`SNS could not run ${FunctionName}:`, error);
    },
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function makeRecord(message: Message, subscription: Subscription, region: string) {
  const host = `https://sns.${region}.amazonaws.com`;
  return {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: {
      Type: 'Notification',
      MessageId: message.id,
      TopicArn: message.topicArn,
      Subject: message.subject ?? null,
      Message: message.bodies?.lambda ?? message.bodies?.default ?? message.body,
      Timestamp: message.publishedAt.toISOString(),
      SignatureVersion: '1',
      // Of the right form; there is no certificate to check it with.
      Signature: randomBytes(256).toString('base64'),
      SigningCertUrl: `${host}/SimpleNotificationService-${'0'.repeat(32)}.pem`,
      UnsubscribeUrl: `${host}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
      MessageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([key, { DataType, StringValue, BinaryValue }]) => [
          key,
          { Type: DataType, Value: BinaryValue ? Buffer.from(BinaryValue).toString('base64') : StringValue },
        ]),
      ),
    },
  };
}
