import type { Tenancy } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { privateDomain, zonesOf } from '../../catalogue/regions';
import { readTagSpecifications } from '../../collections/tags';
import { formatCidr, parseCidr } from '../../network/cidr';
import type { VpcRecord } from '../../records/network';
import { checkOneOf } from '../../requests/parameters';
import type { Ec2Operations, Ec2State } from '../../state';
import { refreshPublicName } from '../interfaces/interfaces';
import { createSecurityGroup } from '../interfaces/security-groups';
import { createSubnet } from './subnets';

const DEFAULT_CIDR = '172.31.0.0/16';

/** VPCs, and what AWS makes with each: a main route table, a network ACL, a default security group. */
export function vpcOperations(state: Ec2State) {
  return {
    CreateVpc(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['vpc'], call);
      const cidr = parseCidr(input.CidrBlock);
      if (!input.CidrBlock) {
        throw new AwsError('MissingParameter', 'The request must contain the parameter cidrBlock');
      }
      if (!cidr)
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${input.CidrBlock}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
        );
      if (cidr.bits < 16 || cidr.bits > 28) {
        throw new AwsError('InvalidVpc.Range', `The CIDR '${input.CidrBlock}' is invalid.`);
      }
      checkOneOf('instanceTenancy', input.InstanceTenancy, ['default', 'dedicated']);
      const vpc = createVpc(state, formatCidr(cidr), { tenancy: input.InstanceTenancy });
      state.tags.add(vpc.VpcId, tagsFor('vpc'));
      return { Vpc: { ...showVpc(vpc), State: 'pending', Tags: state.tags.of(vpc.VpcId) } };
    },
    DescribeVpcs(input) {
      const { items, NextToken } = state.vpcs.describe(input, input.VpcIds);
      return { Vpcs: items.map(showVpc), NextToken };
    },
    DeleteVpc(input) {
      const vpc = state.vpcs.require(input.VpcId);
      deleteVpc(state, vpc);
      return {};
    },
    DescribeVpcAttribute(input) {
      const vpc = state.vpcs.require(input.VpcId);
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
          throw new AwsError(
            'InvalidParameterValue',
            `Value (${input.Attribute}) for parameter attribute is invalid. Unknown VPC attribute`,
          );
      }
    },
    ModifyVpcAttribute(input) {
      const { VpcId, attributes } = state.vpcs.require(input.VpcId);
      const changes = [
        input.EnableDnsSupport,
        input.EnableDnsHostnames,
        input.EnableNetworkAddressUsageMetrics,
      ];
      if (changes.filter((change) => change !== undefined).length !== 1) {
        throw new AwsError('InvalidParameterCombination', 'Exactly one attribute must be specified');
      }
      if (input.EnableDnsHostnames?.Value && !attributes.dnsSupport) {
        throw new AwsError('InvalidParameterCombination', 'enableDnsHostnames requires enableDnsSupport');
      }
      if (input.EnableDnsSupport) attributes.dnsSupport = input.EnableDnsSupport.Value ?? false;
      if (input.EnableDnsHostnames) attributes.dnsHostnames = input.EnableDnsHostnames.Value ?? false;
      if (input.EnableNetworkAddressUsageMetrics) {
        attributes.networkAddressUsageMetrics = input.EnableNetworkAddressUsageMetrics.Value ?? false;
      }
      for (const nic of state.interfaces.values()) {
        if (nic.VpcId === VpcId) refreshPublicName(state, nic);
      }
      return {};
    },
    DescribeDhcpOptions(input) {
      const { items, NextToken } = state.dhcpOptions.describe(input, input.DhcpOptionsIds);
      return { DhcpOptions: items, NextToken };
    },
    DescribeNetworkAcls(input) {
      const { items, NextToken } = state.networkAcls.describe(input, input.NetworkAclIds);
      return { NetworkAcls: items, NextToken };
    },
    DescribeVpcEndpoints(input) {
      const [wanted] = input.VpcEndpointIds ?? [];
      if (wanted) {
        throw new AwsError('InvalidVpcEndpointId.NotFound', `The Vpc Endpoint Id '${wanted}' does not exist`);
      }
      return { VpcEndpoints: [] };
    },
    DescribeNatGateways(input) {
      const [wanted] = input.NatGatewayIds ?? [];
      if (wanted) throw new AwsError('NatGatewayNotFound', `NAT gateway ${wanted} was not found`);
      return { NatGateways: [] };
    },
  } satisfies Ec2Operations;
}

/** The default VPC that a new account has in each region: a public subnet in every zone. */
export function createDefaultVpc(state: Ec2State): void {
  const vpc = createVpc(state, DEFAULT_CIDR, { isDefault: true });
  zonesOf(state.context.region).forEach((zone, i) => {
    createSubnet(state, vpc, `172.31.${i * 16}.0/20`, zone, { isDefault: true });
  });
  const InternetGatewayId = resourceId('igw');
  state.internetGateways.add(InternetGatewayId, {
    InternetGatewayId,
    OwnerId: state.owner,
    Attachments: [{ VpcId: vpc.VpcId, State: 'available' as never }],
  });
  state.routeTables
    .values()
    .find((table) => table.VpcId === vpc.VpcId)
    ?.Routes.push({
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: InternetGatewayId,
      Origin: 'CreateRoute',
      State: 'active',
    });
}

function createVpc(
  state: Ec2State,
  cidrBlock: string,
  options: { isDefault?: boolean; tenancy?: Tenancy },
): VpcRecord {
  const VpcId = resourceId('vpc');
  const vpc = state.vpcs.add(VpcId, {
    VpcId,
    OwnerId: state.owner,
    CidrBlock: cidrBlock,
    CidrBlockAssociationSet: [
      {
        AssociationId: resourceId('vpc-cidr-assoc'),
        CidrBlock: cidrBlock,
        CidrBlockState: { State: 'associated' },
      },
    ],
    DhcpOptionsId: regionDhcpOptions(state),
    InstanceTenancy: options.tenancy ?? 'default',
    IsDefault: options.isDefault ?? false,
    State: 'available',
    attributes: {
      dnsSupport: true,
      dnsHostnames: options.isDefault ?? false,
      networkAddressUsageMetrics: false,
    },
  });
  createMainRouteTable(state, vpc);
  createDefaultAcl(state, vpc);
  createSecurityGroup(state, { vpcId: VpcId, name: 'default', description: 'default VPC security group' });
  return vpc;
}

function regionDhcpOptions(state: Ec2State): string {
  const existing = state.dhcpOptions.values()[0];
  if (existing) return existing.DhcpOptionsId;
  const DhcpOptionsId = resourceId('dopt');
  const values = (...texts: string[]) => texts.map((Value) => ({ Value }));
  state.dhcpOptions.add(DhcpOptionsId, {
    DhcpOptionsId,
    OwnerId: state.owner,
    DhcpConfigurations: [
      { Key: 'domain-name', Values: values(privateDomain(state.context.region)) },
      { Key: 'domain-name-servers', Values: values('AmazonProvidedDNS') },
    ],
  });
  return DhcpOptionsId;
}

function createMainRouteTable(state: Ec2State, vpc: VpcRecord): void {
  const RouteTableId = resourceId('rtb');
  state.routeTables.add(RouteTableId, {
    RouteTableId,
    VpcId: vpc.VpcId,
    OwnerId: state.owner,
    PropagatingVgws: [],
    Routes: [
      {
        DestinationCidrBlock: vpc.CidrBlock,
        GatewayId: 'local',
        Origin: 'CreateRouteTable',
        State: 'active',
      },
    ],
    Associations: [
      {
        Main: true,
        RouteTableAssociationId: resourceId('rtbassoc'),
        RouteTableId,
        AssociationState: { State: 'associated' },
      },
    ],
  });
}

function createDefaultAcl(state: Ec2State, vpc: VpcRecord): void {
  const NetworkAclId = resourceId('acl');
  const entry = (Egress: boolean, RuleNumber: number, RuleAction: 'allow' | 'deny') => ({
    CidrBlock: '0.0.0.0/0',
    Egress,
    Protocol: '-1',
    RuleAction,
    RuleNumber,
  });
  state.networkAcls.add(NetworkAclId, {
    NetworkAclId,
    VpcId: vpc.VpcId,
    OwnerId: state.owner,
    IsDefault: true,
    Associations: [],
    Entries: [
      entry(true, 100, 'allow'),
      entry(true, 32767, 'deny'),
      entry(false, 100, 'allow'),
      entry(false, 32767, 'deny'),
    ],
  });
}

function deleteVpc(state: Ec2State, vpc: VpcRecord): void {
  const inside = (one: { VpcId?: string }) => one.VpcId === vpc.VpcId;
  const dependent =
    state.subnets.values().some(inside) ||
    state.interfaces.values().some(inside) ||
    state.internetGateways.values().some((gateway) => gateway.Attachments.some(inside)) ||
    state.securityGroups.values().some((group) => inside(group) && group.GroupName !== 'default') ||
    state.routeTables
      .values()
      .some((table) => inside(table) && !table.Associations.some((association) => association.Main));
  if (dependent) {
    throw new AwsError(
      'DependencyViolation',
      `The vpc '${vpc.VpcId}' has dependencies and cannot be deleted.`,
    );
  }
  for (const table of state.routeTables.values().filter(inside)) state.routeTables.delete(table.RouteTableId);
  for (const acl of state.networkAcls.values().filter(inside)) state.networkAcls.delete(acl.NetworkAclId);
  for (const group of state.securityGroups.values().filter(inside)) {
    for (const rule of state.rulesOf(group.GroupId))
      state.securityGroupRules.delete(rule.SecurityGroupRuleId);
    state.securityGroups.delete(group.GroupId);
  }
  state.vpcs.delete(vpc.VpcId);
}

/** A VPC as the API shows it. */
export function showVpc<T extends VpcRecord>(vpc: T): Omit<T, 'attributes'> {
  const { attributes: _, ...shown } = vpc;
  return shown;
}
