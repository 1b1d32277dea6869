import type { Image, Tag } from '@aws-sdk/client-ec2';
import { resourceId } from '../../ids';
import { amazonLinux2023 } from '../../machines/base-images';
import { AwsError } from '../../wire/aws-error';
import { AMAZON_OWNER, amazonImages } from './amazon-images';
import { checkDeviceNames } from './block-devices';
import { encryptionKey } from './ebs-encryption';
import { requireLaunchable, requireOwnImage } from './image-access';
import { planImageDevice } from './image-devices';
import { announceImage, checkImageName, describeImage, finishLater, makeImage } from './image-making';
import type { Lifecycle } from './instances/lifecycle';
import { checkId, kinds, notFound } from './kinds';
import { paginate } from './pages';
import { checkUser } from './parameters';
import type { ImageMapping, ImageRecord } from './records/storage';
import { addSnapshot } from './snapshots';
import { type Ec2Operations, type Ec2State, requireRegion } from './state';
import { checkCount, readTagSpecifications } from './tags';

const OWNER_ALIASES: readonly string[] = ['self', 'amazon', 'aws-backup-vault', 'aws-marketplace'];

/** Images: made, copied, registered, described, deprecated, disabled and deregistered. */
export function imageOperations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    CreateImage(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], call);
      const instance = state.instances.require(input.InstanceId);
      if (instance.state !== 'running' && instance.state !== 'stopped') {
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in the 'running' or 'stopped' state; it is ${instance.state}.`,
        );
      }
      return { ImageId: makeImage(state, lifecycle, instance, input, tagsFor).ImageId };
    },
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
    RegisterImage(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['image'], call);
      const name = checkImageName(state, input.Name);
      const rootDeviceName = input.RootDeviceName ?? '/dev/sda1';
      checkDeviceNames(input.BlockDeviceMappings ?? []);
      const mappings = (input.BlockDeviceMappings ?? []).map((mapping) =>
        planImageDevice(state, mapping, rootDeviceName),
      );
      if (!mappings.some((mapping) => mapping.DeviceName === rootDeviceName && mapping.Ebs?.SnapshotId)) {
        throw new AwsError(
          'InvalidBlockDeviceMapping',
          `Root device is not found in the block device mappings: ${rootDeviceName}`,
        );
      }
      const ImageId = resourceId('ami');
      const image = state.images.add(ImageId, {
        ...describeImage(state, ImageId, name, input.Description ?? ''),
        State: 'available',
        Architecture: input.Architecture ?? 'x86_64',
        RootDeviceName: rootDeviceName,
        PlatformDetails: 'Linux/UNIX',
        EnaSupport: input.EnaSupport ?? false,
        BootMode: input.BootMode,
        ImdsSupport: input.ImdsSupport,
        TpmSupport: input.TpmSupport,
        BlockDeviceMappings: mappings,
      });
      state.tags.add(ImageId, tagsFor('image'));
      announceImage(state, image, 'available');
      return { ImageId };
    },
    DescribeImages(input) {
      const ids = input.ImageIds ?? [];
      requireVisible(state, ids);
      const owners = input.Owners ?? [];
      for (const owner of owners) checkUser(owner, OWNER_ALIASES);
      const users = input.ExecutableUsers ?? [];
      for (const user of users) checkUser(user, ['self', 'all']);
      const now = state.realm.clock.millis();
      const { items } = state.images.describe({ Filters: input.Filters }, ids);
      const found = items.filter(
        (image) =>
          !image.deregistered &&
          isVisible(state, image) &&
          (input.IncludeDisabled || image.State !== 'disabled') &&
          (input.IncludeDeprecated ||
            ids.length > 0 ||
            image.OwnerId === state.owner ||
            !isDeprecated(image, now)) &&
          (owners.length === 0 || owners.some((owner) => isOwner(state, image, owner))) &&
          (users.length === 0 || users.some((user) => mayLaunch(state, image, user))),
      );
      const page = paginate(found, (image) => image.ImageId, input, { min: 1, max: 1000 }, [
        ids,
        owners,
        users,
        input.Filters,
      ]);
      return { Images: page.items.map(showImage), NextToken: page.NextToken };
    },
    DeregisterImage(input) {
      const image = requireOwnImage(state, input.ImageId);
      image.deregistered = true;
      state.tags.forget(image.ImageId);
      announceImage(state, image, 'deregistered');
      if (!input.DeleteAssociatedSnapshots) return { Return: true };
      return { Return: true, DeleteSnapshotResults: deleteSnapshots(state, image) };
    },
    EnableImageDeprecation(input) {
      const image = requireOwnImage(state, input.ImageId);
      const at = input.DeprecateAt;
      if (!at || at.getTime() <= state.realm.clock.millis()) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${at?.toISOString()}) for parameter DeprecateAt is invalid. The deprecation date must be in the future`,
        );
      }
      const limit = new Date(image.CreationDate);
      limit.setUTCFullYear(limit.getUTCFullYear() + (image.Public ? 2 : 10));
      if (at > limit) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${at.toISOString()}) for parameter DeprecateAt is invalid. The deprecation date must be within ${image.Public ? 2 : 10} years of the AMI's creation`,
        );
      }
      image.DeprecationTime = `${new Date(Math.round(at.getTime() / 60_000) * 60_000).toISOString()}`;
      return { Return: true };
    },
    DisableImageDeprecation(input) {
      requireOwnImage(state, input.ImageId).DeprecationTime = undefined;
      return { Return: true };
    },
    DisableImage(input) {
      const image = requireOwnImage(state, input.ImageId);
      if (image.State !== 'available' && image.State !== 'disabled') throw wrongState(image, 'disabled');
      image.State = 'disabled';
      image.permissions.length = 0;
      image.Public = false;
      announceImage(state, image, 'disabled');
      return { Return: true };
    },
    EnableImage(input) {
      const image = requireOwnImage(state, input.ImageId);
      if (image.State !== 'available' && image.State !== 'disabled') throw wrongState(image, 'enabled');
      image.State = 'available';
      announceImage(state, image, 'available');
      return { Return: true };
    },
  } satisfies Ec2Operations;
}

/** Amazon's public images, which every region has from the start. */
export function addAmazonImages(state: Ec2State): void {
  for (const one of amazonImages(state.realm.region)) {
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
}

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

function copyImage(
  state: Ec2State,
  source: Source,
  of: { region: string; name: string; description: string; encrypted: boolean; kmsKeyId?: string },
): ImageRecord {
  const ImageId = resourceId('ami');
  const mappings = source.image.BlockDeviceMappings.map((mapping): ImageMapping => {
    const original = source.state.snapshots.find(mapping.Ebs?.SnapshotId);
    if (!original) return mapping;
    const encrypted = of.encrypted || original.Encrypted || state.ebs.encryptByDefault;
    const snapshot = addSnapshot(state, {
      volumeId: 'vol-ffffffff',
      size: original.VolumeSize,
      encrypted,
      kmsKeyId: encrypted ? encryptionKey(state, of.kmsKeyId) : undefined,
      description: `Copied for DestinationAmi ${ImageId} from SourceAmi ${source.image.ImageId} for SourceSnapshot ${original.SnapshotId}.`,
      content: original.content(),
    });
    return {
      ...mapping,
      Ebs: { ...mapping.Ebs, SnapshotId: snapshot.SnapshotId, Encrypted: encrypted },
    };
  });
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
    BlockDeviceMappings: mappings,
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

function deleteSnapshots(state: Ec2State, image: ImageRecord) {
  return image.BlockDeviceMappings.flatMap(({ Ebs }) => {
    const snapshot = state.snapshots.find(Ebs?.SnapshotId);
    if (!snapshot) return [];
    const shared = state.images
      .values()
      .some(
        (one) =>
          !one.deregistered &&
          one.BlockDeviceMappings.some((mapping) => mapping.Ebs?.SnapshotId === snapshot.SnapshotId),
      );
    if (!shared) state.snapshots.delete(snapshot.SnapshotId);
    return [
      { SnapshotId: snapshot.SnapshotId, ReturnCode: shared ? ('skipped' as const) : ('success' as const) },
    ];
  });
}

/** @throws AwsError InvalidAMIID.NotFound also for what was deregistered or is another account's own */
function requireVisible(state: Ec2State, ids: readonly string[]): void {
  for (const id of ids) checkId(kinds.image, id);
  const hidden = ids.filter((id) => {
    const image = state.images.find(id);
    return !image || image.deregistered || !isVisible(state, image);
  });
  if (hidden.length > 0) throw notFound(kinds.image, ...new Set(hidden));
}

function isVisible(state: Ec2State, image: ImageRecord): boolean {
  return image.OwnerId === state.owner || mayLaunch(state, image, 'self') || mayLaunch(state, image, 'all');
}

function isDeprecated(image: ImageRecord, now: number): boolean {
  return image.DeprecationTime !== undefined && Date.parse(image.DeprecationTime) <= now;
}

function isOwner(state: Ec2State, image: ImageRecord, owner: string): boolean {
  if (owner === 'self') return image.OwnerId === state.owner;
  return image.OwnerId === owner || image.ImageOwnerAlias === owner;
}

function mayLaunch(state: Ec2State, image: ImageRecord, user: string): boolean {
  if (user === 'all') return image.permissions.some((one) => one.Group === 'all');
  const id = user === 'self' ? state.owner : user;
  return image.permissions.some((one) => one.UserId === id);
}

function wrongState(image: ImageRecord, verb: string): AwsError {
  return new AwsError(
    'InvalidAMIID.Unavailable',
    `The image ${image.ImageId} is ${image.State} and cannot be ${verb}`,
  );
}

/** An image as the API shows it. */
export function showImage(image: ImageRecord): Image {
  const {
    permissions: _permissions,
    lastLaunched: _lastLaunched,
    deregistered: _deregistered,
    ...shown
  } = image;
  return { ...shown, ProductCodes: [] };
}
