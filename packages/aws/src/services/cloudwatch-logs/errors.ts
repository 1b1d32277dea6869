import { AwsError } from '../../core/aws-error';

/** The error of a parameter that CloudWatch Logs does not accept. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return invalidParameter('The specified nextToken is invalid.');
}

/** The error of a filter pattern that is none. */
export function invalidPattern(reason: string): AwsError {
  return invalidParameter(`Invalid filter pattern: ${reason}`);
}

/** The error of one filter too many. */
export function limitExceeded(): AwsError {
  return new AwsError('LimitExceededException', 'Resource limit exceeded.');
}

/** @param what `log group`, `log stream` */
export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `The specified ${what} does not exist.`);
}

/** @param what `log group`, `log stream` */
export function alreadyExists(what: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
}
