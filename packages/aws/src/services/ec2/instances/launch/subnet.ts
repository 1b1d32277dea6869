import { AwsError } from '../../../../core/aws-error';
import { zonesOf } from '../../catalogue/regions';
import { requireDefaultVpc } from '../../operations/interfaces/security-groups';
import { countFreeAddresses } from '../../operations/network/subnets';
import type { SubnetRecord } from '../../records/network';
import type { Ec2State } from '../../state';
import type { LaunchRequest } from './request';

/** The subnet asked for, or the default subnet of the zone (of the first zone that has room). */
export function chooseSubnet(
  state: Ec2State,
  request: LaunchRequest,
  subnetId: string | undefined,
): SubnetRecord {
  const zone = zoneName(state, request);
  if (subnetId) {
    const subnet = state.subnets.require(subnetId);
    if (zone && subnet.AvailabilityZone !== zone) {
      throw new AwsError(
        'InvalidParameterValue',
        `The availability zone '${zone}' does not match the availability zone '${subnet.AvailabilityZone}' of the subnet '${subnetId}'.`,
      );
    }
    return subnet;
  }
  const vpcId = requireDefaultVpc(state);
  const candidates = state.subnets
    .values()
    .filter(
      (subnet) =>
        subnet.VpcId === vpcId && subnet.DefaultForAz && (!zone || subnet.AvailabilityZone === zone),
    );
  const chosen = candidates.find((subnet) => countFreeAddresses(state, subnet) > 0) ?? candidates[0];
  if (chosen) return chosen;
  const where = zone ? ` in availability zone '${zone}'` : '';
  throw new AwsError(
    'MissingInput',
    `No subnets found for the default VPC '${vpcId}'${where}. Please specify a subnet.`,
  );
}

function zoneName(state: Ec2State, request: LaunchRequest): string | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = request.Placement ?? {};
  if (!name && !id) return undefined;
  const found = zonesOf(state.context.region).find((zone) => zone.name === name || zone.id === id);
  if (!found) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name ?? id}]`);
  return found.name;
}
