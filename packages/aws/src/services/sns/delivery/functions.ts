import { AwsError } from '../../../core/aws-error';
import { randomBytes } from '../../../core/ids';
import { serviceCall } from '../../../core/service-call';
import type { Message, SnsState, Subscription } from '../state';

/**
 * Hands a message to a function that is subscribed. A function that is gone or does not permit the topic gets nothing, and the
 * publisher hears nothing of it: on AWS the delivery is tried again and given up.
 */
export function runFunction(sns: SnsState, message: Message, subscription: Subscription): void {
  const { context } = sns;
  const FunctionName = subscription.endpoint;
  const Payload = Buffer.from(
    JSON.stringify({ Records: [makeRecord(message, subscription, context.region)] }),
  );
  context
    .invoke(serviceCall(context, 'sns', message.topicArn), 'lambda', 'Invoke', {
      FunctionName,
      InvocationType: 'Event',
      Payload,
    })
    .catch((error: unknown) => {
      if (!(error instanceof AwsError)) console.error(`SNS could not run ${FunctionName}:`, error);
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
