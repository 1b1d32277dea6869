import { AwsError } from '../../wire/aws-error';

/** The error of a parameter that Lambda does not accept. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });
}

/** The error of a marker that no answer ever held. */
export function badMarker(): AwsError {
  return invalidParameter('Invalid marker.');
}
