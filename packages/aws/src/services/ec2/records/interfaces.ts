import type { Address, GroupIdentifier, NetworkInterface } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A network interface. */
export type InterfaceRecord = Has<
  Omit<NetworkInterface, 'Groups'>,
  | 'NetworkInterfaceId'
  | 'SubnetId'
  | 'VpcId'
  | 'PrivateIpAddress'
  | 'MacAddress'
  | 'AvailabilityZone'
  | 'Description'
> & {
  Groups: Has<GroupIdentifier, 'GroupId' | 'GroupName'>[];
  /** Its private addresses beside the primary one. */
  secondaryAddresses: string[];
};

/** An Elastic IP address. */
export type AddressRecord = Has<Address, 'AllocationId' | 'PublicIp'>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export const interfaceFilters: FilterTable<InterfaceRecord> = {
  'addresses.association.owner-id': (nic) => nic.Association?.IpOwnerId,
  'addresses.association.public-ip': (nic) => nic.Association?.PublicIp,
  'addresses.primary': (nic) => (nic.secondaryAddresses.length > 0 ? [true, false] : true),
  'addresses.private-ip-address': (nic) => [nic.PrivateIpAddress, ...nic.secondaryAddresses],
  'association.allocation-id': (nic) => nic.Association?.AllocationId,
  'association.association-id': (nic) => nic.Association?.AssociationId,
  'association.ip-owner-id': (nic) => nic.Association?.IpOwnerId,
  'association.public-dns-name': (nic) => nic.Association?.PublicDnsName,
  'association.public-ip': (nic) => nic.Association?.PublicIp,
  'attachment.attach-time': (nic) => nic.Attachment?.AttachTime,
  'attachment.attachment-id': (nic) => nic.Attachment?.AttachmentId,
  'attachment.delete-on-termination': (nic) => nic.Attachment?.DeleteOnTermination,
  'attachment.device-index': (nic) => nic.Attachment?.DeviceIndex,
  'attachment.instance-id': (nic) => nic.Attachment?.InstanceId,
  'attachment.instance-owner-id': (nic) => nic.Attachment?.InstanceOwnerId,
  'attachment.status': (nic) => nic.Attachment?.Status,
  'availability-zone': (nic) => nic.AvailabilityZone,
  description: (nic) => nic.Description,
  'group-id': (nic) => nic.Groups.map((group) => group.GroupId),
  'group-name': (nic) => nic.Groups.map((group) => group.GroupName),
  'interface-type': (nic) => nic.InterfaceType,
  'mac-address': (nic) => nic.MacAddress,
  'network-interface-id': (nic) => nic.NetworkInterfaceId,
  'owner-id': (nic) => nic.OwnerId,
  'private-dns-name': (nic) => nic.PrivateDnsName,
  'private-ip-address': (nic) => nic.PrivateIpAddress,
  'requester-id': (nic) => nic.RequesterId,
  'requester-managed': (nic) => nic.RequesterManaged,
  'source-dest-check': (nic) => nic.SourceDestCheck,
  status: (nic) => nic.Status,
  'subnet-id': (nic) => nic.SubnetId,
  'vpc-id': (nic) => nic.VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html */
export const addressFilters: FilterTable<AddressRecord> = {
  'allocation-id': (address) => address.AllocationId,
  'association-id': (address) => address.AssociationId,
  domain: (address) => address.Domain,
  'instance-id': (address) => address.InstanceId,
  'network-border-group': (address) => address.NetworkBorderGroup,
  'network-interface-id': (address) => address.NetworkInterfaceId,
  'network-interface-owner-id': (address) => address.NetworkInterfaceOwnerId,
  'private-ip-address': (address) => address.PrivateIpAddress,
  'public-ip': (address) => address.PublicIp,
};
