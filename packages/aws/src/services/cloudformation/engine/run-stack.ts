import { exportInUse } from '../errors';
import type { Stack, StackDefinition } from '../stacks/stack';
import type { CloudFormationState } from '../state';
import { deleteResources } from './delete-resources';
import { Deployment } from './deployment';
import { ResourceWork } from './resources/resource-work';

export type OnFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';

/** Begins to make a stack; `stack.settled` resolves at its end, whatever that is. */
export function beginCreate(
  state: CloudFormationState,
  stack: Stack,
  definition: StackDefinition,
  onFailure: OnFailure,
): void {
  stack.definition = definition;
  stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
  stack.settled = runCreate(state, stack, definition, onFailure);
}

/** Begins to change a stack into what a definition says. */
export function beginUpdate(state: CloudFormationState, stack: Stack, definition: StackDefinition): void {
  stack.updatedAt = stack.time();
  const { unstable } = stack;
  const deployment = new Deployment(state, stack, definition, 'UPDATE');
  stack.unstable = {
    deployments: [...(unstable?.deployments ?? []), deployment],
    before: unstable ? unstable.before : stack.definition,
  };
  stack.definition = definition;
  stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
  stack.cancelUpdate = () => deployment.cancel('User Initiated');
  stack.settled = runUpdate(state, stack, deployment).finally(() => {
    stack.cancelUpdate = undefined;
  });
}

/** Begins to take back all that failed updates have left, or the making of a stack that failed. */
export function beginRollback(state: CloudFormationState, stack: Stack): void {
  if (stack.status === 'CREATE_FAILED') {
    stack.enter('ROLLBACK_IN_PROGRESS', 'User Initiated');
    stack.settled = runCreateRollback(state, stack);
    return;
  }
  stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  stack.settled = runUpdateRollback(state, stack, []);
}

/** Begins again with a rollback that failed. @param skipped logical ids of resources to leave as they are */
export function continueRollback(state: CloudFormationState, stack: Stack, skipped: readonly string[]): void {
  stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  stack.settled = runUpdateRollback(state, stack, skipped);
}

/**
 * Begins to delete a stack.
 *
 * @param retained logical ids of resources to leave alone
 * @param ready what is waited for before the first resource is deleted
 */
export function beginDelete(
  state: CloudFormationState,
  stack: Stack,
  retained: readonly string[],
  ready: Promise<void>,
): void {
  const before = stack.status;
  stack.enter('DELETE_IN_PROGRESS', 'User Initiated');
  const used = findUsedExport(state, stack);
  if (used) stack.enter(before, used);
  else stack.settled = ready.then(() => runDelete(state, stack, retained));
}

/** Why other stacks forbid the deletion, if they do. */
function findUsedExport({ stacks }: CloudFormationState, stack: Stack): string | undefined {
  for (const { exportName } of stack.outputs) {
    const users = exportName === undefined ? [] : stacks.importers(exportName);
    if (exportName !== undefined && users.length > 0) return exportInUse(exportName, users).message;
  }
  return undefined;
}

async function runCreate(
  state: CloudFormationState,
  stack: Stack,
  definition: StackDefinition,
  onFailure: OnFailure,
): Promise<void> {
  const deployment = new Deployment(state, stack, definition, 'CREATE');
  let abandoned = false;
  stack.abandon = () => {
    abandoned = true;
    deployment.cancel('Resource creation cancelled');
  };
  const problem = await deployment.apply();
  stack.abandon = undefined;
  if (state.closing.aborted || abandoned) return;
  if (problem === undefined) {
    stack.enter('CREATE_COMPLETE');
    return;
  }
  stack.outputs = [];
  if (onFailure === 'DO_NOTHING') {
    stack.enter('CREATE_FAILED', problem);
    return;
  }
  const reason = `${problem.trimEnd()}${/[.]$/.test(problem.trimEnd()) ? '' : '.'} ${onFailure === 'DELETE' ? 'Delete' : 'Rollback'} requested by user.`;
  if (onFailure === 'DELETE') {
    stack.enter('DELETE_IN_PROGRESS', reason);
    await runDelete(state, stack, []);
    return;
  }
  stack.enter('ROLLBACK_IN_PROGRESS', reason);
  await runCreateRollback(state, stack);
}

async function runCreateRollback(state: CloudFormationState, stack: Stack): Promise<void> {
  const work = new ResourceWork(state, stack, state.closing);
  const stuck = await deleteResources(stack, work, [...stack.resources.values()], 'rollback');
  if (state.closing.aborted) return;
  if (stuck.length > 0) {
    stack.enter('ROLLBACK_FAILED', `The following resource(s) failed to delete: [${stuck.join(', ')}]. `);
  } else stack.enter('ROLLBACK_COMPLETE');
}

async function runUpdate(state: CloudFormationState, stack: Stack, deployment: Deployment): Promise<void> {
  const problem = await deployment.apply();
  if (state.closing.aborted) return;
  if (problem === undefined) {
    const failedBefore = (stack.unstable?.deployments ?? []).filter((one) => one !== deployment);
    stack.unstable = undefined;
    stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    for (const one of failedBefore) await one.deleteReplaced();
    await deployment.cleanUp();
    stack.enter('UPDATE_COMPLETE');
    return;
  }
  if (stack.disableRollback) {
    stack.enter('UPDATE_FAILED', problem);
    return;
  }
  stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', problem);
  await runUpdateRollback(state, stack, []);
}

async function runUpdateRollback(
  state: CloudFormationState,
  stack: Stack,
  skipped: readonly string[],
): Promise<void> {
  const { deployments = [], before } = stack.unstable ?? {};
  stack.definition = before;
  const stuck = new Set<string>();
  for (const deployment of [...deployments].reverse()) {
    for (const id of await deployment.rollBack(skipped)) stuck.add(id);
  }
  if (state.closing.aborted) return;
  if (stuck.size > 0) {
    stack.enter(
      'UPDATE_ROLLBACK_FAILED',
      `The following resource(s) failed to update: [${[...stuck].join(', ')}]. `,
    );
    return;
  }
  stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  for (const deployment of [...deployments].reverse()) await deployment.discard();
  if (state.closing.aborted) return;
  stack.unstable = undefined;
  stack.enter('UPDATE_ROLLBACK_COMPLETE');
}

async function runDelete(
  state: CloudFormationState,
  stack: Stack,
  retained: readonly string[],
): Promise<void> {
  const work = new ResourceWork(state, stack, state.closing);
  const stuck = await deleteResources(stack, work, [...stack.resources.values()], 'delete', retained);
  if (state.closing.aborted) return;
  if (stuck.length > 0) {
    stack.enter('DELETE_FAILED', `The following resource(s) failed to delete: [${stuck.join(', ')}]. `);
    return;
  }
  stack.outputs = [];
  stack.imports.clear();
  stack.deletedAt = stack.time();
  stack.enter('DELETE_COMPLETE');
}
