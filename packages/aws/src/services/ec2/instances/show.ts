import type {
  _InstanceType,
  CapacityReservationSpecificationResponse,
  Instance,
  InstanceBlockDeviceMapping,
  InstanceNetworkInterface,
  Reservation,
  Tenancy,
} from '@aws-sdk/client-ec2';
import { instanceTypes, isNitro } from '../catalogue/instance-types';
import type { Has } from '../collections/collection';
import type { Inventory } from '../inventory';
import { showAddresses } from '../network/secondary-addresses';
import { type InstanceRecord, type InstanceView, stateCodes } from '../records/instances';
import type { InterfaceRecord } from '../records/interfaces';

/** An instance as the API shows it. */
export function showInstance(ec2: Inventory, record: InstanceRecord): Has<Instance, 'InstanceId' | 'State'> {
  return viewInstance(ec2, record).shown;
}

/** An instance with its interfaces, for filters. */
export function viewInstance(ec2: Inventory, record: InstanceRecord): InstanceView {
  const interfaces = record.interfaceIds.flatMap((id) => ec2.interfaces.find(id) ?? []);
  const type = instanceTypes.get(record.type);
  const shown = {
    InstanceId: record.id,
    ImageId: record.imageId,
    AmiLaunchIndex: record.launchIndex,
    InstanceType: record.type as _InstanceType,
    KeyName: record.keyName,
    LaunchTime: record.launchTime,
    ClientToken: record.clientToken,
    State: { Code: stateCodes[record.state], Name: record.state },
    StateReason: record.stateReason,
    StateTransitionReason: record.transitionReason,
    Monitoring: { State: record.monitoring ? ('enabled' as const) : ('disabled' as const) },
    Placement: {
      AvailabilityZone: record.zone,
      GroupName: record.placement?.groupName ?? '',
      GroupId: record.placement?.groupId,
      PartitionNumber: record.placement?.partition,
      Tenancy: record.tenancy as Tenancy,
    },
    Architecture: record.architecture,
    RootDeviceName: record.rootDeviceName,
    RootDeviceType: 'ebs' as const,
    VirtualizationType: 'hvm' as const,
    Hypervisor: 'xen' as const,
    EnaSupport: true,
    EbsOptimized: record.ebsOptimized,
    SourceDestCheck: record.state === 'terminated' ? undefined : record.sourceDestCheck,
    BlockDeviceMappings: showMappings(record),
    IamInstanceProfile: record.profile && { Arn: record.profile.arn, Id: record.profile.id },
    NetworkInterfaces: interfaces.map((nic) => showAttachedInterface(ec2, nic)),
    ...showPrimary(interfaces[0]),
    MetadataOptions: record.metadata,
    CpuOptions: type && {
      CoreCount: type.vcpus / type.threadsPerCore,
      ThreadsPerCore: type.threadsPerCore,
    },
    CapacityReservationId: record.capacityReservation.id,
    CapacityReservationSpecification: specificationOf(record),
    ...(record.spotRequestId && {
      InstanceLifecycle: 'spot' as const,
      SpotInstanceRequestId: record.spotRequestId,
    }),
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    BootMode: record.architecture === 'arm64' ? ('uefi' as const) : ('uefi-preferred' as const),
    CurrentInstanceBootMode:
      record.architecture === 'arm64' || isNitro(type) ? ('uefi' as const) : ('legacy-bios' as const),
    PlatformDetails: record.platformDetails,
    UsageOperation: 'RunInstances',
    UsageOperationUpdateTime: record.launchTime,
    PrivateDnsNameOptions: {
      HostnameType: 'ip-name' as const,
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    MaintenanceOptions: { AutoRecovery: 'default' as const },
    ProductCodes: [],
    ...ec2.instances.tagsOf(record.id),
  };
  return { record, shown, interfaces };
}

/** Where an instance takes its capacity from, as it was asked for. */
export function specificationOf({
  capacityReservation: { preference, target },
}: InstanceRecord): CapacityReservationSpecificationResponse {
  return {
    CapacityReservationPreference: preference,
    ...(target && { CapacityReservationTarget: { CapacityReservationId: target } }),
  };
}

function showMappings(record: InstanceRecord): InstanceBlockDeviceMapping[] {
  return [...record.volumes].map(([DeviceName, volume]) => ({
    DeviceName,
    Ebs: {
      VolumeId: volume.volumeId,
      DeleteOnTermination: volume.deleteOnTermination,
      AttachTime: volume.attachTime,
      Status: record.state === 'pending' ? 'attaching' : 'attached',
    },
  }));
}

/** What an instance shows of its primary interface as its own. */
function showPrimary(nic: InterfaceRecord | undefined): Partial<Instance> {
  return {
    SecurityGroups: nic?.Groups ?? [],
    PrivateIpAddress: nic?.PrivateIpAddress,
    PrivateDnsName: nic?.PrivateDnsName ?? '',
    PublicIpAddress: nic?.Association?.PublicIp,
    PublicDnsName: nic?.Association?.PublicDnsName ?? '',
    SubnetId: nic?.SubnetId,
    VpcId: nic?.VpcId,
  };
}

/** The instances as reservations: those that one call launched are together. */
export function showReservations(ec2: Inventory, records: readonly InstanceRecord[]): Reservation[] {
  const reservations = new Map<string, InstanceRecord[]>();
  for (const record of records) {
    reservations.set(record.reservationId, [...(reservations.get(record.reservationId) ?? []), record]);
  }
  return [...reservations].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ec2.owner,
    ...(members[0]?.requesterId ? { RequesterId: members[0].requesterId } : {}),
    Groups: [],
    Instances: members.map((record) => showInstance(ec2, record)),
  }));
}

function showAttachedInterface(ec2: Inventory, nic: InterfaceRecord): InstanceNetworkInterface {
  const { PrivateIpAddress, PrivateDnsName, Association } = nic;
  const attachment = nic.Attachment;
  return {
    NetworkInterfaceId: nic.NetworkInterfaceId,
    SubnetId: nic.SubnetId,
    VpcId: nic.VpcId,
    Description: nic.Description,
    OwnerId: nic.OwnerId,
    Status: nic.Status,
    MacAddress: nic.MacAddress,
    InterfaceType: nic.InterfaceType,
    PrivateIpAddress,
    PrivateDnsName,
    SourceDestCheck: nic.SourceDestCheck,
    Groups: nic.Groups,
    Ipv6Addresses: [],
    Association,
    Attachment: attachment && {
      AttachmentId: attachment.AttachmentId,
      AttachTime: attachment.AttachTime,
      DeleteOnTermination: attachment.DeleteOnTermination,
      DeviceIndex: attachment.DeviceIndex,
      Status: attachment.Status,
      NetworkCardIndex: 0,
    },
    PrivateIpAddresses: showAddresses(ec2, nic),
  };
}
