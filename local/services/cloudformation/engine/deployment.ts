import { setMaxListeners } from 'node:events';
import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import { exportFixed, exportInUse, validationError } from '../errors';
import type { Blueprint, Stack, StackOutput, StackResource, Undoable } from '../stack';
import { explainDenial, readStackPolicy, type UpdateAction } from '../stack-policy';
import { evaluate, type Scope } from '../template/evaluate';
import { findImports } from '../template/imports';
import { isObject } from '../template/template';
import { dependencyGraph } from '../template/validate';
import { deleteResources } from './delete-resources';
import { resolveDynamicReferences } from './dynamic-references';
import { type Engine, fetchParameter } from './engine';
import { changedKeys } from './equal';
import { Cancelled, explainFailure } from './failure';
import { checkParameterValues } from './parameter-values';
import { diffTags, resourceTags } from './resource-tags';
import { ResourceWork } from './resource-work';
import { runGraph } from './run-graph';
import { collectValues, decideConditions, findZones, stackScope } from './scope';

type Kind = 'CREATE' | 'UPDATE';

/** How to take back what was done to a resource. */
type Undo =
  | { readonly kind: 'made'; readonly resource: StackResource }
  | { readonly kind: 'replaced'; readonly old: StackResource; readonly resource: StackResource }
  | {
      readonly kind: 'changed';
      readonly before: StackResource;
      readonly resource: StackResource;
      /** What it was to become, and became if that did not fail. */
      readonly wanted: Pick<StackResource, 'properties' | 'tags'>;
    };

/** One run of making a stack, or of changing it into what a new blueprint says. */
export class Deployment implements Undoable {
  private readonly abort = new AbortController();
  private readonly signal: AbortSignal;
  private readonly work: ResourceWork;
  private undo: Undo[] = [];
  private readonly failed: { logicalId: string; kind: Kind }[] = [];
  /** Resources that their replacement makes superfluous. */
  private readonly superfluous: StackResource[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly stack: Stack,
    private readonly blueprint: Blueprint,
    private readonly kind: Kind,
  ) {
    this.signal = AbortSignal.any([this.abort.signal, engine.closing]);
    // Every resource that is waited for listens; there may be hundreds.
    setMaxListeners(0, this.signal);
    this.work = new ResourceWork(engine, stack, this.signal);
  }

  /**
   * Applies the blueprint.
   *
   * @returns undefined when all went well, else why it did not, as the stack's event says it
   */
  async apply(): Promise<string | undefined> {
    const importsBefore = [...this.stack.imports];
    const stopTimer = this.startTimer();
    try {
      const outputs = await this.applyResources();
      if (this.failed.length === 0 && !this.signal.aborted) {
        this.stack.outputs = outputs();
        return undefined;
      }
    } catch (error) {
      this.restoreImports(importsBefore);
      return this.failed.length > 0 ? this.explainFailed() : explainFailure(error);
    } finally {
      stopTimer();
    }
    this.restoreImports(importsBefore);
    return this.explainFailed();
  }

  /** Ends what is under way; resources that are waited for fail as cancelled. */
  cancel(reason: string): void {
    this.abort.abort(new Cancelled(reason));
  }

  /** Deletes what the update made superfluous. Failures are only written down, as AWS does. */
  async cleanUp(): Promise<void> {
    const { stack, blueprint } = this;
    const condition = decideConditions(
      blueprint.template,
      collectValues(this.engine.realm, blueprint.parameters, stack),
    );
    const wanted = dependencyGraph(blueprint.template, condition);
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
  async rollBack(skipped: readonly string[] = []): Promise<string[]> {
    const failed = new Set<Undo>();
    for (const entry of [...this.undo].reverse()) {
      if (entry.kind === 'replaced') this.stack.resources.set(entry.old.logicalId, entry.old);
      if (entry.kind === 'changed' && !(await this.takeBack(entry, skipped))) failed.add(entry);
    }
    this.undo = this.undo.filter((entry) => entry.kind !== 'changed' || failed.has(entry));
    return [...failed].flatMap((entry) => (entry.kind === 'changed' ? [entry.resource.logicalId] : []));
  }

  /** @returns whether that succeeded */
  private async takeBack(
    { before, resource, wanted }: Undo & { kind: 'changed' },
    skipped: readonly string[],
  ): Promise<boolean> {
    Object.assign(resource, before);
    if (!skipped.includes(resource.logicalId)) {
      this.note(resource, 'UPDATE_IN_PROGRESS');
      const tags = diffTags(
        wanted.tags,
        before.tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
      );
      try {
        const work = this.freshWork();
        if (changedKeys(wanted.properties, before.properties).length > 0)
          await work.update(resource.physicalId, resource, wanted.properties);
        if (tags) await work.retag(resource.physicalId, resource, tags);
      } catch (error) {
        this.note(resource, 'UPDATE_FAILED', explainFailure(error));
        return false;
      }
    }
    this.note(resource, 'UPDATE_COMPLETE');
    return true;
  }

  async deleteReplaced(): Promise<void> {
    await deleteResources(this.stack, this.freshWork(), this.superfluous, 'replaced');
  }

  /** Deletes what the failed update had made. */
  async discard(): Promise<void> {
    const made = this.undo.flatMap((entry) => (entry.kind === 'changed' ? [] : [entry.resource]));
    await deleteResources(this.stack, this.freshWork(), made, 'rollback');
  }

  /** Work that the failure of this deployment does not cancel. */
  private freshWork(): ResourceWork {
    return new ResourceWork(this.engine, this.stack, this.engine.closing);
  }

  private startTimer(): () => void {
    const { timeoutMinutes } = this.stack;
    if (this.kind !== 'CREATE' || timeoutMinutes === undefined) return () => {};
    return this.engine.realm.clock.after(timeoutMinutes * 60, () =>
      this.cancel('Stack creation time exceeded the specified timeout.'),
    );
  }

  private restoreImports(names: readonly string[]): void {
    this.stack.imports.clear();
    for (const name of names) this.stack.imports.add(name);
  }

  private explainFailed(): string {
    const reason = this.signal.reason;
    if (this.failed.length === 0 && reason instanceof Cancelled) return reason.message;
    const list = (kind: Kind) =>
      this.failed.filter((one) => one.kind === kind).map(({ logicalId }) => logicalId);
    return (['CREATE', 'UPDATE'] as const)
      .filter((kind) => list(kind).length > 0)
      .map(
        (kind) => `The following resource(s) failed to ${kind.toLowerCase()}: [${list(kind).join(', ')}]. `,
      )
      .join('');
  }

  private async applyResources(): Promise<() => StackOutput[]> {
    const { engine, stack, blueprint } = this;
    await checkParameterValues(engine.aws, blueprint);
    const values = collectValues(engine.realm, blueprint.parameters, stack, blueprint.notificationArns);
    const zones = await findZones(engine.aws, blueprint.template);
    const condition = decideConditions(blueprint.template, values, zones);
    const scope = stackScope(engine.realm, engine.stacks, stack, blueprint, zones, condition);
    stack.imports.clear();
    // A stack whose imports are not there begins with no resource at all.
    for (const name of findImports(blueprint.template, condition))
      evaluate({ 'Fn::ImportValue': name }, scope);
    const graph = dependencyGraph(blueprint.template, condition);
    for (const resource of stack.resources.values()) {
      if (!graph.has(resource.logicalId)) this.checkPolicy('Update:Delete', resource);
    }
    await runGraph(graph, (id) => this.applyResource(id, [...(graph.get(id) ?? [])], scope), {
      stopOnFailure: true,
      signal: this.signal,
      onFailure: () => this.cancel('Resource creation cancelled'),
    });
    return () => this.evaluateOutputs(scope);
  }

  private async applyResource(id: string, dependencies: string[], scope: Scope): Promise<void> {
    const { stack, blueprint, engine } = this;
    const declaration = blueprint.template.Resources[id];
    if (!declaration) throw new Error(`no resource ${id} in the template`);
    const known = stack.resources.get(id);
    // What never came to be is made anew.
    const existing = known?.physicalId === '' ? undefined : known;
    const draft: StackResource = {
      logicalId: id,
      type: declaration.Type,
      physicalId: '',
      properties: {},
      tags: [],
      ref: undefined,
      attributes: {},
      dependencies,
      deletionPolicy: declaration.DeletionPolicy ?? 'Delete',
      updateReplacePolicy: declaration.UpdateReplacePolicy ?? 'Delete',
      metadata: declaration.Metadata,
      status: 'CREATE_IN_PROGRESS',
      updated: stack.time(),
    };
    try {
      const evaluated = evaluate(declaration.Properties ?? {}, scope);
      const properties = await resolveDynamicReferences(evaluated, (name) =>
        fetchParameter(engine.aws, name),
      );
      draft.properties = isObject(properties) ? properties : {};
      draft.tags = resourceTags(stack, blueprint.tags, id, draft.properties);
    } catch (error) {
      return this.fail(existing ?? draft, existing ? 'UPDATE' : 'CREATE', error);
    }
    const creationPolicy = evaluate(declaration.CreationPolicy, scope);
    if (!existing) {
      stack.resources.set(id, draft);
      this.undo.push({ kind: 'made', resource: draft });
      return this.make(draft, 'CREATE', creationPolicy);
    }
    return this.change(existing, draft, creationPolicy);
  }

  private async make(resource: StackResource, kind: Kind, creationPolicy: unknown): Promise<void> {
    this.note(
      resource,
      `${kind}_IN_PROGRESS`,
      kind === 'CREATE'
        ? undefined
        : 'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    try {
      const made = await this.work.create(resource, creationPolicy, (id) => {
        resource.physicalId = id;
        this.note(resource, `${kind}_IN_PROGRESS`, 'Resource creation Initiated');
      });
      if (resource.physicalId === '') {
        resource.physicalId = made.id;
        this.note(resource, `${kind}_IN_PROGRESS`, 'Resource creation Initiated');
      }
      resource.ref = made.ref ?? made.id;
      resource.attributes = made.attributes ?? {};
      this.note(resource, `${kind}_COMPLETE`);
    } catch (error) {
      this.fail(resource, kind, error);
    }
  }

  private async change(
    existing: StackResource,
    draft: StackResource,
    creationPolicy: unknown,
  ): Promise<void> {
    const type = this.work.type(draft.type);
    const changed = changedKeys(existing.properties, draft.properties).filter((key) => key !== 'Tags');
    const tags = diffTags(
      existing.tags,
      draft.tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    );
    const retags = tags !== undefined && type.retag !== undefined;
    if (draft.type !== existing.type)
      return this.fail(
        existing,
        'UPDATE',
        validationError(
          `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${existing.logicalId}]`,
        ),
      );
    if (changed.length === 0 && !retags) {
      // Only what CloudFormation itself keeps may have changed.
      const { dependencies, deletionPolicy, updateReplacePolicy, metadata, properties } = draft;
      Object.assign(existing, { dependencies, deletionPolicy, updateReplacePolicy, metadata, properties });
      return;
    }
    if (changed.some((key) => type.replaceOn.includes(key)) || (!type.update && changed.length > 0))
      return this.replace(existing, draft, changed, creationPolicy);
    this.checkPolicy('Update:Modify', existing);
    const before = { ...existing };
    const wanted = { properties: draft.properties, tags: draft.tags };
    this.undo.push({ kind: 'changed', before, resource: existing, wanted });
    const { properties, tags: nextTags, dependencies, deletionPolicy, updateReplacePolicy, metadata } = draft;
    Object.assign(existing, {
      properties,
      tags: nextTags,
      dependencies,
      deletionPolicy,
      updateReplacePolicy,
      metadata,
    });
    this.note(existing, 'UPDATE_IN_PROGRESS');
    try {
      const made =
        changed.length > 0
          ? await this.work.update(existing.physicalId, existing, before.properties)
          : undefined;
      if (retags) await this.work.retag(existing.physicalId, existing, tags);
      if (made?.ref !== undefined) existing.ref = made.ref;
      if (made?.attributes) existing.attributes = { ...existing.attributes, ...made.attributes };
      this.note(existing, 'UPDATE_COMPLETE');
    } catch (error) {
      // It is not what it was to be: the next update has this still to do.
      Object.assign(existing, { properties: before.properties, tags: before.tags });
      this.fail(existing, 'UPDATE', error);
    }
  }

  /** @throws AwsError `ValidationError` when the stack policy forbids it */
  private checkPolicy(action: UpdateAction, resource: StackResource): void {
    const body = this.stack.passingPolicyBody ?? this.stack.policyBody;
    if (body === undefined || this.kind === 'CREATE') return;
    const denial = explainDenial(
      readStackPolicy(body, () => true),
      action,
      resource,
    );
    if (denial !== undefined) this.fail(resource, 'UPDATE', validationError(denial));
  }

  private async replace(
    existing: StackResource,
    draft: StackResource,
    changed: readonly string[],
    creationPolicy: unknown,
  ): Promise<void> {
    const { name } = this.work.type(draft.type);
    const own = name === undefined ? undefined : draft.properties[name];
    if (name !== undefined && own !== undefined && !changed.includes(name)) {
      return this.fail(
        existing,
        'UPDATE',
        validationError(
          `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(own)} and update the stack again.`,
        ),
      );
    }
    this.checkPolicy('Update:Replace', existing);
    this.stack.resources.set(draft.logicalId, draft);
    this.undo.push({ kind: 'replaced', old: existing, resource: draft });
    this.superfluous.push(existing);
    await this.make(draft, 'UPDATE', creationPolicy);
  }

  private fail(resource: StackResource, kind: Kind, error: unknown): never {
    const cancelled = error instanceof Cancelled || (this.signal.aborted && error === this.signal.reason);
    if (!cancelled) this.failed.push({ logicalId: resource.logicalId, kind });
    const reason = cancelled
      ? kind === 'CREATE'
        ? 'Resource creation cancelled'
        : 'Resource update cancelled'
      : explainFailure(error);
    this.note(resource, `${kind}_FAILED`, reason);
    throw error;
  }

  private note(resource: StackResource, status: ResourceStatus, reason?: string): void {
    resource.status = status;
    resource.reason = reason;
    resource.updated = this.stack.time();
    this.stack.note({
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.type,
      ResourceStatus: status,
      ResourceStatusReason: reason,
      ResourceProperties: JSON.stringify(resource.properties),
    });
  }

  private evaluateOutputs(scope: Scope): StackOutput[] {
    const { engine, stack, blueprint } = this;
    const outputs = Object.entries(blueprint.template.Outputs)
      .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
      .map(([key, declaration]): StackOutput => {
        const exportName = declaration.Export && outputText(key, evaluate(declaration.Export.Name, scope));
        return {
          key,
          value: outputText(key, evaluate(declaration.Value, scope)),
          ...(declaration.Description !== undefined && { description: declaration.Description }),
          ...(exportName !== undefined && { exportName }),
        };
      });
    for (const { exportName } of outputs) {
      const owner = engine.stacks
        .exports()
        .find(({ output, stack: other }) => output.exportName === exportName && other !== stack);
      if (owner)
        throw validationError(
          `Export with name ${exportName} is already exported by stack ${owner.stack.name}. `,
        );
    }
    this.checkKeptExports(outputs);
    return outputs;
  }

  /** An export that other stacks use may neither go nor change. */
  private checkKeptExports(outputs: readonly StackOutput[]): void {
    for (const { exportName, value } of this.stack.outputs) {
      if (exportName === undefined) continue;
      const users = this.engine.stacks.importers(exportName).filter((user) => user !== this.stack);
      if (users.length === 0) continue;
      const now = outputs.find((output) => output.exportName === exportName);
      if (now?.value === value) continue;
      throw now ? exportFixed(exportName, users) : exportInUse(exportName, users);
    }
  }
}

function outputText(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(
    `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  );
}
