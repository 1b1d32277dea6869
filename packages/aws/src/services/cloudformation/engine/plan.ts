import type { Change, Replacement, ResourceChangeDetail, Tag } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../../core/aws-error';
import type { Clients } from '../resources/clients';
import type { ResourceType } from '../resources/resource';
import type { Stack, StackDefinition, StackResource } from '../stacks/stack';
import type { CloudFormationState } from '../state';
import { evaluate, type Scope } from '../template/evaluate';
import { isObject, type ResourceDeclaration } from '../template/template';
import { dependencyGraph } from '../template/validate';
import { type Causes, changedParameters, explainChange, type Fate } from './change-details';
import { type Context, contextsOf, secretsOf, withValues } from './change-values';
import { recreationOf } from './resources/replacement';
import { changedProperties, diffTags, resourceTags } from './resources/resource-tags';
import { readReferencesWith, resolveDynamicReferences } from './values/dynamic-references';
import { isSame } from './values/equal';
import { collectValues, decideConditions, findZones, stackScope } from './values/scope';

/** Stands for a value that is known only when the change is made. */
const LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface Plan {
  readonly changes: readonly Change[];
  /** Whether anything would change, what a change set does not list included. */
  readonly hasChanges: boolean;
  /** Why the change cannot succeed, as far as that is known beforehand. */
  readonly problem?: string;
}

/** Finds out what a definition would change in a stack, without changing it. @param aws with whose rights it is looked up */
export async function planChanges(
  state: CloudFormationState,
  stack: Stack,
  definition: StackDefinition,
  aws: Clients,
): Promise<Plan> {
  const imports = [...stack.imports];
  try {
    return await plan(state, stack, definition, aws);
  } finally {
    // Looking at exports notes them as used.
    stack.imports.clear();
    for (const name of imports) stack.imports.add(name);
  }
}

async function plan(
  state: CloudFormationState,
  stack: Stack,
  definition: StackDefinition,
  aws: Clients,
): Promise<Plan> {
  const { template } = definition;
  const values = collectValues(state.context, definition.parameters, stack, definition.notificationArns);
  const zones = await findZones(aws, template);
  const condition = decideConditions(template, values, zones);
  const real = stackScope(state.context, state.stacks, stack, definition, zones, condition);
  const fates = new Map<string, Fate>();
  let problem: string | undefined;
  const scope: Scope = {
    ...real,
    ref: (id) => (fates.get(id) === 'new' ? LATER : real.ref(id)),
    attribute: (id, name) => (fates.get(id) === 'same' ? real.attribute(id, name) : LATER),
    exported(name) {
      try {
        return real.exported(name);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        problem ??= error.message;
        return LATER;
      }
    },
  };
  const causes: Causes = {
    fates,
    parameters: changedParameters(stack.definition, definition),
    decide: condition,
  };
  const secrets = secretsOf(stack.definition?.parameters, definition.parameters);
  const readReference = readReferencesWith(aws);
  const graph = dependencyGraph(template, condition);
  const types = await state.types();
  const changes: Change[] = [];
  let quietly = false;
  for (const id of sortByNeed(graph)) {
    const declaration = template.Resources[id];
    if (!declaration) continue;
    const known = stack.resources.get(id);
    // What never came to be is still to be made.
    const existing = known?.physicalId === '' ? undefined : known;
    const evaluated = evaluate(declaration.Properties ?? {}, scope);
    // Those that are not there fail the change set, but for what the stack itself is still to make; secrets are read when it is executed.
    await resolveDynamicReferences(evaluated, async (service, name) =>
      name.includes('{{') || service === 'secretsmanager' ? LATER : readReference(service, name),
    );
    const properties = isObject(evaluated) ? evaluated : {};
    const after = { properties, metadata: declaration.Metadata };
    if (!existing) {
      fates.set(id, 'new');
      changes.push({
        Type: 'Resource',
        ResourceChange: {
          Action: 'Add',
          LogicalResourceId: id,
          ResourceType: declaration.Type,
          Scope: [],
          Details: [],
          ...contextsOf(undefined, after, secrets),
        },
      });
      continue;
    }
    const change = compare(
      types.get(existing.type),
      existing,
      { declaration, properties, tags: resourceTags(stack, definition.tags, id, properties) },
      causes,
    );
    const shown = change && showValues(change, existing, after, secrets);
    fates.set(id, !change ? 'same' : change.ResourceChange?.Replacement === 'False' ? 'changed' : 'new');
    if (shown) changes.push(shown);
    const before = stack.definition?.template.Resources[id];
    quietly ||=
      declaration.DeletionPolicy !== before?.DeletionPolicy ||
      declaration.UpdateReplacePolicy !== before?.UpdateReplacePolicy;
  }
  for (const resource of stack.resources.values()) {
    if (!graph.has(resource.logicalId)) changes.push(removal(resource, secrets));
  }
  quietly ||=
    outputsDiffer(stack, definition, scope) || tagsDiffer(stack.definition?.tags ?? [], definition.tags);
  return { changes, hasChanges: changes.length > 0 || quietly || problem !== undefined, problem };
}

function sortByNeed(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const sorted = new Set<string>();
  const visit = (id: string) => {
    if (sorted.has(id)) return;
    for (const need of graph.get(id) ?? []) visit(need);
    sorted.add(id);
  };
  for (const id of graph.keys()) visit(id);
  return [...sorted];
}

/** What a resource is to be. */
interface Wanted {
  readonly declaration: ResourceDeclaration;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly tags: readonly Required<Tag>[];
}

function compare(
  type: ResourceType | undefined,
  existing: StackResource,
  { declaration, properties, tags }: Wanted,
  causes: Causes,
): Change | undefined {
  if (!type) throw new Error(`${existing.logicalId} is of no known type: ${existing.type}`);
  const changed = changedProperties(type, existing.written, properties);
  const retagged = type.handler.retag !== undefined && diffTags(existing.tags, tags) !== undefined;
  const redescribed = !isSame(declaration.Metadata, existing.metadata);
  const details: ResourceChangeDetail[] = [];
  if (redescribed) {
    const target = { Attribute: 'Metadata', RequiresRecreation: 'Never' } as const;
    details.push(...explainChange(target, declaration.Metadata, causes));
  }
  for (const name of changed) {
    const RequiresRecreation = recreationOf(type, name);
    const target = { Attribute: 'Properties', Name: name, RequiresRecreation } as const;
    details.push(...explainChange(target, declaration.Properties?.[name], causes));
  }
  if (retagged) {
    details.push({
      Target: { Attribute: 'Tags', RequiresRecreation: 'Never' },
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    });
  }
  if (details.length === 0) return undefined;
  const Replacement = replacementOf(details);
  return {
    Type: 'Resource',
    ResourceChange: {
      ...(Replacement === 'True' && {
        PolicyAction:
          declaration.UpdateReplacePolicy === 'Retain'
            ? ('ReplaceAndRetain' as const)
            : ('ReplaceAndDelete' as const),
      }),
      Action: 'Modify',
      LogicalResourceId: existing.logicalId,
      PhysicalResourceId: existing.physicalId,
      ResourceType: existing.type,
      Replacement,
      Scope: [
        ...(redescribed ? (['Metadata'] as const) : []),
        ...(changed.length > 0 ? (['Properties'] as const) : []),
        ...(retagged ? (['Tags'] as const) : []),
      ],
      Details: details,
    },
  };
}

/** A value that is not known yet may turn out to be what it was: what would replace the resource is then only perhaps done. */
function replacementOf(details: readonly ResourceChangeDetail[]): Replacement {
  const needs = (recreation: string, evaluation?: string) =>
    details.some(
      ({ Target, Evaluation }) =>
        Target?.RequiresRecreation === recreation && (evaluation ?? Evaluation) === Evaluation,
    );
  if (needs('Always', 'Static')) return 'True';
  return needs('Always') || needs('Conditionally') ? 'Conditional' : 'False';
}

/** A change of a resource with its values. */
function showValues(
  { ResourceChange, ...change }: Change,
  { written, metadata }: StackResource,
  after: Context,
  secrets: ReadonlySet<string>,
): Change {
  const before = { properties: written, metadata };
  return {
    ...change,
    ResourceChange: {
      ...ResourceChange,
      Details: ResourceChange?.Details?.map((detail) => withValues(detail, before, after, secrets)),
      ...contextsOf(before, after, secrets),
    },
  };
}

function removal(resource: StackResource, secrets: ReadonlySet<string>): Change {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: 'Remove',
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.type,
      PolicyAction: resource.deletionPolicy === 'Retain' ? 'Retain' : 'Delete',
      Scope: [],
      Details: [],
      ...contextsOf({ properties: resource.written, metadata: resource.metadata }, undefined, secrets),
    },
  };
}

function outputsDiffer(stack: Stack, definition: StackDefinition, scope: Scope): boolean {
  const next = Object.entries(definition.template.Outputs)
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([key, output]) => [
      key,
      evaluate(output.Value, scope),
      output.Description,
      output.Export && evaluate(output.Export.Name, scope),
    ]);
  const before = stack.outputs.map(({ key, value, description, exportName }) => [
    key,
    value,
    description,
    exportName,
  ]);
  return !isSame(next, before);
}

function tagsDiffer(before: readonly Tag[], after: readonly Tag[]): boolean {
  return (
    diffTags(
      before,
      after.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    ) !== undefined
  );
}
