import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { InstanceRecord } from '../../records/instances';
import type { Ec2Operations, Ec2State } from '../../state';
import { performanceOf } from '../../storage/block-devices';

/** GetLaunchTemplateData: what a template would say that launches instances like this one. */
export function templateDataOperations(state: Ec2State) {
  return {
    GetLaunchTemplateData(input) {
      return { LaunchTemplateData: templateDataOf(state, state.instances.require(input.InstanceId)) };
    },
  } satisfies Ec2Operations;
}

function templateDataOf(state: Ec2State, record: InstanceRecord): ResponseLaunchTemplateData {
  const { State: _state, ...metadata } = record.metadata;
  const tags = state.tags.of(record.id).filter((tag) => !tag.Key?.startsWith('aws:'));
  return {
    ImageId: record.imageId,
    InstanceType: record.type as ResponseLaunchTemplateData['InstanceType'],
    KeyName: record.keyName,
    UserData: record.userData,
    EbsOptimized: record.ebsOptimized,
    Monitoring: { Enabled: record.monitoring },
    Placement: {
      AvailabilityZone: record.zone,
      GroupName: '',
      Tenancy: record.tenancy as 'default',
    },
    DisableApiTermination: record.disableApiTermination,
    DisableApiStop: record.disableApiStop,
    InstanceInitiatedShutdownBehavior: record.shutdownBehavior,
    ...(record.profile ? { IamInstanceProfile: { Arn: record.profile.arn } } : {}),
    ...(record.creditSpecification
      ? { CreditSpecification: { CpuCredits: record.creditSpecification } }
      : {}),
    MetadataOptions: metadata,
    CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    BlockDeviceMappings: devicesOf(state, record),
    NetworkInterfaces: interfacesOf(state, record),
    ...(tags.length > 0 ? { TagSpecifications: [{ ResourceType: 'instance', Tags: tags }] } : {}),
  };
}

function devicesOf(state: Ec2State, record: InstanceRecord) {
  return [...record.volumes].flatMap(([DeviceName, held]) => {
    const volume = state.volumes.find(held.volumeId);
    if (!volume) return [];
    return [
      {
        DeviceName,
        Ebs: {
          Encrypted: volume.Encrypted,
          ...(volume.SnapshotId ? { SnapshotId: volume.SnapshotId } : {}),
          DeleteOnTermination: held.deleteOnTermination,
          VolumeSize: volume.Size,
          VolumeType: volume.VolumeType,
          ...performanceOf({ type: volume.VolumeType, iops: volume.Iops, throughput: volume.Throughput }),
        },
      },
    ];
  });
}

function interfacesOf(state: Ec2State, record: InstanceRecord) {
  return record.interfaceIds.flatMap((id) => {
    const nic = state.interfaces.find(id);
    if (!nic) return [];
    const isPublic = nic.Association !== undefined && !nic.Association.AllocationId;
    return [
      {
        DeviceIndex: nic.Attachment?.DeviceIndex,
        ...(isPublic ? { AssociatePublicIpAddress: true } : {}),
        DeleteOnTermination: nic.Attachment?.DeleteOnTermination,
        Description: nic.Description,
        Groups: nic.Groups.map((group) => group.GroupId),
        InterfaceType: nic.InterfaceType,
        SubnetId: nic.SubnetId,
        NetworkCardIndex: 0,
      },
    ];
  });
}
