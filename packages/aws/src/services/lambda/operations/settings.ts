import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { checkRange, invalidParameter } from '../errors';
import type { FunctionStore, LambdaFunction } from '../functions';

/** Concurrency, asynchronous invocation settings and tags. */
export function settingOperations(store: FunctionStore) {
  return {
    PutFunctionConcurrency: (input) => {
      const { fn } = store.find(input.FunctionName);
      const reserved = input.ReservedConcurrentExecutions ?? 0;
      if (reserved > 900)
        throw invalidParameter(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].`,
        );
      fn.reservedConcurrency = reserved;
      return { ReservedConcurrentExecutions: reserved };
    },
    GetFunctionConcurrency: (input) => ({
      ReservedConcurrentExecutions: store.find(input.FunctionName).fn.reservedConcurrency,
    }),
    DeleteFunctionConcurrency: (input) => {
      store.find(input.FunctionName).fn.reservedConcurrency = undefined;
      return {};
    },
    PutFunctionEventInvokeConfig: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      checkRange(input.MaximumRetryAttempts, 'maximumRetryAttempts', 0, 2);
      checkRange(input.MaximumEventAgeInSeconds, 'maximumEventAgeInSeconds', 60, 21_600);
      const config: FunctionEventInvokeConfig = {
        FunctionArn: `${fn.arn}:${qualifier ?? '$LATEST'}`,
        LastModified: store.context.clock.now(),
        MaximumRetryAttempts: input.MaximumRetryAttempts,
        MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds,
        DestinationConfig: input.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} },
      };
      fn.eventInvokeConfigs.set(qualifier ?? '$LATEST', config);
      return config;
    },
    UpdateFunctionEventInvokeConfig: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      const old = eventInvokeConfig(fn, qualifier);
      const given = Object.fromEntries(
        Object.entries({
          MaximumRetryAttempts: input.MaximumRetryAttempts,
          MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds,
          DestinationConfig: input.DestinationConfig,
        }).filter(([, value]) => value !== undefined),
      );
      const config = { ...old, ...given, LastModified: store.context.clock.now() };
      fn.eventInvokeConfigs.set(qualifier ?? '$LATEST', config);
      return config;
    },
    GetFunctionEventInvokeConfig: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      return eventInvokeConfig(fn, qualifier);
    },
    ListFunctionEventInvokeConfigs: (input) => ({
      FunctionEventInvokeConfigs: [...store.find(input.FunctionName).fn.eventInvokeConfigs.values()],
    }),
    DeleteFunctionEventInvokeConfig: (input) => {
      const { fn, qualifier } = store.find(input.FunctionName, input.Qualifier);
      eventInvokeConfig(fn, qualifier);
      fn.eventInvokeConfigs.delete(qualifier ?? '$LATEST');
      return {};
    },
    ListTags: (input) => ({ Tags: Object.fromEntries(store.find(input.Resource).fn.tags) }),
    TagResource: (input) => {
      const { fn } = store.find(input.Resource);
      for (const [key, value] of Object.entries(input.Tags ?? {})) fn.tags.set(key, value);
      return {};
    },
    UntagResource: (input) => {
      const { fn } = store.find(input.Resource);
      for (const key of input.TagKeys ?? []) fn.tags.delete(key);
      return {};
    },
    GetFunctionCodeSigningConfig: (input) => ({
      CodeSigningConfigArn: undefined,
      FunctionName: store.find(input.FunctionName).fn.name,
    }),
    GetRuntimeManagementConfig: (input) => ({
      UpdateRuntimeOn: 'Auto' as const,
      FunctionArn: store.find(input.FunctionName).fn.arn,
    }),
    GetFunctionRecursionConfig: (input) => {
      store.find(input.FunctionName);
      return { RecursiveLoop: 'Terminate' as const };
    },
    GetAccountSettings: () => ({
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: 1000,
        UnreservedConcurrentExecutions: 1000,
      },
      AccountUsage: {
        TotalCodeSize: [...store.functions.values()].reduce((sum, fn) => sum + fn.latest.code.size, 0),
        FunctionCount: store.functions.size,
      },
    }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-lambda')>;
}

function eventInvokeConfig(fn: LambdaFunction, qualifier: string | undefined): FunctionEventInvokeConfig {
  const config = fn.eventInvokeConfigs.get(qualifier ?? '$LATEST');
  if (config) return config;
  throw new AwsError(
    'ResourceNotFoundException',
    `The function ${fn.arn}:${qualifier ?? '$LATEST'} doesn't have an EventInvokeConfig`,
    404,
    { Type: 'User' },
  );
}
