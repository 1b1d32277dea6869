import { AwsError } from '../core/aws-error';
import type { Clock } from '../core/clock';
import type { Call } from '../core/service';

/** A token bucket: so many calls at once, and so many more a second. */
interface Rate {
  readonly size: number;
  readonly refillPerSecond: number;
}

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
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** @param enabled whether calls are refused at all; AWS always does */
  constructor(
    private readonly clock: Pick<Clock, 'millis'>,
    private readonly enabled = true,
  ) {}

  /** @throws AwsError `RequestLimitExceeded`, 503, when the bucket of the operation is empty */
  take(call: Call, signingName: string, operation: string): void {
    const limit = this.enabled && call.request && signingName === 'ec2' ? rateOf(operation) : undefined;
    if (!limit) return;
    const key = `${call.region}:${operation}`;
    const now = this.clock.millis();
    const bucket = this.buckets.get(key) ?? { tokens: limit.size, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 1000) * limit.refillPerSecond;
    const tokens = Math.min(limit.size, refilled);
    if (tokens < 1) throw new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    this.buckets.set(key, { tokens: tokens - 1, at: now });
  }
}

function rateOf(operation: string): Rate {
  return EC2_RATES[operation] ?? (/^(Describe|Get|List|Search)/.test(operation) ? EC2_READS : EC2_CHANGES);
}
