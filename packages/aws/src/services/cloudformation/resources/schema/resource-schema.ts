/** A value that is one text, number or boolean. */
export type ScalarSchema =
  | { readonly type: 'string' | 'integer'; readonly enum?: readonly (string | number)[] }
  | { readonly type: 'number' | 'boolean' };

/** A value of a property, as CloudFormation's specification describes it. */
export type ValueSchema =
  | ScalarSchema
  /** `json` is a document of any content, `tag` a `Key` with its `Value`. */
  | { readonly type: 'json' | 'tag' }
  | { readonly type: 'list' | 'map'; readonly of: ValueSchema }
  | { readonly type: 'union'; readonly of: readonly ValueSchema[] }
  /** One of the type's definitions. */
  | { readonly type: 'object'; readonly name: string };

export type PropertySchema = ValueSchema & {
  readonly required?: boolean;
  /** Whether a change needs a new resource. `sometimes` depends on the resource or the values. */
  readonly replaces?: 'always' | 'sometimes';
};

export type PropertySchemas = Readonly<Record<string, PropertySchema>>;

/** What CloudFormation's specification says of a resource type. */
export interface ResourceTypeSchema {
  /** The properties or attributes that identify a resource to Cloud Control. */
  readonly identifier: readonly string[];
  /** The properties or attributes of which `Ref` is made. */
  readonly ref: readonly string[];
  /** Where the tags are, when there can be any: as pairs, pairs with `PropagateAtLaunch`, or a map. */
  readonly tags?: { readonly property: string; readonly form: 'standard' | 'asg' | 'map' };
  readonly properties: PropertySchemas;
  /** What `Fn::GetAtt` gives, inner attributes by their path with dots. */
  readonly attributes: Readonly<Record<string, ValueSchema>>;
  readonly definitions: Readonly<Record<string, PropertySchemas>>;
  /** Whether it takes properties of any name, and may have attributes of any. */
  readonly isOpen?: boolean;
}

export type ResourceTypes = Readonly<Record<string, ResourceTypeSchema>>;

/** The schemas of all resource types that handlers may be written for, loaded when first asked for. */
export async function loadResourceTypes(): Promise<ResourceTypes> {
  const { default: types } = await import('../../../../../data/resource-types.json');
  return types;
}

/** Whether a changed resource is replaced, as change sets say it. */
export type Replacement = 'True' | 'False' | 'Conditional';

/**
 * Whether a change of these properties makes CloudFormation replace the resource. `Conditional` leaves it to the
 * resource: an instance with an EBS root changes its type by a stop and a start, one with an instance store cannot.
 *
 * @param changed names of top-level properties
 */
export function replacementOf(
  { properties }: Pick<ResourceTypeSchema, 'properties'>,
  changed: readonly string[],
): Replacement {
  const needs = new Set(changed.map((name) => properties[name]?.replaces));
  if (needs.has('always')) return 'True';
  return needs.has('sometimes') ? 'Conditional' : 'False';
}

/** Whether `Fn::GetAtt` may ask for an attribute; members of documents and maps have no names in the schema. */
export function hasAttribute(
  { attributes, isOpen }: Pick<ResourceTypeSchema, 'attributes' | 'isOpen'>,
  name: string,
): boolean {
  if (isOpen) return true;
  if (Object.hasOwn(attributes, name)) return true;
  return Object.entries(attributes).some(
    ([outer, { type }]) => (type === 'map' || type === 'json') && name.startsWith(`${outer}.`),
  );
}
