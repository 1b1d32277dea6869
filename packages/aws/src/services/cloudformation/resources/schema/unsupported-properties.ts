import type { ResourceTypeSchema } from './resource-schema';

/** Which properties the handlers of a resource type act on. */
export interface Support {
  /** Names of top-level properties. */
  readonly handles: readonly string[];
  /** Members inside of those that they do not act on, with their path, e.g. `LifecycleConfiguration.Rules.Transitions`. */
  readonly lacks?: readonly string[];
}

/**
 * Properties of a resource that CloudFormation knows and the embedded AWS would ignore: a gap is an error, never a quiet
 * success. Lists count as their items.
 *
 * @param properties as `readProperties` gives them
 * @returns the path of each, e.g. `ReplicationConfiguration`
 */
export function findUnsupported({ handles, lacks = [] }: Support, properties: object): string[] {
  const found = Object.keys(properties).filter((name) => !handles.includes(name));
  return [...found, ...lacks.filter((path) => isGiven(properties, path.split('.')))];
}

function isGiven(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item) => isGiven(item, [name, ...rest]));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return isGiven((value as Readonly<Record<string, unknown>>)[name], rest);
}

/** Names in a `Support` that are none of the type's, which a test finds after a refresh of the schemas. */
export function findUnknown({ handles, lacks = [] }: Support, schema: ResourceTypeSchema): string[] {
  const unknown = handles.filter((name) => !Object.hasOwn(schema.properties, name));
  return [...unknown, ...lacks.filter((path) => !isKnown(schema, path))];
}

function isKnown(schema: ResourceTypeSchema, path: string): boolean {
  let members: ResourceTypeSchema['properties'] | undefined = schema.properties;
  for (const name of path.split('.')) {
    let value: ResourceTypeSchema['attributes'][string] | undefined = members?.[name];
    if (!value) return false;
    while (value.type === 'list' || value.type === 'map') value = value.of;
    members = value.type === 'object' ? schema.definitions[value.name] : undefined;
  }
  return true;
}
