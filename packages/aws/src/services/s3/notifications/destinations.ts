import { parseArn } from 'aws-languages/arn';
import { AwsError, mayPass } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { serviceCall } from '../../../core/service-call';
import { deliverPatiently, doublingPauses } from '../../deliver';

/** How long S3 tries: a day. How often is not documented. */
const OLDEST_SECONDS = 86_400;
const LONGEST_PAUSE_SECONDS = 300;
const SUBJECT = 'Amazon S3 Notification';

/** What S3 looks up in Lambda of the bucket's region: whether a function's policy lets the bucket run it. */
interface FunctionPolicies {
  allows(functionArn: string, service: string, sourceArn: string): boolean;
}

/**
 * Why S3 cannot send to a function or a topic; undefined when it can. A topic is sent a test message, as AWS does.
 *
 * @param context of the bucket's region
 * @throws AwsError where the topic cannot be asked just now
 */
export async function findRefusal(
  context: Context,
  targetArn: string,
  { bucketArn, testMessage }: { readonly bucketArn: string; readonly testMessage: string },
): Promise<string | undefined> {
  const service = parseArn(targetArn)?.service;
  try {
    if (service === 'lambda') {
      const lambda = context.state<FunctionPolicies>('lambda');
      const isAllowed = lambda.allows(targetArn, 's3.amazonaws.com', bucketArn);
      return isAllowed ? undefined : `Not authorized to invoke function [${targetArn}]`;
    }
    if (service === 'sns') {
      const message = { TopicArn: targetArn, Subject: SUBJECT, Message: testMessage };
      await context.invoke(serviceCall(context, 's3', bucketArn), 'sns', 'Publish', message);
      return undefined;
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // Whether it can be sent to is not known.
    if (mayPass(error)) throw new AwsError('ServiceUnavailable', 'Service is unable to handle request.', 503);
    if (error.code === 'AuthorizationError')
      return 'Permissions on the destination topic do not allow S3 to publish notifications from this bucket';
  }
  const what = { lambda: 'Lambda function', sns: 'topic' }[service ?? ''] ?? 'queue';
  return `The destination ${what} does not exist`;
}

/**
 * Runs a function or publishes to a topic; where that is throttled or fails on its side, for a day.
 * https://aws.amazon.com/lambda/faqs/
 *
 * @param context of the bucket's region
 */
export function send(context: Context, bucketArn: string, targetArn: string, message: string): void {
  const [service, operation, input] = readTarget(targetArn, message);
  const notify = () => context.invoke(serviceCall(context, 's3', bucketArn), service, operation, input);
  deliverPatiently(context.clock, notify, {
    oldestSeconds: OLDEST_SECONDS,
    pauseAfter: doublingPauses(LONGEST_PAUSE_SECONDS),
    giveUp: (error) => {
      // What was deleted since it was named gets nothing more.
      if (!(error instanceof AwsError)) console.error(`S3 could not notify ${targetArn}:`, error);
    },
  });
}

function readTarget(targetArn: string, message: string): [string, string, object] {
  if (parseArn(targetArn)?.service === 'lambda')
    return [
      'lambda',
      'Invoke',
      { FunctionName: targetArn, InvocationType: 'Event', Payload: Buffer.from(message) },
    ];
  return ['sns', 'Publish', { TopicArn: targetArn, Subject: SUBJECT, Message: message }];
}
