import type { Call } from '../../../core/service';
import { dryRunOperation } from '../errors';

type AnyOperation = (ec2: never, input: never, call: Call) => unknown;

/** @throws AwsError DryRunOperation when the call only asks whether it would be allowed */
export function checkDryRun(input: { DryRun?: boolean }): void {
  if (input.DryRun) {
    throw dryRunOperation('Request would have succeeded, but DryRun flag is set.');
  }
}

/** The same operations, which answer a dry run before they do anything. */
export function withDryRun<Operations extends Readonly<Record<string, AnyOperation>>>(
  operations: Operations,
): Operations {
  const wrapped = Object.entries(operations).map(([name, operation]): [string, AnyOperation] => [
    name,
    (ec2, input, call) => {
      checkDryRun(input);
      return operation(ec2, input, call);
    },
  ]);
  return Object.fromEntries(wrapped) as Operations;
}
