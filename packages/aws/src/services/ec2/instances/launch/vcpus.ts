import { type InstanceTypeFacts, instanceTypes } from '../../catalogue/instance-types';
import { quotaCodeOf } from '../../catalogue/vcpu-quotas';
import { vcpuLimitExceeded } from '../../errors';
import type { Inventory } from '../../inventory';
import { availableCapacity } from '../capacity';

/** What is stopped, or ends, counts no more. */
const COUNTED: readonly string[] = ['pending', 'running'];

/**
 * How many more On-Demand Instances of a type the account's quota of vCPUs lets run, of those that are wanted. What is reserved counts
 * too, whether it is used or not; Spot Instances have quotas of their own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
 *
 * @throws AwsError `VcpuLimitExceeded` if not even the least number of them
 */
export function fitIntoQuota(ec2: Inventory, type: InstanceTypeFacts, least: number, most: number): number {
  const code = quotaCodeOf(type.name);
  if (code === undefined) return most;
  const quota = ec2.quotas.valueOf(code);
  const reserved = ec2.capacityReservations
    .values()
    .filter((one) => quotaCodeOf(one.InstanceType) === code)
    .reduce(
      (sum, one) => sum + availableCapacity(ec2, one) * (instanceTypes.get(one.InstanceType)?.vcpus ?? 0),
      0,
    );
  const running = ec2.instances
    .values()
    .filter((one) => COUNTED.includes(one.state) && !one.spotRequestId && quotaCodeOf(one.type) === code)
    .reduce((sum, one) => sum + (instanceTypes.get(one.type)?.vcpus ?? 0), 0);
  const room = Math.max(0, Math.floor((quota - running - reserved) / type.vcpus));
  if (room >= least) return Math.min(room, most);
  throw vcpuLimitExceeded(
    `You have requested more vCPU capacity than your current vCPU limit of ${quota} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
  );
}
