import { validationError } from '../errors';
import { hasAttribute, type ResourceTypeSchema } from '../resources/schema/resource-schema';
import { checkFunctions } from './functions';
import { type Decide, findReferences, type Reference } from './references';
import { isObject, readFunction, type Template } from './template';

/** Gives what CloudFormation says of a resource type. */
type SchemaOf = (type: string) => Pick<ResourceTypeSchema, 'attributes' | 'isOpen'> | undefined;

const PSEUDO = new Set([
  'AWS::AccountId',
  'AWS::NotificationARNs',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
]);

/**
 * Checks that everything a template refers to is there and that no resources wait for one another.
 *
 * @param schemaOf gives the schema of a resource type, which tells its attributes
 * @param decide which conditions hold; a resource whose condition does not is as good as absent
 * @throws AwsError `ValidationError` with CloudFormation's own words
 */
export function validateTemplate(
  template: Template,
  schemaOf: SchemaOf,
  decide: Decide = () => undefined,
): void {
  checkFunctions(template);
  checkConditions(template);
  const there = (id: string) => isThere(template, id, decide);
  const known = (name: string) => PSEUDO.has(name) || name in template.Parameters || there(name);
  const unresolved = new Set<string>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!there(id)) continue;
    for (const reference of findReferences(resource.Properties, decide)) {
      if (!known(reference.name)) unresolved.add(reportMissing(reference, template));
      else checkAttribute(reference, template, schemaOf);
    }
    for (const dependency of dependsOn(resource.DependsOn)) {
      if (!(dependency in template.Resources)) unresolved.add(dependency);
    }
  }
  if (unresolved.size > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Resources block of the template`,
    );
  }
  for (const output of Object.values(template.Outputs)) {
    if (output.Condition !== undefined && decide(output.Condition) === false) continue;
    for (const reference of findReferences([output.Value, output.Export?.Name], decide)) {
      if (!known(reference.name)) {
        throw validationError(
          `Unresolved resource dependencies [${reference.name}] in the Outputs block of the template`,
        );
      }
      checkAttribute(reference, template, schemaOf);
    }
  }
  const cycle = findCycle(dependencyGraph(template, decide));
  if (cycle.length > 0) throw validationError(`Circular dependency between resources: [${cycle.join(', ')}]`);
}

/** Which resources each resource waits for. Those whose condition does not hold are not in it. */
export function dependencyGraph(template: Template, decide: Decide): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!isThere(template, id, decide)) continue;
    const names = [
      ...findReferences(resource.Properties, decide).map(({ name }) => name),
      ...dependsOn(resource.DependsOn),
    ];
    graph.set(id, new Set(names.filter((name) => isThere(template, name, decide))));
  }
  return graph;
}

function isThere(template: Template, id: string, decide: Decide): boolean {
  const resource = template.Resources[id];
  if (!resource) return false;
  return resource.Condition === undefined || decide(resource.Condition) !== false;
}

function dependsOn(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function reportMissing(reference: Reference, template: Template): string {
  if (reference.attribute !== undefined && !(reference.name in template.Resources)) {
    throw validationError(
      `Template error: instance of Fn::GetAtt references undefined resource ${reference.name}`,
    );
  }
  return reference.name;
}

function checkAttribute({ name, attribute }: Reference, template: Template, schemaOf: SchemaOf): void {
  const type = template.Resources[name]?.Type;
  if (attribute === undefined || attribute === '' || type === undefined) return;
  const schema = schemaOf(type);
  if (!schema || !hasAttribute(schema, attribute)) {
    throw validationError(
      `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
    );
  }
}

function checkConditions(template: Template): void {
  for (const condition of Object.values(template.Conditions)) {
    for (const { name } of findReferences(condition, () => undefined)) {
      if (name in template.Parameters || PSEUDO.has(name)) continue;
      throw validationError(
        `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
      );
    }
  }
  const used = [
    ...Object.values(template.Resources).flatMap((resource) => [
      ...(resource.Condition === undefined ? [] : [resource.Condition]),
      ...findConditions(resource.Properties),
    ]),
    ...Object.values(template.Outputs).flatMap((output) => [
      ...(output.Condition === undefined ? [] : [output.Condition]),
      ...findConditions(output.Value),
    ]),
    ...Object.values(template.Conditions).flatMap(findConditions),
  ];
  const unknown = used.find((name) => !(name in template.Conditions));
  if (unknown !== undefined)
    throw validationError(`Template error: unresolved condition dependency ${unknown} in Fn::If`);
  const graph = new Map(
    Object.entries(template.Conditions).map(([id, value]) => [id, new Set(findConditions(value))]),
  );
  const cycle = findCycle(graph);
  if (cycle.length > 0)
    throw validationError(
      `Template error: Found circular condition dependency between ${cycle.join(' and ')}`,
    );
}

/** Names of the conditions that a value asks for. */
function findConditions(value: unknown): string[] {
  const call = readFunction(value);
  if (call?.[0] === 'Condition') return [String(call[1])];
  if (call?.[0] === 'Fn::If' && Array.isArray(call[1]))
    return [String(call[1][0]), ...findConditions(call[1].slice(1))];
  if (Array.isArray(value)) return value.flatMap(findConditions);
  if (isObject(value)) return Object.values(value).flatMap(findConditions);
  return [];
}

/** Ids that wait for one another, if there are such. */
function findCycle(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const left = new Map([...graph].map(([id, needs]) => [id, new Set(needs)]));
  // What waits for nothing goes, until only what waits for itself is left.
  for (let gone = true; gone; ) {
    gone = false;
    for (const [id, needs] of left) {
      if (needs.size > 0) continue;
      left.delete(id);
      for (const others of left.values()) others.delete(id);
      gone = true;
    }
  }
  // What only waits for the cycle is not of it.
  for (let gone = true; gone; ) {
    gone = false;
    for (const id of left.keys()) {
      if ([...left.values()].some((needs) => needs.has(id))) continue;
      left.delete(id);
      gone = true;
    }
  }
  return [...left.keys()];
}
