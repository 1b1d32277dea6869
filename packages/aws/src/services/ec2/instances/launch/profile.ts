import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import { invalidParameterCombination, invalidParameterValue } from '../../errors';
import type { Inventory } from '../../inventory';

/**
 * The instance profile that is meant.
 * @throws AwsError InvalidParameterValue for one that is not there, InvalidParameterCombination for name and ARN together
 */
export function readProfile(
  ec2: Inventory,
  given: IamInstanceProfileSpecification | undefined,
): { arn: string; id: string } | undefined {
  if (!given?.Arn && !given?.Name) return undefined;
  if (given.Arn && given.Name) {
    throw invalidParameterCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  const profile = ec2.profiles.instanceProfile(given.Arn ?? given.Name ?? '');
  if (profile) return { arn: profile.arn, id: profile.id };
  throw given.Arn
    ? invalidParameterValue(
        `Value (${given.Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      )
    : invalidParameterValue(
        `Value (${given.Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      );
}
