import type { AwsError } from '../../../core/aws-error';
import { kinds, notFound } from '../collections/kinds';
import { authFailure, invalidAmiIdUnavailable } from '../errors';
import type { Inventory } from '../inventory';
import type { ImageRecord } from '../records/storage';
import { isAllowed } from './allowed-images';

/**
 * An image by its id, whatever its state.
 * @throws AwsError InvalidAMIID.NotFound, InvalidAMIID.Unavailable for one that was deregistered
 */
export function requireImage(ec2: Inventory, id: string | undefined): ImageRecord {
  const image = ec2.images.require(id);
  if (image.deregistered) throw unavailable(image.ImageId);
  return image;
}

/**
 * An image of this account.
 * @throws AwsError as `requireImage`, and AuthFailure for the image of another
 */
export function requireOwnImage(ec2: Inventory, id: string | undefined): ImageRecord {
  const image = requireImage(ec2, id);
  if (image.OwnerId !== ec2.owner) {
    throw authFailure(`Not authorized for image:${image.ImageId}`);
  }
  return image;
}

/**
 * An image that instances can be launched from.
 * @throws AwsError as `requireImage`, and InvalidAMIID.Unavailable for one that is pending, failed or disabled
 */
export function requireLaunchable(ec2: Inventory, id: string): ImageRecord {
  const image = requireImage(ec2, id);
  if (!isAllowed(ec2, image)) throw notFound(kinds.image, id);
  if (image.State !== 'available') {
    throw invalidAmiIdUnavailable(`The image ID '${image.ImageId}' is not available; it is ${image.State}`);
  }
  return image;
}

function unavailable(id: string): AwsError {
  return invalidAmiIdUnavailable(`The image ID '${id}' is no longer available`);
}
