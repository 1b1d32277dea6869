import type { NatGateway, NatGatewayAddress } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A NAT gateway. It stays to be seen for a while after it has failed or was deleted. */
export type NatGatewayRecord = Has<
  NatGateway,
  'NatGatewayId' | 'VpcId' | 'SubnetId' | 'State' | 'ConnectivityType'
> & { NatGatewayAddresses: NatGatewayAddress[] };

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html */
export const natGatewayFilters: FilterTable<NatGatewayRecord> = {
  'nat-gateway-id': (gateway) => gateway.NatGatewayId,
  state: (gateway) => gateway.State,
  'subnet-id': (gateway) => gateway.SubnetId,
  'vpc-id': (gateway) => gateway.VpcId,
};
