import { AwsError } from '../../../../core/aws-error';
import { requireLaunchable } from '../../images/access';
import type { ImageRecord } from '../../records/storage';
import type { Ec2State } from '../../state';

/** @throws AwsError for an image that is not there, or cannot be launched */
export function requireImage(state: Ec2State, given: string | undefined): ImageRecord {
  if (!given) throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  return requireLaunchable(state, resolveImageId(state, given));
}

/**
 * The image id that `resolve:ssm:name[:version]` stands for; other texts are ids already.
 * @throws AwsError InvalidParameterValue when the parameter is not there
 */
export function resolveImageId(state: Ec2State, given: string): string {
  if (!given.startsWith('resolve:ssm:')) return given;
  const name = given.slice('resolve:ssm:'.length);
  const value = state.deps.ssm.parameter(name);
  if (value === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${given}) for parameter ImageId is invalid. The SSM parameter ${name} was not found.`,
    );
  }
  return value;
}
