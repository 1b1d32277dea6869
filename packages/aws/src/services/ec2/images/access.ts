import { AwsError } from '../../../core/aws-error';
import type { ImageRecord } from '../records/storage';
import type { Ec2State } from '../state';

/**
 * An image by its id, whatever its state.
 * @throws AwsError InvalidAMIID.NotFound, InvalidAMIID.Unavailable for one that was deregistered
 */
export function requireImage(state: Ec2State, id: string | undefined): ImageRecord {
  const image = state.images.require(id);
  if (image.deregistered) throw unavailable(image.ImageId);
  return image;
}

/**
 * An image of this account.
 * @throws AwsError as `requireImage`, and AuthFailure for the image of another
 */
export function requireOwnImage(state: Ec2State, id: string | undefined): ImageRecord {
  const image = requireImage(state, id);
  if (image.OwnerId !== state.owner) {
    throw new AwsError('AuthFailure', `Not authorized for image:${image.ImageId}`, 403);
  }
  return image;
}

/**
 * An image that instances can be launched from.
 * @throws AwsError as `requireImage`, and InvalidAMIID.Unavailable for one that is pending, failed or disabled
 */
export function requireLaunchable(state: Ec2State, id: string): ImageRecord {
  const image = requireImage(state, id);
  if (image.State !== 'available') {
    throw new AwsError(
      'InvalidAMIID.Unavailable',
      `The image ID '${image.ImageId}' is not available; it is ${image.State}`,
    );
  }
  return image;
}

function unavailable(id: string): AwsError {
  return new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`);
}
