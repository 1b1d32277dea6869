import type { Image } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../../core/ids';
import { checkId, kinds, notFound } from '../../collections/kinds';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { incorrectInstanceState, invalidBlockDeviceMapping } from '../../errors';
import { isAllowed, meetsCriteria } from '../../images/allowed-images';
import { planImageDevice } from '../../images/devices';
import { announceImage, checkImageName, describeImage, makeImage } from '../../images/making';
import type { Inventory } from '../../inventory';
import type { ImageRecord } from '../../records/storage';
import { checkUser } from '../../requests/parameters';
import type { Op } from '../../state';
import { checkDeviceNames } from '../../storage/block-devices';

export const CreateImage: Op<'CreateImage'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['image', 'snapshot'], call);
  const instance = ec2.instances.require(input.InstanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw incorrectInstanceState(
      `The instance '${instance.id}' is not in the 'running' or 'stopped' state; it is ${instance.state}.`,
    );
  }
  return { ImageId: makeImage(ec2, ec2.lifecycle, instance, input, tagsFor).ImageId };
};

/** AWS says that the error comes eventually. */
const REMEMBERED_SECONDS = 3600;
const OWNER_ALIASES: readonly string[] = ['self', 'amazon', 'aws-backup-vault', 'aws-marketplace'];

export const DescribeImages: Op<'DescribeImages'> = (ec2, input) => {
  const ids = input.ImageIds ?? [];
  requireVisible(ec2, ids);
  const owners = input.Owners ?? [];
  for (const owner of owners) checkUser(owner, OWNER_ALIASES);
  const users = input.ExecutableUsers ?? [];
  for (const user of users) checkUser(user, ['self', 'all']);
  const now = ec2.context.clock.millis();
  const { items } = ec2.images.describe({ Filters: input.Filters }, ids);
  const found = items.filter(
    (image) =>
      !image.deregistered &&
      isVisible(ec2, image) &&
      (input.IncludeDisabled || image.State !== 'disabled') &&
      (input.IncludeDeprecated ||
        ids.length > 0 ||
        image.OwnerId === ec2.owner ||
        !isDeprecated(image, now)) &&
      (owners.length === 0 || owners.some((owner) => isOwner(ec2, image, owner))) &&
      (users.length === 0 || users.some((user) => mayLaunch(ec2, image, user))),
  );
  const page = paginate(found, input, {
    of: 'DescribeImages',
    idOf: (image) => image.ImageId,
    min: 1,
    max: 1000,
    question: [ids, owners, users, input.Filters],
  });
  return {
    Images: page.items.map((image) => ({ ...showImage(image), ...showAllowed(ec2, image) })),
    NextToken: page.NextToken,
  };
};

/** @throws AwsError InvalidAMIID.NotFound also for what was deregistered long ago or is another account's own */
function requireVisible(ec2: Inventory, ids: readonly string[]): void {
  for (const id of ids) checkId(kinds.image, id);
  const hidden = ids.filter((id) => {
    const image = ec2.images.find(id);
    return !image || !isVisible(ec2, image) || (image.deregistered && !isRemembered(ec2, image));
  });
  if (hidden.length > 0) throw notFound(kinds.image, ...new Set(hidden));
}

/**
 * An image that was deregistered is in no list, but is not an error to ask for while instances refer to it, and for some time.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
 */
function isRemembered(ec2: Inventory, { ImageId, deregistered }: ImageRecord): boolean {
  const age = ec2.context.clock.millis() - (deregistered?.getTime() ?? 0);
  return age < REMEMBERED_SECONDS * 1000 || ec2.instances.values().some((one) => one.imageId === ImageId);
}

function isVisible(ec2: Inventory, image: ImageRecord): boolean {
  if (!isAllowed(ec2, image)) return false;
  return image.OwnerId === ec2.owner || mayLaunch(ec2, image, 'self') || mayLaunch(ec2, image, 'all');
}

function isDeprecated(image: ImageRecord, now: number): boolean {
  return image.DeprecationTime !== undefined && Date.parse(image.DeprecationTime) <= now;
}

function isOwner(ec2: Inventory, image: ImageRecord, owner: string): boolean {
  if (owner === 'self') return image.OwnerId === ec2.owner;
  return image.OwnerId === owner || image.ImageOwnerAlias === owner;
}

function mayLaunch(ec2: Inventory, image: ImageRecord, user: string): boolean {
  if (user === 'all') return image.permissions.some((one) => one.Group === 'all');
  const id = user === 'self' ? ec2.owner : user;
  return image.permissions.some((one) => one.UserId === id);
}

/** Whether the account's criteria allow an image is shown where they are asked. */
function showAllowed(ec2: Inventory, image: ImageRecord): Pick<Image, 'ImageAllowed'> {
  return ec2.allowedImages.state === 'disabled' ? {} : { ImageAllowed: meetsCriteria(ec2, image) };
}

/** An image as the API shows it. */
function showImage(image: ImageRecord): Image {
  const {
    permissions: _permissions,
    lastLaunched: _lastLaunched,
    deregistered: _deregistered,
    ...shown
  } = image;
  return { ...shown, ProductCodes: [] };
}

export const RegisterImage: Op<'RegisterImage'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['image'], call);
  const name = checkImageName(ec2, input.Name, input.Description);
  const rootDeviceName = input.RootDeviceName ?? '/dev/sda1';
  checkDeviceNames(input.BlockDeviceMappings ?? []);
  const mappings = (input.BlockDeviceMappings ?? []).map((mapping) =>
    planImageDevice(ec2, mapping, rootDeviceName),
  );
  if (!mappings.some((mapping) => mapping.DeviceName === rootDeviceName && mapping.Ebs?.SnapshotId)) {
    throw invalidBlockDeviceMapping(
      `Root device is not found in the block device mappings: ${rootDeviceName}`,
    );
  }
  const ImageId = resourceId('ami');
  const image = ec2.images.add(ImageId, {
    ...describeImage(ec2, ImageId, name, input.Description ?? ''),
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
  ec2.tags.add(ImageId, tagsFor('image'));
  announceImage(ec2, image, 'available');
  return { ImageId };
};
