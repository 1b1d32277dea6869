import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { Call } from '../core/service';

/** What other services need of SNS. */
export interface SnsTopics {
  readonly operations: { Publish(input: PublishCommandInput, call: Call): unknown };
}
