import type {
  BlockDeviceMapping,
  CreateVolumePermission,
  Image,
  ImageCriterionRequest,
  LaunchPermission,
  Snapshot,
  Volume,
  VolumeModification,
} from '@aws-sdk/client-ec2';
import type { DiskSnapshot } from '../../../machines/disk-snapshot';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** What a volume or a snapshot holds; undefined: nothing that a machine could boot (an empty data volume). */
export type Content = DiskSnapshot | undefined;

/** An EBS volume. */
export type VolumeRecord = Has<
  Volume,
  | 'VolumeId'
  | 'Size'
  | 'AvailabilityZone'
  | 'State'
  | 'CreateTime'
  | 'VolumeType'
  | 'Encrypted'
  | 'Attachments'
> & {
  content: () => Content;
  /** The newest one. */
  modification?: VolumeModification;
};

/** An EBS snapshot. */
export type SnapshotRecord = Has<
  Snapshot,
  | 'SnapshotId'
  | 'VolumeSize'
  | 'State'
  | 'StartTime'
  | 'Encrypted'
  | 'OwnerId'
  | 'VolumeId'
  | 'Description'
  | 'Progress'
> & { content: () => Content; readonly permissions: CreateVolumePermission[] };

/** A device of an image. */
export type ImageMapping = Has<BlockDeviceMapping, 'DeviceName'>;

/** An image. */
export type ImageRecord = Has<
  Omit<Image, 'BlockDeviceMappings'>,
  'ImageId' | 'Name' | 'OwnerId' | 'State' | 'CreationDate' | 'Architecture' | 'RootDeviceName'
> & {
  BlockDeviceMappings: ImageMapping[];
  readonly permissions: LaunchPermission[];
  lastLaunched?: Date;
  /** Since when; it is kept for the instances that run it. */
  deregistered?: Date;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html */
export const volumeFilters: FilterTable<VolumeRecord> = {
  'attachment.attach-time': (volume) => volume.Attachments.map((one) => one.AttachTime),
  'attachment.delete-on-termination': (volume) => volume.Attachments.map((one) => one.DeleteOnTermination),
  'attachment.device': (volume) => volume.Attachments.map((one) => one.Device),
  'attachment.instance-id': (volume) => volume.Attachments.map((one) => one.InstanceId),
  'attachment.status': (volume) => volume.Attachments.map((one) => one.State),
  'availability-zone': (volume) => volume.AvailabilityZone,
  'create-time': (volume) => volume.CreateTime,
  encrypted: (volume) => volume.Encrypted,
  'multi-attach-enabled': (volume) => volume.MultiAttachEnabled,
  size: (volume) => volume.Size,
  'snapshot-id': (volume) => volume.SnapshotId,
  status: (volume) => volume.State,
  'volume-id': (volume) => volume.VolumeId,
  'volume-type': (volume) => volume.VolumeType,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html */
export const snapshotFilters: FilterTable<SnapshotRecord> = {
  description: (snapshot) => snapshot.Description,
  encrypted: (snapshot) => snapshot.Encrypted,
  'owner-alias': (snapshot) => snapshot.OwnerAlias,
  'owner-id': (snapshot) => snapshot.OwnerId,
  progress: (snapshot) => snapshot.Progress,
  'snapshot-id': (snapshot) => snapshot.SnapshotId,
  'start-time': (snapshot) => snapshot.StartTime,
  status: (snapshot) => snapshot.State,
  'storage-tier': (snapshot) => snapshot.StorageTier,
  'volume-id': (snapshot) => snapshot.VolumeId,
  'volume-size': (snapshot) => snapshot.VolumeSize,
};

const overMappings =
  <V>(pick: (mapping: ImageMapping) => V) =>
  (image: ImageRecord) =>
    image.BlockDeviceMappings.map(pick);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
export const imageFilters: FilterTable<ImageRecord> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.delete-on-termination': overMappings((one) => one.Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': overMappings((one) => one.DeviceName),
  'block-device-mapping.encrypted': overMappings((one) => one.Ebs?.Encrypted),
  'block-device-mapping.snapshot-id': overMappings((one) => one.Ebs?.SnapshotId),
  'block-device-mapping.volume-size': overMappings((one) => one.Ebs?.VolumeSize),
  'block-device-mapping.volume-type': overMappings((one) => one.Ebs?.VolumeType),
  'boot-mode': (image) => image.BootMode,
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
  'ena-support': (image) => image.EnaSupport,
  'free-tier-eligible': (image) => image.OwnerId === '137112412989',
  hypervisor: (image) => image.Hypervisor,
  'image-allowed': () => true,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'imds-support': (image) => image.ImdsSupport,
  'is-public': (image) => image.Public,
  'kernel-id': (image) => image.KernelId,
  'manifest-location': (image) => image.ImageLocation,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  platform: (image) => image.Platform,
  'platform-details': (image) => image.PlatformDetails,
  'product-code': () => undefined,
  'product-code.type': () => undefined,
  'ramdisk-id': (image) => image.RamdiskId,
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  'scan-result.critical-fix-available-since': (image) => image.ScanResults?.CriticalFixAvailableSince,
  'scan-result.finding-scan-date': (image) => image.ScanResults?.FindingScanDate,
  'scan-result.high-fix-available-since': (image) => image.ScanResults?.HighFixAvailableSince,
  'scan-result.highest-finding-severity-label': (image) => image.ScanResults?.HighestFindingSeverityLabel,
  'scan-result.informational-fix-available-since': (image) =>
    image.ScanResults?.InformationalFixAvailableSince,
  'scan-result.low-fix-available-since': (image) => image.ScanResults?.LowFixAvailableSince,
  'scan-result.medium-fix-available-since': (image) => image.ScanResults?.MediumFixAvailableSince,
  'source-image-id': (image) => image.SourceImageId,
  'source-image-region': (image) => image.SourceImageRegion,
  'source-instance-id': (image) => image.SourceInstanceId,
  state: (image) => image.State,
  'state-reason-code': (image) => image.StateReason?.Code,
  'state-reason-message': (image) => image.StateReason?.Message,
  'sriov-net-support': (image) => image.SriovNetSupport,
  'tpm-support': (image) => image.TpmSupport,
  'usage-operation': (image) => image.UsageOperation,
  'virtualization-type': (image) => image.VirtualizationType,
};

/** What the account keeps from being shared with everybody, in a region. */
export interface PublicAccess {
  images: 'block-new-sharing' | 'unblocked';
  snapshots: 'block-all-sharing' | 'block-new-sharing' | 'unblocked';
}

/** The account's settings for Allowed AMIs in a region. */
export interface AllowedImages {
  state: 'disabled' | 'audit-mode' | 'enabled';
  criteria: readonly ImageCriterionRequest[];
}
