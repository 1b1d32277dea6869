import { zonesOf } from '../../catalogue/regions';
import { invalidParameterValue, missingInput } from '../../errors';
import type { Inventory } from '../../inventory';
import { requireDefaultVpc } from '../../network/security-groups';
import { countFreeAddresses } from '../../network/subnet-addresses';
import type { SubnetRecord } from '../../records/network';
import type { LaunchRequest } from './request';

/** The subnet asked for, or the default subnet of the zone (of the first zone that has room). */
export function chooseSubnet(
  ec2: Inventory,
  request: LaunchRequest,
  subnetId: string | undefined,
): SubnetRecord {
  const zone = zoneName(ec2, request);
  if (subnetId) {
    const subnet = ec2.subnets.require(subnetId);
    if (zone && subnet.AvailabilityZone !== zone) {
      throw invalidParameterValue(
        `The availability zone '${zone}' does not match the availability zone '${subnet.AvailabilityZone}' of the subnet '${subnetId}'.`,
      );
    }
    return subnet;
  }
  const vpcId = requireDefaultVpc(ec2);
  const candidates = ec2.subnets
    .values()
    .filter(
      (subnet) =>
        subnet.VpcId === vpcId && subnet.DefaultForAz && (!zone || subnet.AvailabilityZone === zone),
    );
  const chosen = candidates.find((subnet) => countFreeAddresses(ec2, subnet) > 0) ?? candidates[0];
  if (chosen) return chosen;
  const where = zone ? ` in availability zone '${zone}'` : '';
  throw missingInput(`No subnets found for the default VPC '${vpcId}'${where}. Please specify a subnet.`);
}

function zoneName(ec2: Inventory, request: LaunchRequest): string | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = request.Placement ?? {};
  if (!name && !id) return undefined;
  const found = zonesOf(ec2.context.region).find((zone) => zone.name === name || zone.id === id);
  if (!found) throw invalidParameterValue(`Invalid availability zone: [${name ?? id}]`);
  return found.name;
}
