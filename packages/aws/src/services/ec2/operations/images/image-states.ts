import { AwsError } from '../../../../core/aws-error';
import { requireOwnImage } from '../../images/access';
import { announceImage } from '../../images/making';
import type { ImageRecord } from '../../records/storage';
import type { Ec2Operations, Ec2State } from '../../state';

/** What becomes of images: they are deprecated, disabled and deregistered. */
export function stateOperations(state: Ec2State) {
  return {
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
      if (!at || at.getTime() <= state.context.clock.millis()) {
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

function wrongState(image: ImageRecord, verb: string): AwsError {
  return new AwsError(
    'InvalidAMIID.Unavailable',
    `The image ${image.ImageId} is ${image.State} and cannot be ${verb}`,
  );
}
