import { AwsError } from '../core/aws-error';
import type { Lambda } from '../services/lambda/index';
import type { Destinations } from '../services/s3/notifications';
import type { Sns } from '../services/sns/index';

/** The functions and topics of a region, as buckets send their notifications there. */
export function s3Destinations({
  lambda,
  sns,
}: {
  readonly lambda: Lambda;
  readonly sns: Sns;
}): Destinations {
  return {
    refusal(targetArn, bucketArn) {
      const service = targetArn.split(':')[2];
      try {
        if (service === 'lambda')
          return lambda.allows(targetArn, 's3.amazonaws.com', bucketArn)
            ? undefined
            : `Not authorized to invoke function [${targetArn}]`;
        if (service === 'sns') {
          sns.operations.GetTopicAttributes({ TopicArn: targetArn });
          return undefined;
        }
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
      const what = { lambda: 'Lambda function', sns: 'topic' }[service ?? ''] ?? 'queue';
      return `The destination ${what} does not exist`;
    },
    send(targetArn, message) {
      try {
        if (targetArn.split(':')[2] === 'lambda')
          lambda.invokeLater({ functionName: targetArn, payload: message });
        else
          sns.operations.Publish({
            TopicArn: targetArn,
            Subject: 'Amazon S3 Notification',
            Message: message,
          });
      } catch (error) {
        // What was deleted since it was named gets nothing more.
        if (!(error instanceof AwsError)) throw error;
      }
    },
  };
}
