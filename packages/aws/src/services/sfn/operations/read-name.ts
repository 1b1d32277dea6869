import { AwsError } from '../../../core/aws-error';

/**
 * Checks the name of a machine or an execution.
 * @throws AwsError InvalidName, ValidationException for one that is too long
 */
export function readName(name: string | undefined): string {
  if (name && name.length > 80)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
    );
  if (name && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/]|\p{Cc}/u.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name ?? ''}'`);
}
