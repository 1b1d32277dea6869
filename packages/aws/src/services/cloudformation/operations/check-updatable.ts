import { validationError } from '../errors';
import type { Stack } from '../stacks/stack';

/** Statuses that updates may begin from. */
const UPDATABLE = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_FAILED',
];

/** @throws AwsError `ValidationError` unless the stack is at rest in a status that updates may begin from */
export function checkUpdatable(stack: Stack): void {
  if (stack.isDeleted) throw validationError(`Stack [${stack.name}] does not exist`);
  if (!UPDATABLE.includes(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}
