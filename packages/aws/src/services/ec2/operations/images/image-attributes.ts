import type {
  ImageAttribute,
  ImageAttributeName,
  LaunchPermission,
  ModifyImageAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../../core/aws-error';
import {
  invalidAmiAttributeItemValue,
  invalidAmiIdUnavailable,
  invalidParameterCombination,
  invalidParameterValue,
  operationNotPermitted,
} from '../../errors';
import { requireOwnImage } from '../../images/access';
import type { Inventory } from '../../inventory';
import type { ImageRecord } from '../../records/storage';
import { isAccountId, readSharing } from '../../requests/sharing';
import type { Op } from '../../state';
import { checkShareable } from '../../storage/encryption';

type Show = (image: ImageRecord) => ImageAttribute;

const shown: Readonly<Partial<Record<ImageAttributeName, Show>>> = {
  description: (image) => ({ Description: { Value: image.Description ?? '' } }),
  launchPermission: (image) => ({ LaunchPermissions: [...image.permissions] }),
  blockDeviceMapping: (image) => ({ BlockDeviceMappings: image.BlockDeviceMappings }),
  bootMode: (image) => ({ BootMode: { Value: image.BootMode } }),
  imdsSupport: (image) => ({ ImdsSupport: { Value: image.ImdsSupport } }),
  tpmSupport: (image) => ({ TpmSupport: { Value: image.TpmSupport } }),
  kernel: () => ({ KernelId: {} }),
  ramdisk: () => ({ RamdiskId: {} }),
  productCodes: () => ({ ProductCodes: [] }),
  sriovNetSupport: (image) => ({ SriovNetSupport: { Value: image.SriovNetSupport } }),
  lastLaunchedTime: (image) => ({
    LastLaunchedTime: { Value: image.lastLaunched?.toISOString() },
  }),
};

export const ModifyImageAttribute: Op<'ModifyImageAttribute'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  if (image.State !== 'available') {
    throw invalidAmiIdUnavailable(
      `The image ID '${image.ImageId}' is ${image.State}; its attributes cannot be modified`,
    );
  }
  const description =
    input.Description?.Value ?? (input.Attribute === 'description' ? input.Value : undefined);
  const imds = input.ImdsSupport?.Value;
  if (imds !== undefined && imds !== 'v2.0') {
    throw invalidParameterValue(`Value (${imds}) for parameter ImdsSupport is invalid.`);
  }
  const { add, remove } = readLaunchPermissions(input);
  if (description === undefined && imds === undefined && add.length === 0 && remove.length === 0) {
    throw invalidParameterCombination('No attributes specified.');
  }
  checkSharing(ec2, image, add);
  if (description !== undefined) image.Description = description;
  if (imds !== undefined) image.ImdsSupport = 'v2.0';
  changePermissions(image, add, remove);
  return {};
};

export const DescribeImageAttribute: Op<'DescribeImageAttribute'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  const name = input.Attribute;
  const show = name && Object.hasOwn(shown, name) ? shown[name] : undefined;
  if (!show) {
    throw invalidParameterValue(`Value (${name}) for parameter attribute is invalid.`);
  }
  return { ImageId: image.ImageId, ...show(image) };
};

export const ResetImageAttribute: Op<'ResetImageAttribute'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  if (input.Attribute !== 'launchPermission') {
    throw invalidParameterValue(
      `Value (${input.Attribute}) for parameter attribute is invalid. Only launchPermission can be reset.`,
    );
  }
  changePermissions(image, [], [...image.permissions]);
  return {};
};

function readLaunchPermissions(input: ModifyImageAttributeCommandInput): {
  add: LaunchPermission[];
  remove: LaunchPermission[];
} {
  const listed: LaunchPermission[] = [
    ...(input.UserIds ?? []).map((UserId) => ({ UserId })),
    ...(input.UserGroups ?? []).map((Group) => ({ Group: Group as 'all' })),
    ...(input.OrganizationArns ?? []).map((OrganizationArn) => ({ OrganizationArn })),
    ...(input.OrganizationalUnitArns ?? []).map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
  ];
  const { Add = [], Remove = [] } = input.LaunchPermission ?? {};
  for (const { UserId, Group } of [...Add, ...Remove, ...listed]) {
    if (UserId !== undefined && !isAccountId(UserId)) throw invalidItem(UserId, 'userId');
    if (Group !== undefined && Group !== 'all') throw invalidItem(Group, 'userGroup');
  }
  return readSharing({ changes: input.LaunchPermission, listed, operation: input.OperationType });
}

/** @throws AwsError `OperationNotPermitted` for what the account keeps from everybody, or what is encrypted so that nobody can be given it */
function checkSharing(ec2: Inventory, image: ImageRecord, add: readonly LaunchPermission[]): void {
  if (ec2.publicAccess.images !== 'unblocked' && add.some(({ Group }) => Group === 'all'))
    throw operationNotPermitted(
      'You can’t publicly share this image because block public access for AMIs is enabled for this account. To publicly share the image, you must call the DisableImageBlockPublicAccess API.',
    );
  const snapshots = image.BlockDeviceMappings.flatMap(({ Ebs }) => ec2.snapshots.find(Ebs?.SnapshotId) ?? []);
  checkShareable(ec2, snapshots, add);
}

function changePermissions(
  image: ImageRecord,
  add: readonly LaunchPermission[],
  remove: readonly LaunchPermission[],
): void {
  const gone = new Set(remove.map(keyOf));
  const kept = image.permissions.filter((one) => !gone.has(keyOf(one)));
  const held = new Set(kept.map(keyOf));
  const added = add.filter((one) => !held.has(keyOf(one)));
  image.permissions.splice(0, image.permissions.length, ...kept, ...added);
  image.Public = image.permissions.some((one) => one.Group === 'all');
}

function keyOf(permission: LaunchPermission): string {
  const { UserId, Group, OrganizationArn, OrganizationalUnitArn } = permission;
  return [UserId, Group, OrganizationArn, OrganizationalUnitArn].join(' ');
}

function invalidItem(value: string, type: string): AwsError {
  return invalidAmiAttributeItemValue(`Invalid attribute item value "${value}" for ${type} item type.`);
}
