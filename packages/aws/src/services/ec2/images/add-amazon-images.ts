import type { Inventory } from '../inventory';
import { AMAZON_OWNER, type AmazonImage, amazonImages } from './amazon-images';
import { describeImage } from './making';

/** Amazon's public images, which every region has from the start. */
export function addAmazonImages(ec2: Inventory): void {
  for (const one of amazonImages(ec2.context.region)) {
    addSnapshot(ec2, one);
    addImage(ec2, one);
  }
}

function addSnapshot(ec2: Inventory, one: AmazonImage): void {
  ec2.snapshots.add(one.snapshotId, {
    SnapshotId: one.snapshotId,
    VolumeId: 'vol-ffffffff',
    VolumeSize: one.volumeSize,
    OwnerId: AMAZON_OWNER,
    OwnerAlias: 'amazon',
    Description: one.description,
    Encrypted: false,
    State: 'completed',
    Progress: '100%',
    StartTime: new Date(one.creationDate),
    StorageTier: 'standard',
    permissions: [],
    content: () => ec2.machines.baseImage(one.architecture, one.minimal ? 'minimal' : 'standard'),
  });
}

function addImage(ec2: Inventory, one: AmazonImage): void {
  ec2.images.add(one.imageId, {
    ...describeImage(ec2, one.imageId, one.name, one.description),
    State: 'available',
    OwnerId: AMAZON_OWNER,
    ImageOwnerAlias: 'amazon',
    ImageLocation: `amazon/${one.name}`,
    CreationDate: one.creationDate,
    DeprecationTime: one.deprecationTime,
    Public: true,
    Architecture: one.architecture,
    PlatformDetails: 'Linux/UNIX',
    BootMode: one.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    EnaSupport: true,
    ImdsSupport: 'v2.0',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          SnapshotId: one.snapshotId,
          VolumeSize: one.volumeSize,
          VolumeType: 'gp3',
          Iops: 3000,
          Throughput: 125,
          Encrypted: false,
          DeleteOnTermination: true,
        },
      },
    ],
    permissions: [{ Group: 'all' }],
  });
}
