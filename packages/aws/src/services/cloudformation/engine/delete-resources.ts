import type { Stack, StackResource } from '../stacks/stack';
import { explainFailure } from './failure';
import { noteChange } from './resources/resource-events';
import type { ResourceWork } from './resources/resource-work';
import { runGraph } from './run-graph';

/** Why resources are deleted; it decides whether their policies keep them. */
export type Reason = 'delete' | 'rollback' | 'replaced';

/**
 * Deletes resources, each after those that were made from it, and writes down what happens to them.
 *
 * @param retained logical ids to leave alone whatever their policy
 * @returns logical ids that could not be deleted
 */
export async function deleteResources(
  stack: Stack,
  work: ResourceWork,
  resources: readonly StackResource[],
  reason: Reason,
  retained: readonly string[] = [],
): Promise<string[]> {
  const graph = new Map<string, ReadonlySet<string>>();
  const byKey = new Map(resources.map((resource, i) => [`${i}`, resource]));
  for (const [key, { logicalId }] of byKey) {
    const dependents = [...byKey].filter(([, other]) => other.dependencies.includes(logicalId));
    graph.set(key, new Set(dependents.map(([other]) => other)));
  }
  const failures = await runGraph(
    graph,
    async (key) => {
      const resource = byKey.get(key);
      if (resource) await deleteResource(stack, work, resource, isKept(resource, reason, retained));
    },
    { stopOnFailure: false },
  );
  return [...failures.keys()].flatMap((key) => byKey.get(key)?.logicalId ?? []);
}

function isKept(resource: StackResource, reason: Reason, retained: readonly string[]): boolean {
  if (retained.includes(resource.logicalId)) return true;
  if (reason === 'replaced') return resource.updateReplacePolicy === 'Retain';
  return (
    resource.deletionPolicy === 'Retain' ||
    (resource.deletionPolicy === 'RetainExceptOnCreate' && reason !== 'rollback')
  );
}

async function deleteResource(
  stack: Stack,
  work: ResourceWork,
  resource: StackResource,
  kept: boolean,
): Promise<void> {
  const note = (status: StackResource['status'], reason?: string) =>
    noteChange(stack, resource, status, reason);
  const forget = () => {
    if (stack.resources.get(resource.logicalId) === resource) stack.resources.delete(resource.logicalId);
  };
  if (kept) {
    note('DELETE_SKIPPED');
    forget();
    return;
  }
  // What never got an identity left nothing behind.
  if (resource.physicalId !== '') {
    note('DELETE_IN_PROGRESS');
    try {
      await work.delete(resource);
    } catch (error) {
      note('DELETE_FAILED', explainFailure(error));
      throw error;
    }
  }
  note('DELETE_COMPLETE');
  stack.deleted.push(resource);
  forget();
}
