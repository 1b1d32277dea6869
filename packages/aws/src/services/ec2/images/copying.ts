import type { Tag } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../core/ids';
import { type Inventory, requireRegion } from '../inventory';
import type { ImageMapping, ImageRecord } from '../records/storage';
import { copySnapshot } from '../storage/snapshots';
import { requireLaunchable } from './access';
import { describeImage, finishLater } from './making';

interface CopyOrder {
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  /** Why it will fail. */
  readonly failure?: string;
}

/** An image, and the region that it is copied from. */
interface Source {
  readonly ec2: Inventory;
  readonly image: ImageRecord;
}

/** @throws AwsError InvalidRegion, and as `requireLaunchable` */
export function requireSource(ec2: Inventory, region: string, imageId: string): Source {
  const there = requireRegion(ec2, region);
  return { ec2: there, image: requireLaunchable(there, imageId) };
}

/** Whether a snapshot of the image is encrypted. */
export function isEncrypted({ ec2, image }: Source): boolean {
  return image.BlockDeviceMappings.some(({ Ebs }) => ec2.snapshots.find(Ebs?.SnapshotId)?.Encrypted);
}

/** The tags that a copy takes along: not those of AWS itself. */
export function ownTagsOf({ ec2, image }: Source): Tag[] {
  return ec2.tags.of(image.ImageId).filter((tag) => !tag.Key?.startsWith('aws:'));
}

/** Makes a copy that is pending until AWS's time for it has passed. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html */
export function copyImage(ec2: Inventory, source: Source, of: CopyOrder): ImageRecord {
  const ImageId = resourceId('ami');
  const { Architecture, RootDeviceName, PlatformDetails, BootMode, EnaSupport, ImdsSupport, TpmSupport } =
    source.image;
  const image = ec2.images.add(ImageId, {
    ...describeImage(ec2, ImageId, of.name, of.description),
    Architecture,
    RootDeviceName,
    PlatformDetails,
    BootMode,
    EnaSupport,
    ImdsSupport,
    TpmSupport,
    BlockDeviceMappings: copySnapshots(ec2, source, ImageId, of),
    SourceImageId: source.image.ImageId,
    SourceImageRegion: of.region,
  });
  finishLater(ec2, image, {
    operation: 'CopyImage',
    kind: 'image copy',
    duration: 'imageCopied',
    captured: Promise.resolve(),
    failure: of.failure,
  });
  return image;
}

/** The devices of the copy, each with a snapshot of its own. */
function copySnapshots(ec2: Inventory, source: Source, ImageId: string, of: CopyOrder): ImageMapping[] {
  return source.image.BlockDeviceMappings.map((mapping): ImageMapping => {
    const original = source.ec2.snapshots.find(mapping.Ebs?.SnapshotId);
    if (!original) return mapping;
    const { SnapshotId, Encrypted } = copySnapshot(ec2, original, {
      encrypted: of.encrypted,
      kmsKeyId: of.kmsKeyId,
      description: `Copied for DestinationAmi ${ImageId} from SourceAmi ${source.image.ImageId} for SourceSnapshot ${original.SnapshotId}.`,
    });
    return {
      ...mapping,
      Ebs: { ...mapping.Ebs, SnapshotId, Encrypted },
    };
  });
}
