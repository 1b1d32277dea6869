import { AwsError } from '../core/aws-error';
import type { Context } from '../core/context';
import { uuid } from '../core/ids';
import { serviceCall } from '../core/service-call';
import type { InvokeRequest } from './lambda/invocation/invoke';
import type { StartRequest } from './sfn/state';
import type { SnsTopics } from './target-services';

/** The services that rules and schedules deliver to. Read at every delivery, so they may be getters. */
export interface TargetServices {
  readonly lambda?: {
    invokeLater(request: InvokeRequest): string;
    allows(functionArn: string, service: string, sourceArn: string): boolean;
  };
  readonly states?: { start(request: StartRequest): unknown };
  readonly sns?: SnsTopics;
  readonly logs?: {
    write(group: string, stream: string, lines: readonly { timestamp: number; message: string }[]): void;
  };
}

/** Something to be handed to a target. */
export interface Delivery {
  readonly targetArn: string;
  /** The text that the target gets. */
  readonly payload: string;
  /** Who delivers, e.g. `events.amazonaws.com`. */
  readonly principal: string;
  /** The rule or the schedule. */
  readonly sourceArn: string;
  /** Without a role, a function's own policy must allow the invocation. */
  readonly roleArn?: string;
  /** Events of a rule that go to another bus. */
  readonly event?: {
    readonly source: string;
    readonly detailType: string;
    readonly detail: unknown;
    readonly resources: readonly string[];
  };
  readonly traceId?: string;
}

/**
 * Hands something to a target: a function, a state machine, a topic, a log group, an event bus.
 * @throws AwsError when the target refuses it, does not exist, or is of a kind that the embedded AWS lacks
 */
export async function deliver(delivery: Delivery, services: TargetServices, context: Context): Promise<void> {
  const { targetArn, payload } = delivery;
  const [, , service, , , ...rest] = targetArn.split(':');
  const { lambda, states, sns, logs } = services;
  if (service === 'lambda' && lambda) {
    if (!delivery.roleArn && !lambda.allows(targetArn, delivery.principal, delivery.sourceArn))
      throw new AwsError(
        'AccessDeniedException',
        `User: ${delivery.principal} is not authorized to perform: lambda:InvokeFunction on resource: ${targetArn} because no resource-based policy allows the lambda:InvokeFunction action`,
        403,
      );
    lambda.invokeLater({ functionName: targetArn, payload, traceId: delivery.traceId });
  } else if (service === 'states' && states) {
    states.start({ stateMachineArn: targetArn, name: uuid(), input: payload });
  } else if (service === 'sns' && sns) {
    await sns.operations.Publish({ TopicArn: targetArn, Message: payload }, serviceCall(context, 'events'));
  } else if (service === 'logs' && logs) {
    const group = rest
      .join(':')
      .replace(/^log-group:/, '')
      .replace(/:\*$/, '');
    logs.write(group, uuid(), [{ timestamp: context.clock.millis(), message: payload }]);
  } else if (service === 'events' && delivery.event) {
    context.bus.announce({ ...delivery.event, busName: targetArn.split('/').at(-1) });
  } else {
    throw new AwsError('UnsupportedTarget', `the embedded AWS cannot deliver to ${targetArn}`);
  }
}
