import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { takePage } from '../../../core/paging';
import { badMarker, notFound } from '../errors';
import type { LambdaFunction } from '../functions';
import { pageSize } from '../paging';
import type { Op } from '../state';

export const PutFunctionEventInvokeConfig: Op<'PutFunctionEventInvokeConfig'> = (lambda, input) => {
  const { fn, qualifier = '$LATEST' } = lambda.functions.find(input.FunctionName, input.Qualifier);
  const config: FunctionEventInvokeConfig = {
    FunctionArn: `${fn.arn}:${qualifier}`,
    LastModified: lambda.context.clock.now(),
    MaximumRetryAttempts: input.MaximumRetryAttempts,
    MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds,
    DestinationConfig: input.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} },
  };
  fn.eventInvokeConfigs.set(qualifier, config);
  return config;
};

export const UpdateFunctionEventInvokeConfig: Op<'UpdateFunctionEventInvokeConfig'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  const old = configOf(fn, qualifier);
  const config: FunctionEventInvokeConfig = {
    ...old,
    MaximumRetryAttempts: input.MaximumRetryAttempts ?? old.MaximumRetryAttempts,
    MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds ?? old.MaximumEventAgeInSeconds,
    DestinationConfig: input.DestinationConfig ?? old.DestinationConfig,
    LastModified: lambda.context.clock.now(),
  };
  fn.eventInvokeConfigs.set(qualifier ?? '$LATEST', config);
  return config;
};

export const GetFunctionEventInvokeConfig: Op<'GetFunctionEventInvokeConfig'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  return configOf(fn, qualifier);
};

export const ListFunctionEventInvokeConfigs: Op<'ListFunctionEventInvokeConfigs'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const page = takePage([...fn.eventInvokeConfigs.values()], {
    token: input.Marker,
    size: pageSize(input.MaxItems),
    idOf: ({ FunctionArn = '' }) => FunctionArn,
    refuse: badMarker,
    question: fn.arn,
  });
  return { FunctionEventInvokeConfigs: page.items, NextMarker: page.next };
};

export const DeleteFunctionEventInvokeConfig: Op<'DeleteFunctionEventInvokeConfig'> = (lambda, input) => {
  const { fn, qualifier } = lambda.functions.find(input.FunctionName, input.Qualifier);
  configOf(fn, qualifier);
  fn.eventInvokeConfigs.delete(qualifier ?? '$LATEST');
  return {};
};

function configOf(fn: LambdaFunction, qualifier = '$LATEST'): FunctionEventInvokeConfig {
  const config = fn.eventInvokeConfigs.get(qualifier);
  if (config) return config;
  throw notFound(`The function ${fn.arn}:${qualifier} doesn't have an EventInvokeConfig`);
}
