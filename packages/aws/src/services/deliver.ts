import { parseArn, splitResource } from 'aws-languages/arn';
import { AwsError, mayPass } from '../core/aws-error';
import type { Clock } from '../core/clock';
import type { Context } from '../core/context';
import { NoAnswer } from '../core/faults/faults';
import { uuid } from '../core/ids';
import type { Call } from '../core/service';

/** Something to be handed to a target. */
export interface Delivery {
  readonly targetArn: string;
  /** The text that the target gets. */
  readonly payload: string;
  /** The name of the execution, where the target is a state machine; it gets one of its own without. */
  readonly executionName?: string;
  /** What an event bus gets. */
  readonly event?: {
    readonly source?: string;
    readonly detailType?: string;
    /** JSON. */
    readonly detail: string;
    readonly resources: readonly string[];
    readonly time: Date;
  };
}

/**
 * Hands something to a target: a function, a state machine, a topic, a log group, an event bus. Each gets it by an operation of its own
 * service, called through the corridor.
 *
 * @param call whose call it is: the service that delivers, with the trace that goes on
 * @throws AwsError when the target refuses it, does not exist, or is of a kind that the embedded AWS lacks
 */
export async function deliver(context: Context, call: Call, delivery: Delivery): Promise<void> {
  try {
    await handOver(context, call, delivery);
  } catch (error) {
    // Lost on its way: whoever delivers does not know.
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/** How often what a target refuses is handed to it again. */
export interface Patience {
  /**
   * @param retries how many there were before
   * @returns AWS seconds before the next; undefined where there is none any more
   */
  pauseAfter(retries: number): number | undefined;
  /** How old something may become, in AWS seconds; as old as the pauses make it without. */
  readonly oldestSeconds?: number;
  /** Nobody has it, and nobody will. */
  giveUp(error: unknown): void;
}

/** Pauses that begin with a second and double, up to the longest. */
export function doublingPauses(longestSeconds: number): Patience['pauseAfter'] {
  return (retries) => Math.min(longestSeconds, 2 ** retries);
}

/**
 * Hands something over, and does so again where the target is throttled or fails on its side. What it refuses otherwise is given up at once,
 * and what is lost on its way is taken for delivered.
 *
 * @param attempt hands it over once
 */
export function deliverPatiently(clock: Clock, attempt: () => Promise<unknown>, patience: Patience): void {
  const since = clock.millis();
  const run = async (retries: number): Promise<void> => {
    try {
      await attempt();
    } catch (error) {
      if (error instanceof NoAnswer) return;
      const pause = mayPass(error) ? patience.pauseAfter(retries) : undefined;
      const age = (clock.millis() - since) / 1000 + (pause ?? 0);
      if (pause === undefined || age > (patience.oldestSeconds ?? Number.POSITIVE_INFINITY))
        return patience.giveUp(error);
      clock.after(pause, () => void run(retries + 1));
    }
  };
  void run(0);
}

async function handOver(context: Context, call: Call, delivery: Delivery): Promise<void> {
  const { targetArn, payload } = delivery;
  switch (parseArn(targetArn)?.service) {
    case 'lambda':
      await context.invoke(call, 'lambda', 'Invoke', {
        FunctionName: targetArn,
        InvocationType: 'Event',
        Payload: Buffer.from(payload),
      });
      return;
    case 'states':
      await context.invoke(call, 'sfn', 'StartExecution', {
        stateMachineArn: targetArn,
        name: delivery.executionName,
        input: payload,
        traceHeader: call.traceId,
      });
      return;
    case 'sns':
      await context.invoke(call, 'sns', 'Publish', { TopicArn: targetArn, Message: payload });
      return;
    case 'logs':
      return writeLine(context, call, targetArn, payload);
    case 'events':
      if (delivery.event) return putEvent(context, call, targetArn, delivery.event);
  }
  throw new AwsError('UnsupportedTarget', `the embedded AWS cannot deliver to ${targetArn}`);
}

/** Each delivery to a log group has a stream of its own. */
async function writeLine(context: Context, call: Call, groupArn: string, message: string): Promise<void> {
  const { id } = splitResource(parseArn(groupArn)?.resource ?? '');
  const stream = { logGroupName: id.replace(/:\*$/, ''), logStreamName: uuid() };
  await context.invoke(call, 'cloudwatch-logs', 'CreateLogStream', stream);
  await context.invoke(call, 'cloudwatch-logs', 'PutLogEvents', {
    ...stream,
    logEvents: [{ timestamp: context.clock.millis(), message }],
  });
}

async function putEvent(
  context: Context,
  call: Call,
  busArn: string,
  event: NonNullable<Delivery['event']>,
): Promise<void> {
  const entry = {
    EventBusName: busArn,
    Source: event.source,
    DetailType: event.detailType,
    Detail: event.detail,
    Resources: [...event.resources],
    Time: event.time,
  };
  const answer: { Entries?: readonly { ErrorCode?: string; ErrorMessage?: string }[] } = await context.invoke(
    call,
    'eventbridge',
    'PutEvents',
    { Entries: [entry] },
  );
  const { ErrorCode, ErrorMessage = '' } = answer.Entries?.[0] ?? {};
  if (ErrorCode) throw new AwsError(ErrorCode, ErrorMessage);
}
