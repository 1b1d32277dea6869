import { setMaxListeners } from 'node:events';
import type { Stack, StackDefinition, StackOutput, Undoable } from '../stacks/stack';
import type { CloudFormationState } from '../state';
import { evaluate } from '../template/evaluate';
import { findImports } from '../template/imports';
import { dependencyGraph } from '../template/validate';
import { deleteResources } from './delete-resources';
import { FailedResources, type Kind } from './failed-resources';
import { Cancelled, explainFailure } from './failure';
import { ResourceChanges } from './resources/resource-changes';
import { ResourceWork } from './resources/resource-work';
import { runGraph } from './run-graph';
import { UndoList } from './undo-list';
import { evaluateOutputs } from './values/outputs';
import { checkParameterValues } from './values/parameter-values';
import { collectValues, decideConditions, findZones, stackScope } from './values/scope';

/** One run of making a stack, or of changing it into what a new definition says. */
export class Deployment implements Undoable {
  private readonly abort = new AbortController();
  private readonly signal: AbortSignal;
  private readonly undo: UndoList;
  private readonly failed: FailedResources;
  private readonly changes: ResourceChanges;

  constructor(
    private readonly state: CloudFormationState,
    private readonly stack: Stack,
    private readonly definition: StackDefinition,
    private readonly kind: Kind,
  ) {
    this.signal = AbortSignal.any([this.abort.signal, state.closing]);
    // Every resource that is waited for listens; there may be hundreds.
    setMaxListeners(0, this.signal);
    this.undo = new UndoList(state, stack);
    this.failed = new FailedResources(stack, this.signal);
    const work = new ResourceWork(state, stack, this.signal);
    this.changes = new ResourceChanges(state, stack, definition, kind, work, this.failed, this.undo);
  }

  /**
   * Applies the definition.
   *
   * @returns undefined when all went well, else why it did not, as the stack's event says it
   */
  async apply(): Promise<string | undefined> {
    const importsBefore = [...this.stack.imports];
    const stopTimer = this.startTimer();
    try {
      const outputs = await this.applyResources();
      if (!this.failed.any && !this.signal.aborted) {
        this.stack.outputs = outputs();
        return undefined;
      }
    } catch (error) {
      this.restoreImports(importsBefore);
      return this.failed.any ? this.failed.explain() : explainFailure(error);
    } finally {
      stopTimer();
    }
    this.restoreImports(importsBefore);
    return this.failed.explain();
  }

  /** Ends what is under way; resources that are waited for fail as cancelled. */
  cancel(reason: string): void {
    this.abort.abort(new Cancelled(reason));
  }

  /** Deletes what the update made superfluous. FailedResources are only written down, as AWS does. */
  async cleanUp(): Promise<void> {
    const { stack, definition } = this;
    const condition = decideConditions(
      definition.template,
      collectValues(this.state.context, definition.parameters, stack),
    );
    const wanted = dependencyGraph(definition.template, condition);
    const removed = [...stack.resources.values()].filter(({ logicalId }) => !wanted.has(logicalId));
    await this.deleteReplaced();
    await deleteResources(stack, this.freshWork(), removed, 'delete');
    for (const { logicalId } of removed) stack.resources.delete(logicalId);
  }

  /**
   * Takes back the changes of an update; what is taken back once is not again.
   *
   * @param skipped logical ids to leave as they are
   * @returns logical ids for which that failed
   */
  rollBack(skipped: readonly string[] = []): Promise<string[]> {
    return this.undo.rollBack(skipped);
  }

  /** Deletes what was replaced. */
  async deleteReplaced(): Promise<void> {
    await deleteResources(this.stack, this.freshWork(), this.changes.superfluous, 'replaced');
  }

  /** Deletes what the failed update had made. */
  async discard(): Promise<void> {
    await deleteResources(this.stack, this.freshWork(), this.undo.made(), 'rollback');
  }

  /** Work that the failure of this deployment does not cancel. */
  private freshWork(): ResourceWork {
    return new ResourceWork(this.state, this.stack, this.state.closing);
  }

  private startTimer(): () => void {
    const { timeoutMinutes } = this.stack;
    if (this.kind !== 'CREATE' || timeoutMinutes === undefined) return () => {};
    return this.state.context.clock.after(timeoutMinutes * 60, () =>
      this.cancel('Stack creation time exceeded the specified timeout.'),
    );
  }

  private restoreImports(names: readonly string[]): void {
    this.stack.imports.clear();
    for (const name of names) this.stack.imports.add(name);
  }

  private async applyResources(): Promise<() => StackOutput[]> {
    const { state, stack, definition } = this;
    const aws = state.clientsOf(stack);
    await checkParameterValues(aws, definition);
    const values = collectValues(state.context, definition.parameters, stack, definition.notificationArns);
    const zones = await findZones(aws, definition.template);
    const condition = decideConditions(definition.template, values, zones);
    const scope = stackScope(state.context, state.stacks, stack, definition, zones, condition);
    stack.imports.clear();
    // A stack whose imports are not there begins with no resource at all.
    for (const name of findImports(definition.template, condition))
      evaluate({ 'Fn::ImportValue': name }, scope);
    const graph = dependencyGraph(definition.template, condition);
    for (const resource of stack.resources.values()) {
      if (!graph.has(resource.logicalId)) this.changes.checkPolicy('Update:Delete', resource);
    }
    await runGraph(graph, (id) => this.changes.apply(id, [...(graph.get(id) ?? [])], scope), {
      stopOnFailure: true,
      signal: this.signal,
      onFailure: () => this.cancel('Resource creation cancelled'),
    });
    return () => evaluateOutputs(state, stack, definition, scope);
  }
}
