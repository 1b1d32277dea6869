import { AwsError } from '../../core/aws-error';

/** STS's answer for an input that is malformed. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** STS's answer for what the caller may not do (HTTP 403). */
export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403);
}

/** STS's answer for the policy of a session that it does not understand, in IAM's words. */
export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}

/** STS's answer for an identity whose time is over. */
export function expiredToken(message: string): AwsError {
  return new AwsError('ExpiredTokenException', message);
}

/** STS's answer for a message that it has not encoded. */
export function invalidAuthorizationMessage(): AwsError {
  return new AwsError('InvalidAuthorizationMessageException', 'Message is not valid.');
}
