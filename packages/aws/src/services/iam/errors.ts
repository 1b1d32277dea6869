import { AwsError } from '../../core/aws-error';

/** IAM's answer for something that is not there (HTTP 404). */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}

/** IAM's answer for a name that is taken (HTTP 409). */
export function entityAlreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message, 409);
}

/** IAM's answer for deleting what something else still hangs on (HTTP 409). */
export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, 409);
}

/** IAM's answer for one more than the quota allows (HTTP 409). */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, 409);
}

/** IAM's answer for an input that is malformed. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
