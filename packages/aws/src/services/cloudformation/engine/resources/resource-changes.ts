import { validationError } from '../../errors';
import type { Made, ResourceType, TagChange } from '../../resources/resource';
import type { Stack, StackDefinition, StackResource } from '../../stacks/stack';
import { explainDenial, readStackPolicy, type UpdateAction } from '../../stacks/stack-policy';
import type { CloudFormationState } from '../../state';
import { evaluate, type Scope } from '../../template/evaluate';
import { isObject, type Template } from '../../template/template';
import type { FailedResources, Kind } from '../failed-resources';
import type { UndoList } from '../undo-list';
import { readReferencesWith, resolveDynamicReferences } from '../values/dynamic-references';
import { needsReplacement } from './replacement';
import { noteChange } from './resource-events';
import { changedProperties, diffTags, resourceTags } from './resource-tags';
import type { ResourceWork } from './resource-work';

type Declaration = Template['Resources'][string];

/** Makes, updates and replaces the resources of a stack, one by one, so that they are as the definition says. */
export class ResourceChanges {
  /** Resources that their replacement makes superfluous. */
  readonly superfluous: StackResource[] = [];

  constructor(
    private readonly state: CloudFormationState,
    private readonly stack: Stack,
    private readonly definition: StackDefinition,
    private readonly kind: Kind,
    private readonly work: ResourceWork,
    private readonly failed: FailedResources,
    private readonly undo: UndoList,
  ) {}

  /** Does to one resource what there is to do. @throws what it fails with, which is written down then */
  async apply(id: string, dependencies: string[], scope: Scope): Promise<void> {
    const { stack, definition, state } = this;
    const declaration = definition.template.Resources[id];
    if (!declaration) throw new Error(`no resource ${id} in the template`);
    const known = stack.resources.get(id);
    // What never came to be is made anew.
    const existing = known?.physicalId === '' ? undefined : known;
    const draft = draftResource(id, declaration, dependencies, stack.time());
    try {
      const evaluated = evaluate(declaration.Properties ?? {}, scope);
      const properties = await resolveDynamicReferences(
        evaluated,
        readReferencesWith(state.clientsOf(stack)),
      );
      draft.properties = isObject(properties) ? properties : {};
      draft.written = isObject(evaluated) ? evaluated : {};
      draft.updatePolicy = evaluate(declaration.UpdatePolicy, scope);
      draft.tags = resourceTags(stack, definition.tags, id, draft.properties);
    } catch (error) {
      return this.failed.fail(existing ?? draft, existing ? 'UPDATE' : 'CREATE', error);
    }
    const creationPolicy = evaluate(declaration.CreationPolicy, scope);
    if (!existing) {
      stack.resources.set(id, draft);
      this.undo.add({ kind: 'made', resource: draft });
      return this.make(draft, 'CREATE', creationPolicy);
    }
    return this.change(existing, draft, creationPolicy);
  }

  /** @throws AwsError `ValidationError` when the stack policy forbids it */
  checkPolicy(action: UpdateAction, resource: StackResource): void {
    const body = this.stack.passingPolicyBody ?? this.stack.policyBody;
    if (body === undefined || this.kind === 'CREATE') return;
    const denial = explainDenial(
      readStackPolicy(body, () => true),
      action,
      resource,
    );
    if (denial !== undefined) this.failed.fail(resource, 'UPDATE', validationError(denial));
  }

  private async make(resource: StackResource, kind: Kind, creationPolicy: unknown): Promise<void> {
    noteChange(
      this.stack,
      resource,
      `${kind}_IN_PROGRESS`,
      kind === 'CREATE'
        ? undefined
        : 'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    try {
      const made = await this.work.create(resource, creationPolicy, (id) => {
        resource.physicalId = id;
        noteChange(this.stack, resource, `${kind}_IN_PROGRESS`, 'Resource creation Initiated');
      });
      if (resource.physicalId === '') {
        resource.physicalId = made.id;
        noteChange(this.stack, resource, `${kind}_IN_PROGRESS`, 'Resource creation Initiated');
      }
      resource.ref = made.ref ?? made.id;
      resource.attributes = made.attributes ?? {};
      await this.learn(resource, made);
      noteChange(this.stack, resource, `${kind}_COMPLETE`);
    } catch (error) {
      this.failed.fail(resource, kind, error);
    }
  }

  private async learn(resource: StackResource, { attributes = {}, isSecret }: Partial<Made>): Promise<void> {
    resource.isOpen = (await this.work.type(resource.type)).schema.isOpen;
    if (!isSecret) return;
    for (const value of Object.values(attributes))
      if (typeof value === 'string') this.stack.secrets.add(value);
  }

  private async change(
    existing: StackResource,
    draft: StackResource,
    creationPolicy: unknown,
  ): Promise<void> {
    const type = await this.work.type(draft.type);
    const changed = changedProperties(type, existing.written, draft.written);
    const tags = diffTags(
      existing.tags,
      draft.tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    );
    const retags = tags !== undefined && type.handler.retag !== undefined;
    if (draft.type !== existing.type)
      return this.failed.fail(
        existing,
        'UPDATE',
        validationError(
          `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${existing.logicalId}]`,
        ),
      );
    if (changed.length === 0 && !retags) {
      // Only what CloudFormation itself keeps may have changed.
      Object.assign(existing, keptByStack(draft));
      return;
    }
    if (changed.some((name) => needsReplacement(type, name, draft.properties[name])))
      return this.replace(existing, draft, changed, creationPolicy);
    const refusal = explainRefusal(type, changed);
    if (refusal !== undefined) return this.failed.fail(existing, 'UPDATE', validationError(refusal));
    await this.update(existing, draft, changed, retags ? tags : undefined);
  }

  private async update(
    existing: StackResource,
    draft: StackResource,
    changed: readonly string[],
    tags: TagChange | undefined,
  ): Promise<void> {
    this.checkPolicy('Update:Modify', existing);
    const before = { ...existing };
    const wanted = { properties: draft.properties, tags: draft.tags };
    this.undo.add({ kind: 'changed', before, resource: existing, wanted });
    const { properties, written } = draft;
    Object.assign(existing, { properties, written, tags: draft.tags, ...keptByStack(draft) });
    noteChange(this.stack, existing, 'UPDATE_IN_PROGRESS');
    try {
      const made =
        changed.length > 0
          ? await this.work.update(existing.physicalId, existing, before.properties)
          : undefined;
      if (tags) await this.work.retag(existing.physicalId, existing, tags);
      if (made?.ref !== undefined) existing.ref = made.ref;
      if (made?.attributes) existing.attributes = { ...existing.attributes, ...made.attributes };
      if (made?.id !== undefined && made.id !== existing.physicalId) {
        // Another resource has taken its place: the old one is deleted when all is done.
        this.superfluous.push({ ...before });
        existing.physicalId = made.id;
        existing.ref = made.ref ?? made.id;
      }
      if (made) await this.learn(existing, made);
      noteChange(this.stack, existing, 'UPDATE_COMPLETE');
    } catch (error) {
      // It is not what it was to be: the next update has this still to do.
      Object.assign(existing, { properties: before.properties, written: before.written, tags: before.tags });
      this.failed.fail(existing, 'UPDATE', error);
    }
  }

  private async replace(
    existing: StackResource,
    draft: StackResource,
    changed: readonly string[],
    creationPolicy: unknown,
  ): Promise<void> {
    const { name } = (await this.work.type(draft.type)).handler;
    const own = name === undefined ? undefined : draft.properties[name];
    if (name !== undefined && own !== undefined && !changed.includes(name)) {
      return this.failed.fail(
        existing,
        'UPDATE',
        validationError(
          `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(own)} and update the stack again.`,
        ),
      );
    }
    this.checkPolicy('Update:Replace', existing);
    this.stack.resources.set(draft.logicalId, draft);
    this.undo.add({ kind: 'replaced', old: existing, resource: draft });
    this.superfluous.push(existing);
    await this.make(draft, 'UPDATE', creationPolicy);
  }
}

/** Why a resource cannot be changed in place, if so. */
function explainRefusal({ name, handler }: ResourceType, changed: readonly string[]): string | undefined {
  const fixed = changed.find((property) => handler.fixed.includes(property));
  if (fixed !== undefined) return `Updates are not supported for property ${fixed} of ${name}.`;
  const lacking = changed.find((property) => handler.lacksUpdatesOf.includes(property));
  return lacking === undefined
    ? undefined
    : `Updates of property ${lacking} of ${name} are not supported by the embedded AWS.`;
}

/** A resource as its declaration says it, before anything is known of its properties. */
function draftResource(
  logicalId: string,
  declaration: Declaration,
  dependencies: string[],
  updated: Date,
): StackResource {
  return {
    logicalId,
    type: declaration.Type,
    physicalId: '',
    properties: {},
    written: {},
    tags: [],
    ref: undefined,
    attributes: {},
    dependencies,
    deletionPolicy: declaration.DeletionPolicy ?? 'Delete',
    updateReplacePolicy: declaration.UpdateReplacePolicy ?? 'Delete',
    metadata: declaration.Metadata,
    status: 'CREATE_IN_PROGRESS',
    updated,
  };
}

/** What CloudFormation itself keeps of a resource, and no service sees. */
function keptByStack({
  dependencies,
  deletionPolicy,
  updateReplacePolicy,
  updatePolicy,
  metadata,
}: StackResource): Partial<StackResource> {
  return { dependencies, deletionPolicy, updateReplacePolicy, updatePolicy, metadata };
}
