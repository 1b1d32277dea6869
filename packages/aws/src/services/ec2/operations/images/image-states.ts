import type { AwsError } from '../../../../core/aws-error';
import { invalidAmiIdUnavailable, invalidParameterValue } from '../../errors';
import { requireOwnImage } from '../../images/access';
import { announceImage } from '../../images/making';
import type { Inventory } from '../../inventory';
import type { ImageRecord } from '../../records/storage';
import type { Op } from '../../state';

export const DeregisterImage: Op<'DeregisterImage'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  image.deregistered = ec2.context.clock.now();
  ec2.tags.forget(image.ImageId);
  announceImage(ec2, image, 'deregistered');
  if (!input.DeleteAssociatedSnapshots) return { Return: true };
  return { Return: true, DeleteSnapshotResults: deleteSnapshots(ec2, image) };
};

export const EnableImageDeprecation: Op<'EnableImageDeprecation'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  const at = input.DeprecateAt;
  if (!at || at.getTime() <= ec2.context.clock.millis()) {
    throw invalidParameterValue(
      `Value (${at?.toISOString()}) for parameter DeprecateAt is invalid. The deprecation date must be in the future`,
    );
  }
  const limit = new Date(image.CreationDate);
  limit.setUTCFullYear(limit.getUTCFullYear() + (image.Public ? 2 : 10));
  if (at > limit) {
    throw invalidParameterValue(
      `Value (${at.toISOString()}) for parameter DeprecateAt is invalid. The deprecation date must be within ${image.Public ? 2 : 10} years of the AMI's creation`,
    );
  }
  image.DeprecationTime = `${new Date(Math.round(at.getTime() / 60_000) * 60_000).toISOString()}`;
  return { Return: true };
};

export const DisableImageDeprecation: Op<'DisableImageDeprecation'> = (ec2, input) => {
  requireOwnImage(ec2, input.ImageId).DeprecationTime = undefined;
  return { Return: true };
};

export const DisableImage: Op<'DisableImage'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  if (image.State !== 'available' && image.State !== 'disabled') throw wrongState(image, 'disabled');
  image.State = 'disabled';
  image.permissions.length = 0;
  image.Public = false;
  announceImage(ec2, image, 'disabled');
  return { Return: true };
};

export const EnableImage: Op<'EnableImage'> = (ec2, input) => {
  const image = requireOwnImage(ec2, input.ImageId);
  if (image.State !== 'available' && image.State !== 'disabled') throw wrongState(image, 'enabled');
  image.State = 'available';
  announceImage(ec2, image, 'available');
  return { Return: true };
};

function deleteSnapshots(ec2: Inventory, image: ImageRecord) {
  return image.BlockDeviceMappings.flatMap(({ Ebs }) => {
    const snapshot = ec2.snapshots.find(Ebs?.SnapshotId);
    if (!snapshot) return [];
    const shared = ec2.images
      .values()
      .some(
        (one) =>
          !one.deregistered &&
          one.BlockDeviceMappings.some((mapping) => mapping.Ebs?.SnapshotId === snapshot.SnapshotId),
      );
    if (!shared) ec2.snapshots.delete(snapshot.SnapshotId);
    return [
      { SnapshotId: snapshot.SnapshotId, ReturnCode: shared ? ('skipped' as const) : ('success' as const) },
    ];
  });
}

function wrongState(image: ImageRecord, verb: string): AwsError {
  return invalidAmiIdUnavailable(`The image ${image.ImageId} is ${image.State} and cannot be ${verb}`);
}
