import { formatCidr, parseCidr } from 'aws-languages/cidr';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  invalidParameterCombination,
  invalidParameterValue,
  invalidVpcRange,
  mustContain,
} from '../../errors';
import { refreshPublicName } from '../../network/public-addresses';
import { createVpc, deleteVpc, showVpc } from '../../network/vpcs';
import type { Op } from '../../state';

export const CreateVpc: Op<'CreateVpc'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['vpc'], call);
  const cidr = parseCidr(input.CidrBlock);
  if (!input.CidrBlock) {
    throw mustContain('cidrBlock');
  }
  if (!cidr)
    throw invalidParameterValue(
      `Value (${input.CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (cidr.bits < 16 || cidr.bits > 28) {
    throw invalidVpcRange(`The CIDR '${input.CidrBlock}' is invalid.`);
  }
  if (input.AmazonProvidedIpv6CidrBlock)
    throw invalidParameterValue(
      'Value (true) for parameter amazonProvidedIpv6CidrBlock is invalid. The embedded AWS has no IPv6 blocks.',
    );
  if (input.InstanceTenancy === 'host') {
    throw invalidParameterValue(
      'Value (host) for parameter instanceTenancy is invalid. Valid values are: default, dedicated.',
    );
  }
  const vpc = createVpc(ec2, formatCidr(cidr), { tenancy: input.InstanceTenancy });
  ec2.tags.add(vpc.VpcId, tagsFor('vpc'));
  return { Vpc: { ...showVpc(vpc), State: 'pending', ...ec2.vpcs.tagsOf(vpc.VpcId) } };
};

export const DescribeVpcs: Op<'DescribeVpcs'> = (ec2, input) => {
  const { items, NextToken } = ec2.vpcs.describe(input, input.VpcIds);
  return { Vpcs: items.map(showVpc), NextToken };
};

export const DeleteVpc: Op<'DeleteVpc'> = (ec2, input) => {
  const vpc = ec2.vpcs.require(input.VpcId);
  deleteVpc(ec2, vpc);
  return {};
};

export const DescribeVpcAttribute: Op<'DescribeVpcAttribute'> = (ec2, input) => {
  const vpc = ec2.vpcs.require(input.VpcId);
  switch (input.Attribute) {
    case 'enableDnsSupport':
      return { VpcId: vpc.VpcId, EnableDnsSupport: { Value: vpc.attributes.dnsSupport } };
    case 'enableDnsHostnames':
      return { VpcId: vpc.VpcId, EnableDnsHostnames: { Value: vpc.attributes.dnsHostnames } };
    case 'enableNetworkAddressUsageMetrics':
      return {
        VpcId: vpc.VpcId,
        EnableNetworkAddressUsageMetrics: { Value: vpc.attributes.networkAddressUsageMetrics },
      };
    default:
      throw invalidParameterValue(
        `Value (${input.Attribute}) for parameter attribute is invalid. Unknown VPC attribute`,
      );
  }
};

export const ModifyVpcAttribute: Op<'ModifyVpcAttribute'> = (ec2, input) => {
  const { VpcId, attributes } = ec2.vpcs.require(input.VpcId);
  const changes = [input.EnableDnsSupport, input.EnableDnsHostnames, input.EnableNetworkAddressUsageMetrics];
  if (changes.filter((change) => change !== undefined).length !== 1) {
    throw invalidParameterCombination('Exactly one attribute must be specified');
  }
  if (input.EnableDnsHostnames?.Value && !attributes.dnsSupport) {
    throw invalidParameterCombination('enableDnsHostnames requires enableDnsSupport');
  }
  if (input.EnableDnsSupport) attributes.dnsSupport = input.EnableDnsSupport.Value ?? false;
  if (input.EnableDnsHostnames) attributes.dnsHostnames = input.EnableDnsHostnames.Value ?? false;
  if (input.EnableNetworkAddressUsageMetrics) {
    attributes.networkAddressUsageMetrics = input.EnableNetworkAddressUsageMetrics.Value ?? false;
  }
  for (const nic of ec2.interfaces.values()) {
    if (nic.VpcId === VpcId) refreshPublicName(ec2, nic);
  }
  return {};
};
