import { parseArn } from 'aws-languages/arn';
import type { RoleSessions } from '../../../core/authorization/role-sessions';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Call } from '../../../core/service';
import { deliver, deliverPatiently, doublingPauses } from '../../deliver';
import type { LambdaFunction } from '../functions';

/** What gets a record; queues and buckets get nothing. */
const DESTINATIONS: ReadonlySet<string> = new Set(['lambda', 'sns', 'events']);
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const OLDEST_SECONDS = 21_600;
const LONGEST_PAUSE_SECONDS = 300;

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
 * Tells a destination how an event ended, as the function's role: a function, a topic or an event bus.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function sendRecord(surroundings: Surroundings, destination: string, record: InvocationRecord): void {
  if (!DESTINATIONS.has(parseArn(destination)?.service ?? '')) return;
  const { context, fn } = surroundings;
  const payload = JSON.stringify(record);
  const outcome = record.requestContext.condition === 'Success' ? 'Success' : 'Failure';
  const event = {
    source: 'lambda',
    detailType: `Lambda Function Invocation Result - ${outcome}`,
    detail: payload,
    resources: [destination, `${fn.arn}:$LATEST`],
    time: context.clock.now(),
  };
  send(surroundings, destination, (call) =>
    deliver(context, call, { targetArn: destination, payload, event }),
  );
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
  const message = {
    TopicArn: target,
    Message: event.payload,
    MessageAttributes: {
      RequestID: attribute(event.requestId),
      ErrorCode: attribute('200'),
      // An attribute may not be empty.
      ...(errorMessage !== '' && { ErrorMessage: attribute(errorMessage.slice(0, 1024)) }),
    },
  };
  send(surroundings, target, (call) => surroundings.context.invoke(call, 'sns', 'Publish', message));
}

/**
 * A target that is gone, or refuses, is the function owner's to mend: nobody waits for this delivery. One that is throttled or fails on its
 * side is tried again for as long as an event may wait in Lambda.
 */
function send(
  { context, sessions, fn, traceId }: Surroundings,
  target: string,
  handOver: (call: Call) => Promise<unknown>,
): void {
  const attempt = async () => {
    const { region, accountId } = context;
    const principal = sessions.principalOf(fn.latest.configuration.Role ?? '', fn.arn);
    await handOver({ region, accountId, requestId: uuid(), principal, traceId });
  };
  deliverPatiently(context.clock, attempt, {
    oldestSeconds: OLDEST_SECONDS,
    pauseAfter: doublingPauses(LONGEST_PAUSE_SECONDS),
    giveUp: (error) => {
      if (!(error instanceof AwsError)) console.error(`delivery to ${target} failed:`, error);
    },
  });
}
