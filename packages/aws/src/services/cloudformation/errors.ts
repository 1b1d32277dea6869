import { AwsError } from '../../core/aws-error';

/** What CloudFormation answers to nearly everything that is wrong with a request or a template. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** An export that other stacks use may not go. */
export function exportInUse(name: string, users: readonly { readonly name: string }[]): AwsError {
  return validationError(
    `Delete canceled. Cannot delete export ${name} as it is in use by ${enumerate(users)}.`,
  );
}

/** An export that other stacks use may not change. */
export function exportFixed(name: string, users: readonly { readonly name: string }[]): AwsError {
  return validationError(`Cannot update export ${name} as it is in use by ${enumerate(users)}.`);
}

/** `a`, `a and b`, `a, b and c`. */
function enumerate(stacks: readonly { readonly name: string }[]): string {
  const names = stacks.map(({ name }) => name);
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ');
}

/** A change set that there is not. */
export function changeSetNotFound(name: string | undefined): AwsError {
  return new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
}
