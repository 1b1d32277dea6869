import { AwsError } from '../../core/aws-error';

const USER = { Type: 'User' };

/** The error of a parameter that Lambda does not accept. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, 400, USER);
}

/** The error of a value above a quota that the API's model does not name. */
export function aboveQuota(value: unknown, member: string, rule: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

/** The error of a marker that this list never gave. */
export function badMarker(): AwsError {
  return invalidParameter('Invalid marker.');
}

/** The error of a function, a version or an alias that is not there. */
export function functionNotFound(functionArn: string, qualifier: string | undefined): AwsError {
  const suffix = qualifier === undefined ? '' : `:${qualifier}`;
  return notFound(`Function not found: ${functionArn}${suffix}`);
}

/** The error of something that a function does not have. */
export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404, USER);
}

/** The error of what is there already, or is busy. */
export function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, 409, USER);
}

/** The error of a change to something that has changed meanwhile. */
export function staleRevision(): AwsError {
  return new AwsError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
    USER,
  );
}

/** The error of a payload or a client context that cannot be read. */
export function unreadableContent(message: string): AwsError {
  return new AwsError('InvalidRequestContentException', message, 400, USER);
}

/** The error of a payload above the quota. @param mostBytes the quota */
export function tooLargeRequest(mostBytes: number): AwsError {
  return new AwsError(
    'RequestTooLargeException',
    `Request must be smaller than ${mostBytes} bytes for the Invoke operation`,
    413,
    USER,
  );
}

/** The error of an invocation for which no concurrency is left. @param isReserved whether the function's own ran out */
export function tooManyRequests(isReserved: boolean): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    ...USER,
    Reason: isReserved
      ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
      : 'ConcurrentInvocationLimitExceeded',
  });
}

/** The error of everything that comes while the account ends. */
export function shuttingDown(): AwsError {
  return new AwsError('ServiceException', 'The service is shutting down.', 500);
}
