import { invalidParameter } from '../errors';
import type { Op } from '../state';

export const PutFunctionConcurrency: Op<'PutFunctionConcurrency'> = (lambda, input) => {
  const { fn } = lambda.functions.find(input.FunctionName);
  const reserved = input.ReservedConcurrentExecutions ?? 0;
  if (reserved > 900)
    throw invalidParameter(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].`,
    );
  fn.reservedConcurrency = reserved;
  return { ReservedConcurrentExecutions: reserved };
};

export const GetFunctionConcurrency: Op<'GetFunctionConcurrency'> = (lambda, input) => ({
  ReservedConcurrentExecutions: lambda.functions.find(input.FunctionName).fn.reservedConcurrency,
});

export const DeleteFunctionConcurrency: Op<'DeleteFunctionConcurrency'> = (lambda, input) => {
  lambda.functions.find(input.FunctionName).fn.reservedConcurrency = undefined;
  return {};
};
