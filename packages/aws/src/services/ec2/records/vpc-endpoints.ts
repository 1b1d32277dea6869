import type { VpcEndpoint } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A VPC endpoint. */
export type VpcEndpointRecord = Has<
  VpcEndpoint,
  | 'VpcEndpointId'
  | 'VpcEndpointType'
  | 'VpcId'
  | 'ServiceName'
  | 'State'
  | 'PolicyDocument'
  | 'RouteTableIds'
  | 'SubnetIds'
  | 'Groups'
  | 'NetworkInterfaceIds'
  | 'DnsEntries'
>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html */
export const vpcEndpointFilters: FilterTable<VpcEndpointRecord> = {
  'ip-address-type': (endpoint) => endpoint.IpAddressType,
  'service-name': (endpoint) => endpoint.ServiceName,
  'vpc-id': (endpoint) => endpoint.VpcId,
  'vpc-endpoint-id': (endpoint) => endpoint.VpcEndpointId,
  'vpc-endpoint-state': (endpoint) => endpoint.State,
  'vpc-endpoint-type': (endpoint) => endpoint.VpcEndpointType,
};
