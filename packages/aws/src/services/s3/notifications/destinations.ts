import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { serviceCall } from '../../../core/service-call';
import type { Lambda } from '../../lambda';
import type { SnsState } from '../../sns/state';
import type { Destinations } from './notifications';

/** The functions and topics of a region, as buckets send their notifications there. */
export function s3Destinations(context: Context): Destinations {
  const lambda = context.state<Lambda>('lambda');
  const sns = context.state<SnsState>('sns');
  return {
    refusal(targetArn, bucketArn) {
      const service = targetArn.split(':')[2];
      try {
        if (service === 'lambda')
          return lambda.allows(targetArn, 's3.amazonaws.com', bucketArn)
            ? undefined
            : `Not authorized to invoke function [${targetArn}]`;
        if (service === 'sns') {
          sns.topics.get(targetArn);
          return undefined;
        }
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
      const what = { lambda: 'Lambda function', sns: 'topic' }[service ?? ''] ?? 'queue';
      return `The destination ${what} does not exist`;
    },
    send(targetArn, message) {
      const [service, operation, input] =
        targetArn.split(':')[2] === 'lambda'
          ? ([
              'lambda',
              'Invoke',
              { FunctionName: targetArn, InvocationType: 'Event', Payload: Buffer.from(message) },
            ] as const)
          : ([
              'sns',
              'Publish',
              { TopicArn: targetArn, Subject: 'Amazon S3 Notification', Message: message },
            ] as const);
      context.invoke(serviceCall(context, 's3'), service, operation, input).catch((error: unknown) => {
        // What was deleted since it was named gets nothing more.
        if (!(error instanceof AwsError)) console.error(`S3 could not notify ${targetArn}:`, error);
      });
    },
  };
}
