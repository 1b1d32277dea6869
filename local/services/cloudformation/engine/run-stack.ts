import { exportInUse } from '../errors';
import type { Blueprint, Stack } from '../stack';
import { deleteResources } from './delete-resources';
import { Deployment } from './deployment';
import type { Engine } from './engine';
import { ResourceWork } from './resource-work';

export type OnFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';

/** Begins to make a stack; `stack.settled` resolves at its end, whatever that is. */
export function beginCreate(engine: Engine, stack: Stack, blueprint: Blueprint, onFailure: OnFailure): void {
  stack.blueprint = blueprint;
  stack.enter('CREATE_IN_PROGRESS', 'User Initiated');
  stack.settled = runCreate(engine, stack, blueprint, onFailure);
}

/** Begins to change a stack into what a blueprint says. */
export function beginUpdate(engine: Engine, stack: Stack, blueprint: Blueprint): void {
  stack.updatedAt = stack.time();
  const before = stack.blueprint;
  stack.blueprint = blueprint;
  stack.enter('UPDATE_IN_PROGRESS', 'User Initiated');
  const deployment = new Deployment(engine, stack, blueprint, 'UPDATE');
  stack.cancelUpdate = () => deployment.cancel('User Initiated');
  stack.settled = runUpdate(stack, deployment, before).finally(() => {
    stack.cancelUpdate = undefined;
  });
}

/** Begins to delete a stack. @param retained logical ids of resources to leave alone */
export function beginDelete(engine: Engine, stack: Stack, retained: readonly string[]): void {
  const before = stack.status;
  stack.enter('DELETE_IN_PROGRESS', 'User Initiated');
  const used = findUsedExport(engine, stack);
  if (used) stack.enter(before, used);
  else stack.settled = runDelete(engine, stack, retained);
}

/** Why other stacks forbid the deletion, if they do. */
function findUsedExport({ stacks }: Engine, stack: Stack): string | undefined {
  for (const { exportName } of stack.outputs) {
    const users = exportName === undefined ? [] : stacks.importers(exportName);
    if (exportName !== undefined && users.length > 0) return exportInUse(exportName, users).message;
  }
  return undefined;
}

async function runCreate(
  engine: Engine,
  stack: Stack,
  blueprint: Blueprint,
  onFailure: OnFailure,
): Promise<void> {
  const problem = await new Deployment(engine, stack, blueprint, 'CREATE').apply();
  if (engine.closing.aborted) return;
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
    await runDelete(engine, stack, []);
    return;
  }
  stack.enter('ROLLBACK_IN_PROGRESS', reason);
  const work = new ResourceWork(engine, stack, engine.closing);
  const stuck = await deleteResources(stack, work, [...stack.resources.values()], 'rollback');
  if (engine.closing.aborted) return;
  if (stuck.length > 0) {
    stack.enter('ROLLBACK_FAILED', `The following resource(s) failed to delete: [${stuck.join(', ')}]. `);
  } else stack.enter('ROLLBACK_COMPLETE');
}

async function runUpdate(stack: Stack, deployment: Deployment, before: Blueprint | undefined): Promise<void> {
  const problem = await deployment.apply();
  if (deployment.isClosed) return;
  if (problem === undefined) {
    stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await deployment.cleanUp();
    stack.enter('UPDATE_COMPLETE');
    return;
  }
  if (stack.disableRollback) {
    stack.enter('UPDATE_FAILED', problem);
    return;
  }
  stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', problem);
  stack.blueprint = before;
  const stuck = await deployment.rollBack();
  if (stuck.length > 0) {
    stack.enter(
      'UPDATE_ROLLBACK_FAILED',
      `The following resource(s) failed to update: [${stuck.join(', ')}]. `,
    );
    return;
  }
  stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await deployment.discard();
  stack.enter('UPDATE_ROLLBACK_COMPLETE');
}

async function runDelete(engine: Engine, stack: Stack, retained: readonly string[]): Promise<void> {
  const work = new ResourceWork(engine, stack, engine.closing);
  const stuck = await deleteResources(stack, work, [...stack.resources.values()], 'delete', retained);
  if (engine.closing.aborted) return;
  if (stuck.length > 0) {
    stack.enter('DELETE_FAILED', `The following resource(s) failed to delete: [${stuck.join(', ')}]. `);
    return;
  }
  stack.outputs = [];
  stack.imports.clear();
  stack.deletedAt = stack.time();
  stack.enter('DELETE_COMPLETE');
}
