import { type Cidr, encloses, formatCidr, overlaps, parseCidr } from 'aws-languages/cidr';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  cidrLimitExceeded,
  dependencyViolation,
  invalidParameterCombination,
  invalidParameterValue,
  invalidVpcCidrBlockAssociationIdNotFound,
  invalidVpcRange,
  mustContain,
  operationNotPermitted,
} from '../../errors';
import { refreshPublicName } from '../../network/public-addresses';
import { addBlock, blocksOf, createVpc, deleteVpc, removeBlock, showVpc } from '../../network/vpcs';
import type { Op } from '../../state';

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const MOST_BLOCKS = 5;

export const CreateVpc: Op<'CreateVpc'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['vpc'], call);
  const cidr = readBlock(input.CidrBlock);
  refuseIpv6(input.AmazonProvidedIpv6CidrBlock);
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

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
export const AssociateVpcCidrBlock: Op<'AssociateVpcCidrBlock'> = (ec2, input) => {
  const vpc = ec2.vpcs.require(input.VpcId);
  refuseIpv6(input.AmazonProvidedIpv6CidrBlock);
  const block = readBlock(input.CidrBlock);
  const blocks = blocksOf(vpc);
  if (blocks.length >= MOST_BLOCKS)
    throw cidrLimitExceeded(
      `This network '${vpc.VpcId}' has met its maximum number of allowed CIDRs: ${MOST_BLOCKS}`,
    );
  if (blocks.map((text) => parseCidr(text)).some((other) => other && overlaps(other, block)))
    throw invalidVpcRange(`The CIDR '${input.CidrBlock}' is invalid.`);
  const association = addBlock(ec2, vpc, formatCidr(block));
  return {
    VpcId: vpc.VpcId,
    CidrBlockAssociation: { ...association, CidrBlockState: { State: 'associating' } },
  };
};

/** The block goes at once, when no subnet has any of it. */
export const DisassociateVpcCidrBlock: Op<'DisassociateVpcCidrBlock'> = (ec2, input) => {
  const { AssociationId: id } = input;
  const vpc = ec2.vpcs
    .values()
    .find((one) => one.CidrBlockAssociationSet?.some(({ AssociationId }) => AssociationId === id));
  const association = vpc?.CidrBlockAssociationSet?.find(({ AssociationId }) => AssociationId === id);
  const block = parseCidr(association?.CidrBlock);
  if (!vpc || !association || !block)
    throw invalidVpcCidrBlockAssociationIdNotFound(
      `The vpc CIDR block association ID '${id}' does not exist`,
    );
  const refusal = `The vpc CIDR block with association ID ${id} may not be disassociated.`;
  if (association.CidrBlock === vpc.CidrBlock)
    throw operationNotPermitted(`${refusal} It is the primary IPv4 CIDR block of the VPC`);
  const subnets = ec2.subnets.values().filter(({ VpcId }) => VpcId === vpc.VpcId);
  if (subnets.map((subnet) => parseCidr(subnet.CidrBlock)).some((inner) => inner && encloses(block, inner)))
    throw dependencyViolation(`${refusal} There are subnets in it`);
  removeBlock(ec2, vpc, association);
  return {
    VpcId: vpc.VpcId,
    CidrBlockAssociation: { ...association, CidrBlockState: { State: 'disassociating' } },
  };
};

/** @throws AwsError MissingParameter, InvalidParameterValue, InvalidVpc.Range */
function readBlock(text: string | undefined): Cidr {
  if (!text) throw mustContain('cidrBlock');
  const block = parseCidr(text);
  if (!block)
    throw invalidParameterValue(
      `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (block.bits < 16 || block.bits > 28) throw invalidVpcRange(`The CIDR '${text}' is invalid.`);
  return block;
}

function refuseIpv6(isAsked: boolean | undefined): void {
  if (!isAsked) return;
  throw invalidParameterValue(
    'Value (true) for parameter amazonProvidedIpv6CidrBlock is invalid. The embedded AWS has no IPv6 blocks.',
  );
}

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
