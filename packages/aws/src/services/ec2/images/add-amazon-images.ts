import { amazonLinux2023 } from '../../../machines/base-images';
import type { Ec2State } from '../state';
import { AMAZON_OWNER, type AmazonImage, amazonImages } from './amazon-images';
import { describeImage } from './making';

/** Amazon's public images, which every region has from the start. */
export function addAmazonImages(state: Ec2State): void {
  for (const one of amazonImages(state.context.region)) {
    addSnapshot(state, one);
    addImage(state, one);
  }
}

function addSnapshot(state: Ec2State, one: AmazonImage): void {
  state.snapshots.add(one.snapshotId, {
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
    content: () => amazonLinux2023(one.architecture),
  });
}

function addImage(state: Ec2State, one: AmazonImage): void {
  state.images.add(one.imageId, {
    ...describeImage(state, one.imageId, one.name, one.description),
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
