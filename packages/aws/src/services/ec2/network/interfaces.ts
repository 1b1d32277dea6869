import type {
  NetworkInterface,
  NetworkInterfaceType,
  PrivateIpAddressSpecification,
} from '@aws-sdk/client-ec2';
import { randomBytes, resourceId } from '../../../core/ids';
import { invalidParameter, invalidParameterCombination } from '../errors';
import type { Inventory } from '../inventory';
import type { InterfaceRecord } from '../records/interfaces';
import type { SubnetRecord } from '../records/network';
import type { SecurityGroupRecord } from '../records/security-groups';
import { privateDnsName } from './dns-names';
import { removePublicAddress } from './public-addresses';
import { showAddresses } from './secondary-addresses';
import { defaultGroupOf } from './security-groups';
import { takeAddress } from './subnet-addresses';

/** What a new interface is made of. */
export interface InterfaceOptions {
  readonly subnet: SubnetRecord;
  readonly groups: readonly SecurityGroupRecord[];
  readonly privateIp?: string;
  readonly description?: string;
  readonly type?: NetworkInterfaceType;
  /** The service that owns it. */
  readonly requester?: string;
}

/**
 * The primary address that a caller wants: by itself, or as the primary one of a list.
 * @throws AwsError InvalidParameterCombination for several
 */
export function readPrimaryAddress(given: {
  readonly PrivateIpAddress?: string;
  readonly PrivateIpAddresses?: readonly PrivateIpAddressSpecification[];
}): string | undefined {
  const primary = (given.PrivateIpAddresses ?? []).filter((one) => one.Primary);
  if (primary.length > 1 || (primary.length === 1 && given.PrivateIpAddress)) {
    throw invalidParameterCombination('Only one primary private IP address can be specified.');
  }
  return given.PrivateIpAddress ?? primary[0]?.PrivateIpAddress;
}

/** Makes an interface and puts it into the network. */
export function createInterface(ec2: Inventory, options: InterfaceOptions): InterfaceRecord {
  const { subnet, groups, requester } = options;
  const NetworkInterfaceId = resourceId('eni');
  const PrivateIpAddress = takeAddress(ec2, subnet, options.privateIp);
  const PrivateDnsName = privateDnsName(ec2.context.region, PrivateIpAddress);
  const nic = ec2.interfaces.add(NetworkInterfaceId, {
    NetworkInterfaceId,
    SubnetId: subnet.SubnetId,
    VpcId: subnet.VpcId,
    AvailabilityZone: subnet.AvailabilityZone,
    AvailabilityZoneId: subnet.AvailabilityZoneId,
    OwnerId: ec2.owner,
    Description: options.description ?? '',
    InterfaceType: options.type ?? 'interface',
    MacAddress: randomMac(),
    PrivateIpAddress,
    PrivateDnsName,
    Groups: groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName })),
    secondaryAddresses: [],
    Ipv6Addresses: [],
    RequesterManaged: requester !== undefined,
    ...(requester === undefined ? {} : { RequesterId: requester }),
    SourceDestCheck: true,
    Status: 'available',
  });
  ec2.network.attach({
    id: NetworkInterfaceId,
    vpcId: subnet.VpcId,
    subnetId: subnet.SubnetId,
    privateIp: PrivateIpAddress,
    groupIds: groups.map((group) => group.GroupId),
  });
  ec2.nameInterface(NetworkInterfaceId, PrivateDnsName);
  return nic;
}

/** Takes an interface out of the network and forgets it; an Elastic IP of it stays allocated. */
export function deleteInterface(ec2: Inventory, nic: InterfaceRecord): void {
  removePublicAddress(ec2, nic);
  ec2.forgetNames(nic.NetworkInterfaceId);
  ec2.network.detach(nic.NetworkInterfaceId);
  ec2.interfaces.delete(nic.NetworkInterfaceId);
}

/** @throws AwsError InvalidGroup.NotFound, InvalidParameter for groups of another VPC */
export function setGroups(ec2: Inventory, nic: InterfaceRecord, groupIds: readonly string[]): void {
  const subnet = ec2.subnets.require(nic.SubnetId);
  const groups = chooseGroups(ec2, subnet, groupIds);
  nic.Groups = groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName }));
  ec2.network.setGroups(
    nic.NetworkInterfaceId,
    groups.map((group) => group.GroupId),
  );
}

/** The check of an instance is that of its primary interface. */
export function setSourceDestCheck(ec2: Inventory, nic: InterfaceRecord, value: boolean): void {
  nic.SourceDestCheck = value;
  const instance = ec2.instances.find(nic.Attachment?.InstanceId);
  if (instance?.interfaceIds[0] === nic.NetworkInterfaceId) instance.sourceDestCheck = value;
}

/** The wanted groups, or the default group of the VPC. */
export function chooseGroups(
  ec2: Inventory,
  subnet: SubnetRecord,
  groupIds: readonly string[] | undefined,
): SecurityGroupRecord[] {
  if (!groupIds || groupIds.length === 0) return [defaultGroupOf(ec2, subnet.VpcId)];
  const groups = ec2.securityGroups.requireAll(groupIds);
  const stranger = groups.find((group) => group.VpcId !== subnet.VpcId);
  if (stranger) {
    throw invalidParameter(
      `Security group ${stranger.GroupId} and subnet ${subnet.SubnetId} belong to different networks.`,
    );
  }
  return groups;
}

/** An interface as the API shows it. */
export function showInterface(ec2: Inventory, nic: InterfaceRecord): NetworkInterface {
  const { secondaryAddresses: _, ...shown } = nic;
  return {
    ...shown,
    PrivateIpAddresses: showAddresses(ec2, nic),
    TagSet: ec2.tags.of(nic.NetworkInterfaceId),
  };
}

function randomMac(): string {
  const bytes = [...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'));
  return ['0a', ...bytes].join(':');
}
