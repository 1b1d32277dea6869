import type { SecurityGroup } from '@aws-sdk/client-ec2';

/** A network interface of a VPC. */
export interface NetworkInterface {
  id: string;
  vpcId: string;
  subnetId: string;
  privateIp: string;
  /** Further addresses of it in the subnet. */
  secondaryIps?: readonly string[];
  publicIp?: string;
  /** Security groups; an interface with none (a Network Load Balancer's, if so chosen) is not filtered. */
  groupIds: readonly string[];
}

/** Where a connection begins: at an interface of a VPC, or anywhere on the internet. */
export type Source = { readonly interfaceId: string } | 'internet';

/** What the network asks EC2, at every connection, so that changes count at once. */
export interface Topology {
  securityGroup(id: string): SecurityGroup | undefined;
  /** Whether the subnet's route table sends 0.0.0.0/0 to an attached internet gateway. */
  hasInternetGateway(subnetId: string): boolean;
  /** The public address of the NAT gateway to which the subnet's route table sends 0.0.0.0/0, while it has a way out itself. */
  natAddress(subnetId: string): string | undefined;
}

/** The address that everybody on the internet has, as security groups and `X-Forwarded-For` see it (RFC 5737). */
export const INTERNET_ADDRESS = '203.0.113.1';
