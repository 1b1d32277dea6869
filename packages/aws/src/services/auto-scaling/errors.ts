import { AwsError } from '../../core/aws-error';

/** What Auto Scaling answers to a request that is not valid. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** As AWS words the violation of a constraint of the API's model. */
export function constraintError(value: unknown, member: string, constraint: string): AwsError {
  return validationError(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** @throws AwsError when the number is outside of the range that the API's model gives */
export function checkRange(value: number | undefined, member: string, least: number, most?: number): void {
  if (value === undefined) return;
  if (value < least)
    throw constraintError(value, member, `Member must have value greater than or equal to ${least}`);
  if (most !== undefined && value > most)
    throw constraintError(value, member, `Member must have value less than or equal to ${most}`);
}
