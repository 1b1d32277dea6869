import type { Tag } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { checkCount, readTagSpecifications } from '../../collections/tags';
import { requireLaunchable } from '../../images/access';
import { checkImageName, describeImage, finishLater } from '../../images/making';
import type { ImageMapping, ImageRecord } from '../../records/storage';
import { type Ec2Operations, type Ec2State, requireRegion } from '../../state';
import { copySnapshot } from '../storage/snapshots';

/** Copies of images, of this region and of others. */
export function copyOperations(state: Ec2State) {
  return {
    CopyImage(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], call);
      return {
        ImageId: state.tokens.once('CopyImage', input, () => {
          const source = requireSource(state, input.SourceRegion ?? '', input.SourceImageId ?? '');
          if (input.KmsKeyId && !input.Encrypted && !isEncrypted(source)) {
            throw new AwsError(
              'InvalidParameterDependency',
              'The parameter KmsKeyId requires the parameter Encrypted to be set.',
            );
          }
          const tags = [...(input.CopyImageTags ? ownTagsOf(source) : []), ...tagsFor('image')];
          checkCount(tags.map((tag) => tag.Key ?? ''));
          const image = copyImage(state, source, {
            region: input.SourceRegion ?? '',
            name: checkImageName(state, input.Name),
            description: input.Description ?? source.image.Description ?? '',
            encrypted: input.Encrypted ?? false,
            kmsKeyId: input.KmsKeyId,
          });
          state.tags.add(image.ImageId, tags);
          for (const { Ebs } of image.BlockDeviceMappings) {
            if (Ebs?.SnapshotId) state.tags.add(Ebs.SnapshotId, tagsFor('snapshot'));
          }
          return image.ImageId;
        }),
      };
    },
  } satisfies Ec2Operations;
}

interface CopyOrder {
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
}

/** An image, and the region that it is copied from. */
interface Source {
  readonly state: Ec2State;
  readonly image: ImageRecord;
}

function requireSource(state: Ec2State, region: string, imageId: string): Source {
  const there = requireRegion(state, region);
  return { state: there, image: requireLaunchable(there, imageId) };
}

function isEncrypted({ state, image }: Source): boolean {
  return image.BlockDeviceMappings.some(({ Ebs }) => state.snapshots.find(Ebs?.SnapshotId)?.Encrypted);
}

function ownTagsOf({ state, image }: Source): Tag[] {
  return state.tags.of(image.ImageId).filter((tag) => !tag.Key?.startsWith('aws:'));
}

function copyImage(state: Ec2State, source: Source, of: CopyOrder): ImageRecord {
  const ImageId = resourceId('ami');
  const { Architecture, RootDeviceName, PlatformDetails, BootMode, EnaSupport, ImdsSupport, TpmSupport } =
    source.image;
  const image = state.images.add(ImageId, {
    ...describeImage(state, ImageId, of.name, of.description),
    Architecture,
    RootDeviceName,
    PlatformDetails,
    BootMode,
    EnaSupport,
    ImdsSupport,
    TpmSupport,
    BlockDeviceMappings: copySnapshots(state, source, ImageId, of),
    SourceImageId: source.image.ImageId,
    SourceImageRegion: of.region,
  });
  finishLater(state, image, {
    operation: 'CopyImage',
    kind: 'image copy',
    duration: 'imageCopied',
    captured: Promise.resolve(),
  });
  return image;
}

/** The devices of the copy, each with a snapshot of its own. */
function copySnapshots(state: Ec2State, source: Source, ImageId: string, of: CopyOrder): ImageMapping[] {
  return source.image.BlockDeviceMappings.map((mapping): ImageMapping => {
    const original = source.state.snapshots.find(mapping.Ebs?.SnapshotId);
    if (!original) return mapping;
    const { SnapshotId, Encrypted } = copySnapshot(state, original, {
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
