import { AwsError } from '../../core/aws-error';

/** The error of a parameter that Lambda does not accept. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });
}

/** The error of a value that the API's model does not allow. */
export function constraintError(value: unknown, member: string, rule: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

/** Checks a number's bounds. @throws AwsError ValidationException */
export function checkRange(value: number | undefined, member: string, least: number, most: number): void {
  if (value === undefined) return;
  if (value < least)
    throw constraintError(value, member, `Member must have value greater than or equal to ${least}`);
  if (value > most)
    throw constraintError(value, member, `Member must have value less than or equal to ${most}`);
}

/** The error of a marker that no answer ever held. */
export function badMarker(): AwsError {
  return invalidParameter('Invalid marker.');
}
