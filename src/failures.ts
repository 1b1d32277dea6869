import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { KilnError, TransientFailure } from './errors';

/** Gives throttling, server errors and broken connections, which have many names, one; any other error stays as it is. */
export function nameTransient(error: Error): Error {
  return isTransient(error)
    ? new TransientFailure(`${error.name}: ${error.message}`, { cause: error })
    : error;
}

/**
 * What passes and the SDK does not know as such, since AWS answers it with 400: somebody else is just changing the same parameter, the same
 * group or the same rule.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html#API_UpdateAutoScalingGroup_Errors
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html#API_PutRule_Errors
 */
const BUSY = [
  'TooManyUpdates',
  'ScalingActivityInProgress',
  'ScalingActivityInProgressFault',
  'ConcurrentModificationException',
];

function isTransient(error: Error): boolean {
  if (error instanceof AggregateError)
    return error.errors.every((one) => one instanceof Error && isTransient(one));
  const sdkError = error as Parameters<typeof isTransientError>[0];
  const isBusy = BUSY.includes(error.name);
  return isBusy || isThrottlingError(sdkError) || isTransientError(sdkError) || isServerError(sdkError);
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

/**
 * Awaits checks, and says all that they find at once: who mends one thing should not have to build again to hear of the next.
 *
 * @throws the one finding as it is; several as one error of the kind of the first, a line each; what failed otherwise before any finding
 */
export async function findAll<Results extends readonly unknown[]>(
  checks: {
    readonly [Index in keyof Results]: Results[Index] | Promise<Results[Index]>;
  },
): Promise<Results> {
  const settled = await Promise.allSettled(checks);
  const failures = failuresOf(settled);
  const other = failures.find((one) => !(one instanceof KilnError) || one instanceof TransientFailure);
  if (other !== undefined) throw other;
  const [first, ...others] = failures as KilnError[];
  if (first && others.length === 0) throw first;
  if (first) {
    const Kind = first.constructor as new (...args: ConstructorParameters<typeof KilnError>) => KilnError;
    const all = [first, ...others];
    const fields = all.flatMap((one) => one.fields);
    throw new Kind([...new Set(all.map(({ message }) => message))].join('\n'), { fields });
  }
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}

/** What went wrong of all that was begun side by side. */
export function failuresOf(settled: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
