import { AwsError } from '../../core/aws-error';

/** The error of a secret, or of a version, that is not there. */
export function notFound(message = "Secrets Manager can't find the specified secret."): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

/** The error of what the state of the secret does not allow. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** The error of a name or a version that is taken. */
export function exists(message: string): AwsError {
  return new AwsError('ResourceExistsException', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
}

/** The error of what could be the name of no secret. */
export function invalidName(): AwsError {
  return new AwsError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

/** The error of a token that another request has used for a version with another value. */
export function tokenInUse(token: string, arn: string): AwsError {
  return exists(
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
}

/** The error of a resource policy that IAM would not take. */
export function malformedPolicy(message: string): AwsError {
  return new AwsError('MalformedPolicyDocumentException', message);
}

/** The error of a resource policy that would open the secret to everybody, where the request asks not to. */
export function publicPolicy(): AwsError {
  return new AwsError(
    'PublicPolicyException',
    'You attempted to set a resource policy with public access, and BlockPublicPolicy is set.',
  );
}
