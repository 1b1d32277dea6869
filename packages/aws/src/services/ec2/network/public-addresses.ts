import { randomBytes, resourceId } from '../../../core/ids';
import type { Inventory } from '../inventory';
import type { AddressRecord, InterfaceRecord } from '../records/interfaces';
import { publicDnsName } from './dns-names';

/** Gives the interface a public address: an Elastic IP, or one of Amazon's pool while it lasts. */
export function setPublicAddress(
  ec2: Inventory,
  nic: InterfaceRecord,
  elastic?: { publicIp: string; allocationId: string; associationId: string },
): void {
  removePublicAddress(ec2, nic);
  const PublicIp = elastic?.publicIp ?? randomPublicAddress(ec2);
  nic.Association = {
    PublicIp,
    PublicDnsName: '',
    IpOwnerId: elastic ? ec2.owner : ownerOfPublicAddress(nic),
    ...(elastic ? { AllocationId: elastic.allocationId, AssociationId: elastic.associationId } : {}),
  };
  ec2.network.setPublicIp(nic.NetworkInterfaceId, PublicIp);
  refreshPublicName(ec2, nic);
}

/** Load balancers have a pool of their own. */
function ownerOfPublicAddress({ RequesterId }: InterfaceRecord): string {
  return RequesterId === 'amazon-elb' ? RequesterId : 'amazon';
}

/** Gives the interface an Elastic IP. Returns the association's id. */
export function associateAddress(ec2: Inventory, address: AddressRecord, nic: InterfaceRecord): string {
  const associationId = resourceId('eipassoc');
  setPublicAddress(ec2, nic, {
    publicIp: address.PublicIp,
    allocationId: address.AllocationId,
    associationId,
  });
  address.AssociationId = associationId;
  address.NetworkInterfaceId = nic.NetworkInterfaceId;
  address.NetworkInterfaceOwnerId = ec2.owner;
  address.PrivateIpAddress = nic.PrivateIpAddress;
  address.InstanceId = nic.Attachment?.InstanceId;
  return associationId;
}

/**
 * A public address has a name while DNS hostnames are enabled in the VPC; in a VPC of one's own they are not at first.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export function refreshPublicName(ec2: Inventory, nic: InterfaceRecord): void {
  const { Association: association } = nic;
  if (!association?.PublicIp) return;
  if (association.PublicDnsName) ec2.forgetNames(nic.NetworkInterfaceId, association.PublicDnsName);
  const attributes = ec2.vpcs.find(nic.VpcId)?.attributes;
  const isNamed = attributes?.dnsSupport && attributes.dnsHostnames;
  association.PublicDnsName = isNamed ? publicDnsName(ec2.context.region, association.PublicIp) : '';
  if (association.PublicDnsName) ec2.nameInterface(nic.NetworkInterfaceId, association.PublicDnsName);
}

/** Takes the public address from the interface; an Elastic IP is then free. */
export function removePublicAddress(ec2: Inventory, nic: InterfaceRecord): void {
  const association = nic.Association;
  if (!association) return;
  nic.Association = undefined;
  const address = ec2.addresses.find(association.AllocationId);
  if (address) {
    address.AssociationId = undefined;
    address.InstanceId = undefined;
    address.NetworkInterfaceId = undefined;
    address.NetworkInterfaceOwnerId = undefined;
    address.PrivateIpAddress = undefined;
  }
  ec2.network.setPublicIp(nic.NetworkInterfaceId, undefined);
  if (association.PublicDnsName) ec2.forgetNames(nic.NetworkInterfaceId, association.PublicDnsName);
}

/** A public address that nobody in the region has. */
export function randomPublicAddress(ec2: Inventory): string {
  const taken = new Set([
    ...ec2.interfaces.values().map((nic) => nic.Association?.PublicIp),
    ...ec2.addresses.values().map((address) => address.PublicIp),
  ]);
  for (;;) {
    const [a, b, c, d] = randomBytes(4) as unknown as [number, number, number, number];
    // Blocks of Amazon's: 3.80.0.0/12, 18.204.0.0/14, 34.192.0.0/12, 44.192.0.0/11, 54.144.0.0/12, …
    const address = `${[3, 18, 34, 44, 54][a % 5]}.${192 + (b % 16)}.${c}.${1 + (d % 254)}`;
    if (!taken.has(address)) return address;
  }
}
