import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import type { Ec2State } from '../../state';

/**
 * The instance profile that is meant.
 * @throws AwsError InvalidParameterValue for one that is not there, InvalidParameterCombination for name and ARN together
 */
export function readProfile(
  state: Ec2State,
  given: IamInstanceProfileSpecification | undefined,
): { arn: string; id: string } | undefined {
  if (!given?.Arn && !given?.Name) return undefined;
  if (given.Arn && given.Name) {
    throw new AwsError(
      'InvalidParameterCombination',
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  const profile = state.deps.iam.instanceProfile(given.Arn ?? given.Name ?? '');
  if (profile) return { arn: profile.arn, id: profile.id };
  throw given.Arn
    ? new AwsError(
        'InvalidParameterValue',
        `Value (${given.Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      )
    : new AwsError(
        'InvalidParameterValue',
        `Value (${given.Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      );
}
