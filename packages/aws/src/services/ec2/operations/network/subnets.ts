import type { CreateSubnetCommandInput } from '@aws-sdk/client-ec2';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  dependencyViolation,
  invalidParameterCombination,
  invalidSubnetRange,
  missingParameter,
} from '../../errors';
import { countFreeAddresses } from '../../network/subnet-addresses';
import { checkBlock, chooseZone, createSubnet, showSubnet } from '../../network/subnets';
import type { Op } from '../../state';

export const CreateSubnet: Op<'CreateSubnet'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['subnet'], call);
  checkFamily(input);
  const vpc = ec2.vpcs.require(input.VpcId);
  // No VPC here has a block of IPv6 addresses, which a subnet's would have to be of.
  if (input.Ipv6CidrBlock) throw invalidSubnetRange(`The CIDR '${input.Ipv6CidrBlock}' is invalid.`);
  const zone = chooseZone(ec2, input.AvailabilityZone, input.AvailabilityZoneId);
  const subnet = createSubnet(ec2, vpc, checkBlock(ec2, vpc, input.CidrBlock), zone, {});
  ec2.tags.add(subnet.SubnetId, tagsFor('subnet'));
  return { Subnet: showSubnet(ec2, subnet) };
};

export const DescribeSubnets: Op<'DescribeSubnets'> = (ec2, input) => {
  for (const subnet of ec2.subnets.values()) {
    subnet.AvailableIpAddressCount = countFreeAddresses(ec2, subnet);
  }
  const { items, NextToken } = ec2.subnets.describe(input, input.SubnetIds);
  return { Subnets: items, NextToken };
};

export const DeleteSubnet: Op<'DeleteSubnet'> = (ec2, input) => {
  const subnet = ec2.subnets.require(input.SubnetId);
  if (ec2.interfaces.values().some((nic) => nic.SubnetId === subnet.SubnetId)) {
    throw dependencyViolation(`The subnet '${subnet.SubnetId}' has dependencies and cannot be deleted.`);
  }
  for (const table of ec2.routeTables.values()) {
    table.Associations = table.Associations.filter((one) => one.SubnetId !== subnet.SubnetId);
  }
  for (const acl of ec2.networkAcls.values()) {
    acl.Associations = acl.Associations.filter((one) => one.SubnetId !== subnet.SubnetId);
  }
  ec2.subnets.delete(subnet.SubnetId);
  return {};
};

export const ModifySubnetAttribute: Op<'ModifySubnetAttribute'> = (ec2, input) => {
  const subnet = ec2.subnets.require(input.SubnetId);
  if (input.MapPublicIpOnLaunch) {
    subnet.MapPublicIpOnLaunch = input.MapPublicIpOnLaunch.Value ?? false;
  }
  if (input.EnableDns64) subnet.EnableDns64 = input.EnableDns64.Value;
  if (input.AssignIpv6AddressOnCreation) {
    subnet.AssignIpv6AddressOnCreation = input.AssignIpv6AddressOnCreation.Value;
  }
  subnet.PrivateDnsNameOptionsOnLaunch = {
    ...subnet.PrivateDnsNameOptionsOnLaunch,
    ...(input.PrivateDnsHostnameTypeOnLaunch ? { HostnameType: input.PrivateDnsHostnameTypeOnLaunch } : {}),
    ...(input.EnableResourceNameDnsARecordOnLaunch
      ? { EnableResourceNameDnsARecord: input.EnableResourceNameDnsARecordOnLaunch.Value }
      : {}),
  };
  return {};
};

/** A subnet of IPv6 addresses alone has a block of them, and none of IPv4 addresses. */
function checkFamily(input: CreateSubnetCommandInput): void {
  if (!input.Ipv6Native) return;
  if (!input.Ipv6CidrBlock && !input.Ipv6IpamPoolId)
    throw missingParameter("Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.");
  if (input.CidrBlock || input.Ipv4IpamPoolId) {
    throw invalidParameterCombination(
      'When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.',
    );
  }
}
