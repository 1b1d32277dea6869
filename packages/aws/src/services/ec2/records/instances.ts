import type {
  ArchitectureValues,
  CapacityReservationPreference,
  GroupIdentifier,
  Instance,
  InstanceBlockDeviceMapping,
  InstanceMetadataOptionsResponse,
  ShutdownBehavior,
  StateReason,
} from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';
import type { InterfaceRecord } from './interfaces';

/** EC2's numbers of the states. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
export const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

/** What state an instance is in. */
export type StateName = keyof typeof stateCodes;

/** The instance profile that an instance has, since when. */
export interface ProfileAssociation {
  readonly arn: string;
  readonly id: string;
  readonly associationId: string;
  readonly since: Date;
}

/** An instance. What an answer shows is put together from it by `showInstance`. */
export interface InstanceRecord {
  readonly id: string;
  readonly reservationId: string;
  readonly requesterId?: string;
  readonly launchIndex: number;
  readonly clientToken: string;
  readonly imageId: string;
  readonly architecture: ArchitectureValues;
  readonly platformDetails: string;
  readonly rootDeviceName: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly tenancy: string;
  readonly placement?: { readonly groupId: string; readonly groupName: string; readonly partition?: number };
  readonly capacityReservation: {
    readonly preference: CapacityReservationPreference;
    /** The one that it was told to run in. */
    readonly target?: string;
    /** The one that it runs in. */
    id?: string;
  };
  /** The one-time request that it runs for, where it is a Spot Instance. */
  readonly spotRequestId?: string;
  type: string;
  launchTime: Date;
  keyName?: string;
  userData?: string;
  profile?: ProfileAssociation;
  metadata: InstanceMetadataOptionsResponse;
  monitoring: boolean;
  ebsOptimized: boolean;
  disableApiTermination: boolean;
  disableApiStop: boolean;
  shutdownBehavior: ShutdownBehavior;
  creditSpecification?: string;
  sourceDestCheck: boolean;
  state: StateName;
  stateReason?: StateReason;
  transitionReason: string;
  /** By device name. */
  readonly volumes: Map<string, { volumeId: string; deleteOnTermination: boolean; attachTime: Date }>;
  /** Those attached, the primary one first. */
  interfaceIds: string[];
  /** Since when the status checks are passed; undefined while they are initializing. */
  /** What the status checks of a running instance say. */
  checks: 'initializing' | 'ok' | 'impaired';
  reachabilitySince: Date;
  /** What earlier boots wrote to the serial console. */
  consoleHistory: string;
  consoleSeen: { text: string; at: Date } | undefined;
}

/** An instance with what it has attached, as filters see it. */
export interface InstanceView {
  readonly record: InstanceRecord;
  readonly shown: Has<Instance, 'InstanceId' | 'State'>;
  readonly interfaces: readonly InterfaceRecord[];
}

type View = InstanceView;
const overInterfaces =
  <V>(pick: (nic: InterfaceRecord) => V) =>
  (view: View) =>
    view.interfaces.map(pick);
const overMappings =
  <V>(pick: (mapping: InstanceBlockDeviceMapping) => V) =>
  (view: View) =>
    view.shown.BlockDeviceMappings?.map(pick);
const overGroups = (pick: (group: GroupIdentifier) => string | undefined) => (view: View) =>
  view.shown.SecurityGroups?.map(pick);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const instanceFilters: FilterTable<InstanceView> = {
  affinity: (view) => view.shown.Placement?.Affinity,
  architecture: (view) => view.shown.Architecture,
  'availability-zone': (view) => view.record.zone,
  'capacity-reservation-id': (view) => view.record.capacityReservation.id,
  'block-device-mapping.attach-time': overMappings((one) => one.Ebs?.AttachTime),
  'block-device-mapping.delete-on-termination': overMappings((one) => one.Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': overMappings((one) => one.DeviceName),
  'block-device-mapping.status': overMappings((one) => one.Ebs?.Status),
  'block-device-mapping.volume-id': overMappings((one) => one.Ebs?.VolumeId),
  'client-token': (view) => view.record.clientToken,
  'current-instance-boot-mode': (view) => view.shown.CurrentInstanceBootMode,
  'dns-name': (view) => view.shown.PublicDnsName,
  'ebs-optimized': (view) => view.shown.EbsOptimized,
  'ena-support': (view) => view.shown.EnaSupport,
  'group-id': overGroups((group) => group.GroupId),
  'group-name': overGroups((group) => group.GroupName),
  hypervisor: (view) => view.shown.Hypervisor,
  'iam-instance-profile.arn': (view) => view.record.profile?.arn,
  'iam-instance-profile.id': (view) => view.record.profile?.id,
  'iam-instance-profile.name': (view) => view.record.profile?.arn.split('/').at(-1),
  'image-id': (view) => view.record.imageId,
  'instance-id': (view) => view.record.id,
  'instance-lifecycle': (view) => view.shown.InstanceLifecycle,
  'instance-state-code': (view) => stateCodes[view.record.state],
  'instance-state-name': (view) => view.record.state,
  'instance-type': (view) => view.record.type,
  'instance.group-id': overGroups((group) => group.GroupId),
  'instance.group-name': overGroups((group) => group.GroupName),
  'ip-address': (view) => view.shown.PublicIpAddress,
  'key-name': (view) => view.record.keyName,
  'launch-index': (view) => view.record.launchIndex,
  'launch-time': (view) => view.record.launchTime,
  'metadata-options.http-endpoint': (view) => view.record.metadata.HttpEndpoint,
  'metadata-options.http-put-response-hop-limit': (view) => view.record.metadata.HttpPutResponseHopLimit,
  'metadata-options.http-tokens': (view) => view.record.metadata.HttpTokens,
  'metadata-options.instance-metadata-tags': (view) => view.record.metadata.InstanceMetadataTags,
  'monitoring-state': (view) => view.shown.Monitoring?.State,
  'network-interface.addresses.primary': overInterfaces(() => true),
  'network-interface.addresses.private-ip-address': overInterfaces((nic) => nic.PrivateIpAddress),
  'network-interface.addresses.association.public-ip': overInterfaces((nic) => nic.Association?.PublicIp),
  'network-interface.association.public-ip': overInterfaces((nic) => nic.Association?.PublicIp),
  'network-interface.attachment.attachment-id': overInterfaces((nic) => nic.Attachment?.AttachmentId),
  'network-interface.attachment.device-index': overInterfaces((nic) => nic.Attachment?.DeviceIndex),
  'network-interface.attachment.instance-id': overInterfaces((nic) => nic.Attachment?.InstanceId),
  'network-interface.attachment.status': overInterfaces((nic) => nic.Attachment?.Status),
  'network-interface.availability-zone': overInterfaces((nic) => nic.AvailabilityZone),
  'network-interface.description': overInterfaces((nic) => nic.Description),
  'network-interface.group-id': (view) =>
    view.interfaces.flatMap((nic) => nic.Groups.map((group) => group.GroupId)),
  'network-interface.group-name': (view) =>
    view.interfaces.flatMap((nic) => nic.Groups.map((group) => group.GroupName)),
  'network-interface.mac-address': overInterfaces((nic) => nic.MacAddress),
  'network-interface.network-interface-id': overInterfaces((nic) => nic.NetworkInterfaceId),
  'network-interface.owner-id': overInterfaces((nic) => nic.OwnerId),
  'network-interface.private-dns-name': overInterfaces((nic) => nic.PrivateDnsName),
  'network-interface.status': overInterfaces((nic) => nic.Status),
  'network-interface.subnet-id': overInterfaces((nic) => nic.SubnetId),
  'network-interface.vpc-id': overInterfaces((nic) => nic.VpcId),
  'owner-id': (view) => view.interfaces[0]?.OwnerId,
  'placement-group-name': (view) => view.record.placement?.groupName,
  'placement-partition-number': (view) => view.record.placement?.partition,
  platform: (view) => view.shown.Platform,
  'platform-details': (view) => view.record.platformDetails,
  'private-dns-name': (view) => view.shown.PrivateDnsName,
  'private-ip-address': (view) => view.shown.PrivateIpAddress,
  'product-code': () => undefined,
  reason: (view) => view.record.transitionReason,
  'requester-id': (view) => view.record.requesterId,
  'reservation-id': (view) => view.record.reservationId,
  'root-device-name': (view) => view.record.rootDeviceName,
  'root-device-type': () => 'ebs',
  'spot-instance-request-id': (view) => view.record.spotRequestId,
  'source-dest-check': (view) => view.record.sourceDestCheck,
  'state-reason-code': (view) => view.record.stateReason?.Code,
  'subnet-id': (view) => view.shown.SubnetId,
  tenancy: (view) => view.record.tenancy,
  'usage-operation': (view) => view.shown.UsageOperation,
  'virtualization-type': (view) => view.shown.VirtualizationType,
  'vpc-id': (view) => view.shown.VpcId,
};
