import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { TransientFailure } from './errors';

/** Gives throttling, server errors and broken connections, which have many names, one; any other error stays as it is. */
export function nameTransient(error: Error): Error {
  return isTransient(error)
    ? new TransientFailure(`${error.name}: ${error.message}`, { cause: error })
    : error;
}

function isTransient(error: Error): boolean {
  if (error instanceof AggregateError)
    return error.errors.every((one) => one instanceof Error && isTransient(one));
  const sdkError = error as Parameters<typeof isTransientError>[0];
  return isThrottlingError(sdkError) || isTransientError(sdkError) || isServerError(sdkError);
}
