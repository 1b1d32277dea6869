import type { Op } from '../state';

/** Code signing is not there: no function has it. */
export const GetFunctionCodeSigningConfig: Op<'GetFunctionCodeSigningConfig'> = (lambda, input) => ({
  CodeSigningConfigArn: undefined,
  FunctionName: lambda.functions.find(input.FunctionName).fn.name,
});

/** As every new function has it; there is nothing to update. */
export const GetRuntimeManagementConfig: Op<'GetRuntimeManagementConfig'> = (lambda, input) => ({
  UpdateRuntimeOn: 'Auto',
  FunctionArn: lambda.functions.find(input.FunctionName).fn.arn,
});

/** As every new function has it; loops are not looked for. */
export const GetFunctionRecursionConfig: Op<'GetFunctionRecursionConfig'> = (lambda, input) => {
  lambda.functions.find(input.FunctionName);
  return { RecursiveLoop: 'Terminate' };
};

/** Event source mappings are not there: no function has one. https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
export const ListEventSourceMappings: Op<'ListEventSourceMappings'> = (lambda, input) => {
  if (input.FunctionName !== undefined) lambda.functions.find(input.FunctionName);
  return { EventSourceMappings: [] };
};
