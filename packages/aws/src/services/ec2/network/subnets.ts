import type { Subnet } from '@aws-sdk/client-ec2';
import { type Cidr, encloses, formatCidr, overlaps, parseCidr } from 'aws-languages/cidr';
import { resourceId } from '../../../core/ids';
import { type Zone, zonesOf } from '../catalogue/regions';
import {
  invalidParameterValue,
  invalidSubnetConflict,
  invalidSubnetRange,
  missingParameter,
} from '../errors';
import type { Inventory } from '../inventory';
import type { SubnetRecord, VpcRecord } from '../records/network';
import { countFreeAddresses } from './subnet-addresses';
import { blocksOf } from './vpcs';

/** Adds a subnet whose block was checked. */
export function createSubnet(
  ec2: Inventory,
  vpc: VpcRecord,
  cidrBlock: string,
  zone: Zone,
  options: { isDefault?: boolean },
): SubnetRecord {
  const SubnetId = resourceId('subnet');
  const acl = ec2.networkAcls.values().find((one) => one.VpcId === vpc.VpcId && one.IsDefault);
  acl?.Associations.push({
    NetworkAclAssociationId: resourceId('aclassoc'),
    NetworkAclId: acl.NetworkAclId,
    SubnetId,
  });
  return ec2.subnets.add(SubnetId, {
    SubnetId,
    SubnetArn: ec2.arn(`subnet/${SubnetId}`),
    VpcId: vpc.VpcId,
    OwnerId: ec2.owner,
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
export function showSubnet(ec2: Inventory, subnet: SubnetRecord): Subnet {
  return {
    ...subnet,
    AvailableIpAddressCount: countFreeAddresses(ec2, subnet),
    ...ec2.subnets.tagsOf(subnet.SubnetId),
  };
}

/**
 * The block of a new subnet, in its canonical form.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 *
 * @throws AwsError InvalidSubnet.Range, InvalidSubnet.Conflict, InvalidParameterValue for what is no block
 */
export function checkBlock(ec2: Inventory, vpc: VpcRecord, text: string | undefined): string {
  const block = parseCidr(text);
  if (!text) throw missingParameter("Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
  if (!block) {
    throw invalidParameterValue(
      `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  }
  if (block.bits > 28 || block.bits < 16 || !isWithin(vpc, block)) {
    throw invalidSubnetRange(`The CIDR '${text}' is invalid.`);
  }
  const rival = ec2.subnets
    .values()
    .filter((subnet) => subnet.VpcId === vpc.VpcId)
    .map((subnet) => parseCidr(subnet.CidrBlock))
    .find((other) => other && overlaps(other, block));
  if (rival) {
    throw invalidSubnetConflict(`The CIDR '${text}' conflicts with another subnet`);
  }
  return formatCidr(block);
}

function isWithin(vpc: VpcRecord, block: Cidr): boolean {
  const blocks = blocksOf(vpc).map((text) => parseCidr(text));
  return blocks.some((outer) => outer !== undefined && encloses(outer, block));
}

/** The zone of that name or id; the first one of the region when neither is given. */
export function chooseZone(ec2: Inventory, name: string | undefined, id: string | undefined): Zone {
  const zones = zonesOf(ec2.context.region);
  const found = zones.find((zone) => (name ? zone.name === name : id ? zone.id === id : true));
  if (found) return found;
  const [parameter, value, known] = name
    ? ['availabilityZone', name, zones.map((zone) => zone.name)]
    : ['availabilityZoneId', id, zones.map((zone) => zone.id)];
  throw invalidParameterValue(
    `Value (${value}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${known.join(', ')}.`,
  );
}
