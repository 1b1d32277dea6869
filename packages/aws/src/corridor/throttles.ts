import { AwsError } from '../core/aws-error';
import type { Clock } from '../core/clock';
import type { Call } from '../core/service';
import { type Rate, TokenBuckets } from './token-buckets';

const rate = (size: number, refillPerSecond: number): Rate => ({ size, refillPerSecond });

/**
 * EC2's request rates per account and region.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
const EC2_RATES: Readonly<Record<string, Rate>> = {
  RunInstances: rate(5, 2),
  TerminateInstances: rate(100, 5),
  CreateTags: rate(100, 10),
  CopyImage: rate(100, 1),
  DeregisterImage: rate(100, 5),
  DeleteSnapshot: rate(100, 5),
  ModifyImageAttribute: rate(100, 5),
  CreateLaunchTemplateVersion: rate(100, 5),
  ModifyLaunchTemplate: rate(100, 5),
};
const EC2_READS = rate(100, 20);
const EC2_CHANGES = rate(50, 5);

/** The token buckets of an account, on AWS's clock. Calls that AWS services make themselves are not counted, as with service-linked roles. */
export class Throttles {
  private readonly buckets: TokenBuckets;

  /** @param enabled whether calls are refused at all; AWS always does */
  constructor(
    clock: Pick<Clock, 'millis'>,
    private readonly enabled = true,
  ) {
    this.buckets = new TokenBuckets(clock);
  }

  /** @throws AwsError `RequestLimitExceeded`, 503, when the bucket of the operation is empty */
  take(call: Call, signingName: string, operation: string): void {
    const limit = this.enabled && call.request && signingName === 'ec2' ? rateOf(operation) : undefined;
    if (!limit || this.buckets.take(`${call.region}:${operation}`, limit)) return;
    throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
}

function rateOf(operation: string): Rate {
  return EC2_RATES[operation] ?? (/^(Describe|Get|List|Search)/.test(operation) ? EC2_READS : EC2_CHANGES);
}
