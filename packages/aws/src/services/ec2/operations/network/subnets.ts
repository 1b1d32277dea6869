import type { Subnet } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { type Zone, zonesOf } from '../../catalogue/regions';
import { readTagSpecifications } from '../../collections/tags';
import {
  encloses,
  formatAddress,
  formatCidr,
  overlaps,
  parseAddress,
  parseCidr,
  usableAddresses,
} from '../../network/cidr';
import type { SubnetRecord, VpcRecord } from '../../records/network';
import type { Ec2Operations, Ec2State } from '../../state';

/** Subnets. */
export function subnetOperations(state: Ec2State) {
  return {
    CreateSubnet(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['subnet'], call);
      const vpc = state.vpcs.require(input.VpcId);
      const zone = chooseZone(state, input.AvailabilityZone, input.AvailabilityZoneId);
      const subnet = createSubnet(state, vpc, checkBlock(state, vpc, input.CidrBlock), zone, {});
      state.tags.add(subnet.SubnetId, tagsFor('subnet'));
      return { Subnet: showSubnet(state, subnet) };
    },
    DescribeSubnets(input) {
      for (const subnet of state.subnets.values()) {
        subnet.AvailableIpAddressCount = countFreeAddresses(state, subnet);
      }
      const { items, NextToken } = state.subnets.describe(input, input.SubnetIds);
      return { Subnets: items, NextToken };
    },
    DeleteSubnet(input) {
      const subnet = state.subnets.require(input.SubnetId);
      if (state.interfaces.values().some((nic) => nic.SubnetId === subnet.SubnetId)) {
        throw new AwsError(
          'DependencyViolation',
          `The subnet '${subnet.SubnetId}' has dependencies and cannot be deleted.`,
        );
      }
      for (const table of state.routeTables.values()) {
        table.Associations = table.Associations.filter((one) => one.SubnetId !== subnet.SubnetId);
      }
      for (const acl of state.networkAcls.values()) {
        acl.Associations = acl.Associations.filter((one) => one.SubnetId !== subnet.SubnetId);
      }
      state.subnets.delete(subnet.SubnetId);
      return {};
    },
    ModifySubnetAttribute(input) {
      const subnet = state.subnets.require(input.SubnetId);
      if (input.MapPublicIpOnLaunch) {
        subnet.MapPublicIpOnLaunch = input.MapPublicIpOnLaunch.Value ?? false;
      }
      if (input.EnableDns64) subnet.EnableDns64 = input.EnableDns64.Value;
      if (input.AssignIpv6AddressOnCreation) {
        subnet.AssignIpv6AddressOnCreation = input.AssignIpv6AddressOnCreation.Value;
      }
      subnet.PrivateDnsNameOptionsOnLaunch = {
        ...subnet.PrivateDnsNameOptionsOnLaunch,
        ...(input.PrivateDnsHostnameTypeOnLaunch
          ? { HostnameType: input.PrivateDnsHostnameTypeOnLaunch }
          : {}),
        ...(input.EnableResourceNameDnsARecordOnLaunch
          ? { EnableResourceNameDnsARecord: input.EnableResourceNameDnsARecordOnLaunch.Value }
          : {}),
      };
      return {};
    },
  } satisfies Ec2Operations;
}

/** Adds a subnet whose block was checked. */
export function createSubnet(
  state: Ec2State,
  vpc: VpcRecord,
  cidrBlock: string,
  zone: Zone,
  options: { isDefault?: boolean },
): SubnetRecord {
  const SubnetId = resourceId('subnet');
  const acl = state.networkAcls.values().find((one) => one.VpcId === vpc.VpcId && one.IsDefault);
  acl?.Associations.push({
    NetworkAclAssociationId: resourceId('aclassoc'),
    NetworkAclId: acl.NetworkAclId,
    SubnetId,
  });
  return state.subnets.add(SubnetId, {
    SubnetId,
    SubnetArn: state.arn(`subnet/${SubnetId}`),
    VpcId: vpc.VpcId,
    OwnerId: state.owner,
    CidrBlock: cidrBlock,
    AvailabilityZone: zone.name,
    AvailabilityZoneId: zone.id,
    State: 'available',
    DefaultForAz: options.isDefault ?? false,
    MapPublicIpOnLaunch: options.isDefault ?? false,
    AssignIpv6AddressOnCreation: false,
    MapCustomerOwnedIpOnLaunch: false,
    EnableDns64: false,
    Ipv6Native: false,
    Ipv6CidrBlockAssociationSet: [],
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
  });
}

/** A subnet as the API shows it, with the addresses that are free now. */
export function showSubnet(state: Ec2State, subnet: SubnetRecord): Subnet {
  return {
    ...subnet,
    AvailableIpAddressCount: countFreeAddresses(state, subnet),
    Tags: state.tags.of(subnet.SubnetId),
  };
}

/**
 * A private address of the subnet: the wanted one, or any that is free.
 * @throws AwsError InvalidIPAddress.InUse, InvalidParameterValue for one outside, InsufficientFreeAddressesInSubnet
 */
export function takeAddress(state: Ec2State, subnet: SubnetRecord, wanted?: string): string {
  const cidr = parseCidr(subnet.CidrBlock) ?? { base: 0, bits: 32, size: 1 };
  const { first, last, count } = usableAddresses(cidr);
  const taken = takenAddresses(state, subnet);
  if (wanted !== undefined) {
    const address = parseAddress(wanted);
    if (address === undefined || address < first || address > last) {
      throw new AwsError(
        'InvalidParameterValue',
        `Address ${wanted} does not fall within the subnet's address range`,
      );
    }
    if (taken.has(wanted)) throw new AwsError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
    return wanted;
  }
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i++) {
    const address = formatAddress(first + ((start + i) % count));
    if (!taken.has(address)) return address;
  }
  throw new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnet.SubnetId}' to satisfy the requested number of instances.`,
  );
}

/** How many more addresses the subnet has to give. */
export function countFreeAddresses(state: Ec2State, subnet: SubnetRecord): number {
  const cidr = parseCidr(subnet.CidrBlock);
  return cidr ? usableAddresses(cidr).count - takenAddresses(state, subnet).size : 0;
}

function takenAddresses(state: Ec2State, subnet: SubnetRecord): Set<string> {
  return new Set(
    state.interfaces
      .values()
      .filter((nic) => nic.SubnetId === subnet.SubnetId)
      .map((nic) => nic.PrivateIpAddress),
  );
}

function checkBlock(state: Ec2State, vpc: VpcRecord, text: string | undefined): string {
  const block = parseCidr(text);
  if (!text)
    throw new AwsError('MissingParameter', "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
  const outer = parseCidr(vpc.CidrBlock);
  if (!block || !outer) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  }
  if (block.bits > 28 || block.bits < 16 || !encloses(outer, block)) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`);
  }
  const rival = state.subnets
    .values()
    .filter((subnet) => subnet.VpcId === vpc.VpcId)
    .map((subnet) => parseCidr(subnet.CidrBlock))
    .find((other) => other && overlaps(other, block));
  if (rival) {
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`);
  }
  return formatCidr(block);
}

/** The zone of that name or id; the first one of the region when neither is given. */
function chooseZone(state: Ec2State, name: string | undefined, id: string | undefined): Zone {
  const zones = zonesOf(state.context.region);
  const found = zones.find((zone) => (name ? zone.name === name : id ? zone.id === id : true));
  if (found) return found;
  const [parameter, value, known] = name
    ? ['availabilityZone', name, zones.map((zone) => zone.name)]
    : ['availabilityZoneId', id, zones.map((zone) => zone.id)];
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${value}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${known.join(', ')}.`,
  );
}
