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

/**
 * Throws what went wrong once all was tried: nothing, the one failure as it is, or an AggregateError that says all of them.
 *
 * @param failures what was caught
 */
export function throwAll(failures: readonly unknown[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '));
}

/** What went wrong of all that was begun side by side. */
export function failuresOf(settled: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
