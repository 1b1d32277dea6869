import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { Context } from '../core/context';
import type { Call } from '../core/service';

/** What other services need of SNS. */
export interface SnsTopics {
  readonly operations: { Publish(input: PublishCommandInput, call: Call): unknown };
}

/** SNS as the corridor leads to it. */
export function topicsOf(context: Context): SnsTopics {
  return { operations: { Publish: (input, call) => context.invoke(call, 'sns', 'Publish', input) } };
}
