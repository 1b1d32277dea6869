import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { durations } from '../../../core/durations';
import type { FunctionVersion, LambdaFunction } from '../functions';
import type { LambdaState } from '../state';

/**
 * A new function is Pending until its interfaces and its code are in place.
 * https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
export function activate({ context }: LambdaState, fn: LambdaFunction): void {
  const { configuration } = fn.latest;
  const pending: Partial<FunctionConfiguration> = {
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
    LastUpdateStatus: 'Successful',
  };
  Object.assign(configuration, pending);
  context.clock.after(settlingSeconds(configuration), () => {
    Object.assign(configuration, { State: 'Active', StateReason: undefined, StateReasonCode: undefined });
  });
}

/** Puts another `$LATEST` in place, which is InProgress for a while; its sandboxes are of the new one from now on. */
export function replaceLatest(lambda: LambdaState, fn: LambdaFunction, version: FunctionVersion): void {
  const { configuration } = version;
  Object.assign(configuration, {
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    LastUpdateStatusReasonCode: 'Creating',
  });
  const needsInterface = configuration.VpcConfig !== fn.latest.configuration.VpcConfig;
  fn.latest = version;
  lambda.codeCache.prepare(version);
  lambda.sandboxes.retire(fn);
  lambda.context.clock.after(settlingSeconds(needsInterface ? configuration : {}), () => {
    Object.assign(configuration, {
      LastUpdateStatus: 'Successful',
      LastUpdateStatusReason: undefined,
      LastUpdateStatusReasonCode: undefined,
    });
  });
}

function settlingSeconds({ VpcConfig }: FunctionConfiguration): number {
  return (VpcConfig ? durations.lambdaInterface : durations.lambdaActive).seconds;
}
