import { randomBytes } from 'node:crypto';
import type {
  NetworkInterface,
  NetworkInterfaceType,
  PrivateIpAddressSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { privateDnsName, publicDnsName } from '../../catalogue/regions';
import { readTagSpecifications } from '../../collections/tags';
import type { InterfaceRecord } from '../../records/interfaces';
import type { SubnetRecord } from '../../records/network';
import type { SecurityGroupRecord } from '../../records/security-groups';
import { refuseIdsWithPages } from '../../requests/parameters';
import type { Ec2Operations, Ec2State } from '../../state';
import { takeAddress } from '../network/subnets';
import { defaultGroupOf } from './security-groups';

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

/** Network interfaces. */
export function interfaceOperations(state: Ec2State) {
  return {
    CreateNetworkInterface(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['network-interface'], call);
      const subnet = state.subnets.require(input.SubnetId);
      const groups = chooseGroups(state, subnet, input.Groups);
      return state.tokens.once('CreateNetworkInterface', input, () => {
        const nic = createInterface(state, {
          subnet,
          groups,
          privateIp: readPrimaryAddress(input),
          description: input.Description,
        });
        state.tags.add(nic.NetworkInterfaceId, tagsFor('network-interface'));
        return {
          NetworkInterface: showInterface(state, nic),
          ClientToken: input.ClientToken,
        };
      });
    },
    DescribeNetworkInterfaces(input) {
      refuseIdsWithPages('networkInterfaceIdSet', input.NetworkInterfaceIds, input.MaxResults);
      const { items, NextToken } = state.interfaces.describe(input, input.NetworkInterfaceIds);
      return { NetworkInterfaces: items.map((nic) => showInterface(state, nic)), NextToken };
    },
    DeleteNetworkInterface(input) {
      const nic = state.interfaces.require(input.NetworkInterfaceId);
      if (nic.Status !== 'available') {
        throw new AwsError(
          'InvalidNetworkInterface.InUse',
          `Network interface '${nic.NetworkInterfaceId}' is currently in use.`,
        );
      }
      deleteInterface(state, nic);
      return {};
    },
    ModifyNetworkInterfaceAttribute(input) {
      const nic = state.interfaces.require(input.NetworkInterfaceId);
      if (input.Groups) setGroups(state, nic, input.Groups);
      if (input.Description) nic.Description = input.Description.Value ?? '';
      if (input.SourceDestCheck) setSourceDestCheck(state, nic, input.SourceDestCheck.Value ?? true);
      if (input.Attachment && nic.Attachment) {
        nic.Attachment.DeleteOnTermination = input.Attachment.DeleteOnTermination;
      }
      return {};
    },
    DescribeNetworkInterfaceAttribute(input) {
      const nic = state.interfaces.require(input.NetworkInterfaceId);
      const { NetworkInterfaceId } = nic;
      switch (input.Attribute) {
        case 'description':
          return { NetworkInterfaceId, Description: { Value: nic.Description } };
        case 'groupSet':
          return { NetworkInterfaceId, Groups: nic.Groups };
        case 'sourceDestCheck':
          return { NetworkInterfaceId, SourceDestCheck: { Value: nic.SourceDestCheck } };
        case 'attachment':
          return { NetworkInterfaceId, Attachment: nic.Attachment };
        default:
          throw new AwsError(
            'InvalidParameterValue',
            `Value (${input.Attribute}) for parameter attribute is invalid.`,
          );
      }
    },
  } satisfies Ec2Operations;
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
    throw new AwsError(
      'InvalidParameterCombination',
      'Only one primary private IP address can be specified.',
    );
  }
  return given.PrivateIpAddress ?? primary[0]?.PrivateIpAddress;
}

/** Makes an interface and puts it into the network. */
export function createInterface(state: Ec2State, options: InterfaceOptions): InterfaceRecord {
  const { subnet, groups, requester } = options;
  const NetworkInterfaceId = resourceId('eni');
  const PrivateIpAddress = takeAddress(state, subnet, options.privateIp);
  const PrivateDnsName = privateDnsName(state.context.region, PrivateIpAddress);
  const nic = state.interfaces.add(NetworkInterfaceId, {
    NetworkInterfaceId,
    SubnetId: subnet.SubnetId,
    VpcId: subnet.VpcId,
    AvailabilityZone: subnet.AvailabilityZone,
    AvailabilityZoneId: subnet.AvailabilityZoneId,
    OwnerId: state.owner,
    Description: options.description ?? '',
    InterfaceType: options.type ?? 'interface',
    MacAddress: randomMac(),
    PrivateIpAddress,
    PrivateDnsName,
    Groups: groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName })),
    Ipv6Addresses: [],
    RequesterManaged: requester !== undefined,
    ...(requester === undefined ? {} : { RequesterId: requester }),
    SourceDestCheck: true,
    Status: 'available',
  });
  state.deps.network.attach({
    id: NetworkInterfaceId,
    vpcId: subnet.VpcId,
    subnetId: subnet.SubnetId,
    privateIp: PrivateIpAddress,
    groupIds: groups.map((group) => group.GroupId),
  });
  state.nameInterface(NetworkInterfaceId, PrivateDnsName);
  return nic;
}

/** Takes an interface out of the network and forgets it; an Elastic IP of it stays allocated. */
export function deleteInterface(state: Ec2State, nic: InterfaceRecord): void {
  removePublicAddress(state, nic);
  state.forgetNames(nic.NetworkInterfaceId);
  state.deps.network.detach(nic.NetworkInterfaceId);
  state.interfaces.delete(nic.NetworkInterfaceId);
}

/** Gives the interface a public address: an Elastic IP, or one of Amazon's pool while it lasts. */
export function setPublicAddress(
  state: Ec2State,
  nic: InterfaceRecord,
  elastic?: { publicIp: string; allocationId: string; associationId: string },
): void {
  removePublicAddress(state, nic);
  const PublicIp = elastic?.publicIp ?? randomPublicAddress(state);
  nic.Association = {
    PublicIp,
    PublicDnsName: '',
    IpOwnerId: elastic ? state.owner : 'amazon',
    ...(elastic ? { AllocationId: elastic.allocationId, AssociationId: elastic.associationId } : {}),
  };
  state.deps.network.setPublicIp(nic.NetworkInterfaceId, PublicIp);
  refreshPublicName(state, nic);
}

/**
 * A public address has a name while DNS hostnames are enabled in the VPC; in a VPC of one's own they are not at first.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export function refreshPublicName(state: Ec2State, nic: InterfaceRecord): void {
  const { Association: association } = nic;
  if (!association?.PublicIp) return;
  if (association.PublicDnsName) state.forgetNames(nic.NetworkInterfaceId, association.PublicDnsName);
  const attributes = state.vpcs.find(nic.VpcId)?.attributes;
  const isNamed = attributes?.dnsSupport && attributes.dnsHostnames;
  association.PublicDnsName = isNamed ? publicDnsName(state.context.region, association.PublicIp) : '';
  if (association.PublicDnsName) state.nameInterface(nic.NetworkInterfaceId, association.PublicDnsName);
}

export function removePublicAddress(state: Ec2State, nic: InterfaceRecord): void {
  const association = nic.Association;
  if (!association) return;
  nic.Association = undefined;
  const address = state.addresses.find(association.AllocationId);
  if (address) {
    address.AssociationId = undefined;
    address.InstanceId = undefined;
    address.NetworkInterfaceId = undefined;
    address.NetworkInterfaceOwnerId = undefined;
    address.PrivateIpAddress = undefined;
  }
  state.deps.network.setPublicIp(nic.NetworkInterfaceId, undefined);
  if (association.PublicDnsName) state.forgetNames(nic.NetworkInterfaceId, association.PublicDnsName);
}

/** @throws AwsError InvalidGroup.NotFound, InvalidParameter for groups of another VPC */
export function setGroups(state: Ec2State, nic: InterfaceRecord, groupIds: readonly string[]): void {
  const subnet = state.subnets.require(nic.SubnetId);
  const groups = chooseGroups(state, subnet, groupIds);
  nic.Groups = groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName }));
  state.deps.network.setGroups(
    nic.NetworkInterfaceId,
    groups.map((group) => group.GroupId),
  );
}

/** The check of an instance is that of its primary interface. */
export function setSourceDestCheck(state: Ec2State, nic: InterfaceRecord, value: boolean): void {
  nic.SourceDestCheck = value;
  const instance = state.instances.find(nic.Attachment?.InstanceId);
  if (instance?.interfaceIds[0] === nic.NetworkInterfaceId) instance.sourceDestCheck = value;
}

/** The wanted groups, or the default group of the VPC. */
export function chooseGroups(
  state: Ec2State,
  subnet: SubnetRecord,
  groupIds: readonly string[] | undefined,
): SecurityGroupRecord[] {
  if (!groupIds || groupIds.length === 0) return [defaultGroupOf(state, subnet.VpcId)];
  const groups = state.securityGroups.requireAll(groupIds);
  const stranger = groups.find((group) => group.VpcId !== subnet.VpcId);
  if (stranger) {
    throw new AwsError(
      'InvalidParameter',
      `Security group ${stranger.GroupId} and subnet ${subnet.SubnetId} belong to different networks.`,
    );
  }
  return groups;
}

/** An interface as the API shows it. */
function showInterface(state: Ec2State, nic: InterfaceRecord): NetworkInterface {
  const { PrivateIpAddress, PrivateDnsName, Association } = nic;
  return {
    ...nic,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress, PrivateDnsName, Association }],
    TagSet: state.tags.of(nic.NetworkInterfaceId),
  };
}

/** A public address that nobody in the region has. */
export function randomPublicAddress(state: Ec2State): string {
  const taken = new Set([
    ...state.interfaces.values().map((nic) => nic.Association?.PublicIp),
    ...state.addresses.values().map((address) => address.PublicIp),
  ]);
  for (;;) {
    const [a, b, c, d] = randomBytes(4) as unknown as [number, number, number, number];
    // Blocks of Amazon's: 3.80.0.0/12, 18.204.0.0/14, 34.192.0.0/12, 44.192.0.0/11, 54.144.0.0/12, …
    const address = `${[3, 18, 34, 44, 54][a % 5]}.${192 + (b % 16)}.${c}.${1 + (d % 254)}`;
    if (!taken.has(address)) return address;
  }
}

function randomMac(): string {
  const bytes = [...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'));
  return ['0a', ...bytes].join(':');
}
