import { parseArn } from 'aws-languages/arn';
import type { RoleSessions } from '../../../core/authorization/role-sessions';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { LambdaFunction } from '../functions';

/** Whose event it was, and how to reach the services that are told of it. */
export interface Surroundings {
  readonly context: Context;
  readonly sessions: RoleSessions;
  readonly fn: LambdaFunction;
  readonly traceId?: string;
}

/** How an event ended, as a destination gets it. */
export interface InvocationRecord {
  readonly requestContext: { readonly condition: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

/**
 * Tells a destination how an event ended, as the function's role: a function, a topic or an event bus. Queues and buckets get nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function sendRecord(surroundings: Surroundings, destination: string, record: InvocationRecord): void {
  const text = JSON.stringify(record);
  const service = parseArn(destination)?.service;
  if (service === 'lambda')
    send(surroundings, destination, 'lambda', 'Invoke', {
      FunctionName: destination,
      InvocationType: 'Event',
      Payload: Buffer.from(text),
    });
  else if (service === 'sns')
    send(surroundings, destination, 'sns', 'Publish', { TopicArn: destination, Message: text });
  else if (service === 'events')
    send(surroundings, destination, 'eventbridge', 'PutEvents', {
      Entries: [makeEntry(surroundings.fn, destination, record, text)],
    });
}

function makeEntry(fn: LambdaFunction, bus: string, record: InvocationRecord, text: string) {
  const outcome = record.requestContext.condition === 'Success' ? 'Success' : 'Failure';
  return {
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${outcome}`,
    Detail: text,
    Resources: [bus, `${fn.arn}:$LATEST`],
    EventBusName: bus,
  };
}

/**
 * Hands an event that was given up to the function's dead-letter topic, if it has one.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
export function sendDeadLetter(
  surroundings: Surroundings,
  event: { readonly payload: string; readonly requestId: string },
  errorMessage: string,
): void {
  const target = surroundings.fn.latest.configuration.DeadLetterConfig?.TargetArn;
  if (target === undefined || parseArn(target)?.service !== 'sns') return;
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  send(surroundings, target, 'sns', 'Publish', {
    TopicArn: target,
    Message: event.payload,
    MessageAttributes: {
      RequestID: attribute(event.requestId),
      ErrorCode: attribute('200'),
      // An attribute may not be empty.
      ...(errorMessage !== '' && { ErrorMessage: attribute(errorMessage.slice(0, 1024)) }),
    },
  });
}

/** A target that is gone, or refuses, is the function owner's to mend: nobody waits for this delivery. */
function send(
  { context, sessions, fn, traceId }: Surroundings,
  target: string,
  service: string,
  operation: string,
  input: object,
): void {
  const deliver = async () => {
    const { region, accountId } = context;
    const principal = sessions.principalOf(fn.latest.configuration.Role ?? '', fn.arn);
    const call = { region, accountId, requestId: uuid(), principal, traceId };
    await context.invoke(call, service, operation, input);
  };
  deliver().catch((error: unknown) => {
    if (!(error instanceof AwsError)) console.error(`delivery to ${target} failed:`, error);
  });
}
