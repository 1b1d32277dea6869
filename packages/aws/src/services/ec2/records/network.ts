import type {
  DhcpOptions,
  InternetGateway,
  NetworkAcl,
  Route,
  RouteTable,
  RouteTableAssociation,
  Subnet,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A VPC. */
export type VpcRecord = Has<Vpc, 'VpcId' | 'CidrBlock' | 'DhcpOptionsId' | 'OwnerId'> & {
  readonly attributes: { dnsSupport: boolean; dnsHostnames: boolean; networkAddressUsageMetrics: boolean };
};
/** A subnet. */
export type SubnetRecord = Has<
  Subnet,
  'SubnetId' | 'SubnetArn' | 'VpcId' | 'CidrBlock' | 'AvailabilityZone' | 'MapPublicIpOnLaunch'
>;
/** A route table. */
export type RouteTableRecord = Has<RouteTable, 'RouteTableId' | 'VpcId'> & {
  Routes: Route[];
  Associations: RouteTableAssociation[];
};
/** An internet gateway. */
export type InternetGatewayRecord = Has<InternetGateway, 'InternetGatewayId' | 'Attachments'>;
/** A network ACL. */
export type NetworkAclRecord = Has<NetworkAcl, 'NetworkAclId' | 'VpcId' | 'Associations' | 'Entries'>;
/** A set of DHCP options. */
export type DhcpOptionsRecord = Has<DhcpOptions, 'DhcpOptionsId'>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html */
export const vpcFilters: FilterTable<VpcRecord> = {
  cidr: (vpc) => vpc.CidrBlock,
  'cidr-block': (vpc) => vpc.CidrBlock,
  'cidr-block-association.association-id': (vpc) =>
    vpc.CidrBlockAssociationSet?.map((one) => one.AssociationId),
  'cidr-block-association.cidr-block': (vpc) => vpc.CidrBlockAssociationSet?.map((one) => one.CidrBlock),
  'cidr-block-association.state': (vpc) =>
    vpc.CidrBlockAssociationSet?.map((one) => one.CidrBlockState?.State),
  'dhcp-options-id': (vpc) => vpc.DhcpOptionsId,
  isDefault: (vpc) => vpc.IsDefault,
  'is-default': (vpc) => vpc.IsDefault,
  'owner-id': (vpc) => vpc.OwnerId,
  state: (vpc) => vpc.State,
  'vpc-id': (vpc) => vpc.VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
export const subnetFilters: FilterTable<SubnetRecord> = {
  availabilityZone: (subnet) => subnet.AvailabilityZone,
  'availability-zone': (subnet) => subnet.AvailabilityZone,
  availabilityZoneId: (subnet) => subnet.AvailabilityZoneId,
  'availability-zone-id': (subnet) => subnet.AvailabilityZoneId,
  'available-ip-address-count': (subnet) => subnet.AvailableIpAddressCount,
  cidr: (subnet) => subnet.CidrBlock,
  cidrBlock: (subnet) => subnet.CidrBlock,
  'cidr-block': (subnet) => subnet.CidrBlock,
  defaultForAz: (subnet) => subnet.DefaultForAz,
  'default-for-az': (subnet) => subnet.DefaultForAz,
  'map-public-ip-on-launch': (subnet) => subnet.MapPublicIpOnLaunch,
  'owner-id': (subnet) => subnet.OwnerId,
  state: (subnet) => subnet.State,
  'subnet-arn': (subnet) => subnet.SubnetArn,
  'subnet-id': (subnet) => subnet.SubnetId,
  'vpc-id': (subnet) => subnet.VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html */
export const routeTableFilters: FilterTable<RouteTableRecord> = {
  'association.gateway-id': (table) => table.Associations.map((one) => one.GatewayId),
  'association.main': (table) => table.Associations.map((one) => one.Main),
  'association.route-table-association-id': (table) =>
    table.Associations.map((one) => one.RouteTableAssociationId),
  'association.route-table-id': (table) => table.Associations.map((one) => one.RouteTableId),
  'association.subnet-id': (table) => table.Associations.map((one) => one.SubnetId),
  'owner-id': (table) => table.OwnerId,
  'route-table-id': (table) => table.RouteTableId,
  'route.destination-cidr-block': (table) => table.Routes.map((route) => route.DestinationCidrBlock),
  'route.gateway-id': (table) => table.Routes.map((route) => route.GatewayId),
  'route.instance-id': (table) => table.Routes.map((route) => route.InstanceId),
  'route.nat-gateway-id': (table) => table.Routes.map((route) => route.NatGatewayId),
  'route.origin': (table) => table.Routes.map((route) => route.Origin),
  'route.state': (table) => table.Routes.map((route) => route.State),
  'vpc-id': (table) => table.VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html */
export const internetGatewayFilters: FilterTable<InternetGatewayRecord> = {
  'attachment.state': (gateway) => gateway.Attachments.map((one) => one.State),
  'attachment.vpc-id': (gateway) => gateway.Attachments.map((one) => one.VpcId),
  'internet-gateway-id': (gateway) => gateway.InternetGatewayId,
  'owner-id': (gateway) => gateway.OwnerId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html */
export const networkAclFilters: FilterTable<NetworkAclRecord> = {
  'association.association-id': (acl) => acl.Associations.map((one) => one.NetworkAclAssociationId),
  'association.network-acl-id': (acl) => acl.Associations.map((one) => one.NetworkAclId),
  'association.subnet-id': (acl) => acl.Associations.map((one) => one.SubnetId),
  default: (acl) => acl.IsDefault,
  'entry.cidr': (acl) => acl.Entries.map((entry) => entry.CidrBlock),
  'entry.egress': (acl) => acl.Entries.map((entry) => entry.Egress),
  'entry.protocol': (acl) => acl.Entries.map((entry) => entry.Protocol),
  'entry.rule-action': (acl) => acl.Entries.map((entry) => entry.RuleAction),
  'entry.rule-number': (acl) => acl.Entries.map((entry) => entry.RuleNumber),
  'network-acl-id': (acl) => acl.NetworkAclId,
  'owner-id': (acl) => acl.OwnerId,
  'vpc-id': (acl) => acl.VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeDhcpOptions.html */
export const dhcpOptionsFilters: FilterTable<DhcpOptionsRecord> = {
  'dhcp-options-id': (options) => options.DhcpOptionsId,
  key: (options) => options.DhcpConfigurations?.map((one) => one.Key),
  value: (options) => options.DhcpConfigurations?.flatMap((one) => one.Values?.map((value) => value.Value)),
  'owner-id': (options) => options.OwnerId,
};
