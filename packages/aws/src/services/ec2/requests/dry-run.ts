import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';

type AnyOperation = (input: never, call: Call) => unknown;

/** @throws AwsError DryRunOperation when the call only asks whether it would be allowed */
export function checkDryRun(input: { DryRun?: boolean }): void {
  if (input.DryRun) {
    throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
}

/** The same operations, all with the two parameters that callers give. */
type Called<T> = {
  [Name in keyof T]: T[Name] extends (input: infer Input, call: Call) => infer Output
    ? (input: Input, call: Call) => Output
    : never;
};

/** Operations that answer a dry run before they do anything. */
export function withDryRun<T extends Record<string, AnyOperation>>(operations: T): Called<T> {
  const wrapped = Object.entries(operations).map(([name, operation]) => [
    name,
    (input: never, call: Call) => {
      checkDryRun(input);
      return operation(input, call);
    },
  ]);
  return Object.fromEntries(wrapped);
}
