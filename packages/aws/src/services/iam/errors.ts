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

/** IAM's answer for an input that is well formed and not possible. */
export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', message);
}

/** IAM's answer for a policy that it does not understand, in its own words. */
export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}

/** IAM's answer for a password that the account does not allow. */
export function passwordPolicyViolation(): AwsError {
  return new AwsError('PasswordPolicyViolation', 'Password does not conform to the account password policy.');
}

/** IAM's answer for changing a role that belongs to a service. */
export function unmodifiable(roleName: string): AwsError {
  return new AwsError(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${roleName}' - this role is only modifiable by AWS`,
  );
}

/** IAM's answer for changing a policy that is AWS's own (HTTP 403). */
export function notOwnPolicy(arn: string): AwsError {
  return new AwsError(
    'AccessDenied',
    `Policy ${arn} is an AWS managed policy and cannot be changed by this account.`,
    403,
  );
}
