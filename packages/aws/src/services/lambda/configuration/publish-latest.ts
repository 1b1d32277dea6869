import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Functions, LambdaFunction } from '../functions';

/** Freezes `$LATEST` as the next version; the same code and configuration give the version that is there. */
export function publishLatest(
  functions: Functions,
  fn: LambdaFunction,
  description?: string,
): FunctionConfiguration {
  const newest = [...fn.versions.values()].at(-1);
  if (newest && newest.configuration.RevisionId === fn.latest.configuration.RevisionId)
    return newest.configuration;
  const version = String(Number(newest?.configuration.Version ?? 0) + 1);
  const configuration: FunctionConfiguration = {
    ...fn.latest.configuration,
    Version: version,
    FunctionArn: `${fn.arn}:${version}`,
    Description: description ?? fn.latest.configuration.Description,
    State: 'Active',
    StateReason: undefined,
    StateReasonCode: undefined,
    // A version never changes: what $LATEST is still busy with is done for it.
    LastUpdateStatus: 'Successful',
    LastUpdateStatusReason: undefined,
    LastUpdateStatusReasonCode: undefined,
  };
  fn.versions.set(version, { configuration, code: fn.latest.code, revision: functions.nextRevision() });
  return configuration;
}
