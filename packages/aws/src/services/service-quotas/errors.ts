import { AwsError } from '../../core/aws-error';

/** The error of a service, a quota or a request that is not there. */
export function noSuchResource(message: string): AwsError {
  return new AwsError('NoSuchResourceException', message);
}

/** The error of what makes no sense, such as an increase to less than there is. */
export function illegalArgument(message: string): AwsError {
  return new AwsError('IllegalArgumentException', message);
}

/** The error of an increase that was asked for already. */
export function alreadyExists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return new AwsError('InvalidPaginationTokenException', 'Invalid NextToken');
}
