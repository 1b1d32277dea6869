import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { specificationOf } from '../../instances/show';
import type { Inventory } from '../../inventory';
import type { InstanceRecord } from '../../records/instances';
import type { Op } from '../../state';
import { performanceOf } from '../../storage/volume-performance';

export const GetLaunchTemplateData: Op<'GetLaunchTemplateData'> = (ec2, input) => {
  return { LaunchTemplateData: templateDataOf(ec2, ec2.instances.require(input.InstanceId)) };
};

function templateDataOf(ec2: Inventory, record: InstanceRecord): ResponseLaunchTemplateData {
  const { State: _state, ...metadata } = record.metadata;
  const tags = ec2.tags.of(record.id).filter((tag) => !tag.Key?.startsWith('aws:'));
  return {
    ImageId: record.imageId,
    InstanceType: record.type as ResponseLaunchTemplateData['InstanceType'],
    KeyName: record.keyName,
    UserData: record.userData,
    EbsOptimized: record.ebsOptimized,
    Monitoring: { Enabled: record.monitoring },
    Placement: {
      AvailabilityZone: record.zone,
      GroupName: record.placement?.groupName ?? '',
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
    CapacityReservationSpecification: specificationOf(record),
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    BlockDeviceMappings: devicesOf(ec2, record),
    NetworkInterfaces: interfacesOf(ec2, record),
    ...(tags.length > 0 ? { TagSpecifications: [{ ResourceType: 'instance', Tags: tags }] } : {}),
  };
}

function devicesOf(ec2: Inventory, record: InstanceRecord) {
  return [...record.volumes].flatMap(([DeviceName, held]) => {
    const volume = ec2.volumes.find(held.volumeId);
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

function interfacesOf(ec2: Inventory, record: InstanceRecord) {
  return record.interfaceIds.flatMap((id) => {
    const nic = ec2.interfaces.find(id);
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
