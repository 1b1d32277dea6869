import type { ResourceProperties } from '../../../../../data/resource-properties';

import type { PropertySchemas, ResourceTypeSchema, ScalarSchema, ValueSchema } from './resource-schema';

/** What a property is found to be or not to be, in the words of CloudFormation's validation. */
interface Violation {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Reading<Type extends string> =
  | {
      readonly success: true;
      readonly properties: Type extends keyof ResourceProperties ? ResourceProperties[Type] : unknown;
    }
  /** One text a violation, e.g. `#/Tags/0: required key [Key] not found`. */
  | { readonly success: false; readonly violations: readonly string[] };

/**
 * Reads the properties of a resource as CloudFormation does: what the type does not know is refused, what it requires
 * must be there, and scalars become what the schema says, whether a template gives them as text, number or boolean.
 *
 * @param type the name of the type, e.g. `AWS::EC2::VPC`
 * @param schema the schema of that type
 * @param properties the properties of a template after all functions are evaluated
 */
export function readProperties<Type extends string>(
  type: Type,
  schema: ResourceTypeSchema,
  properties: unknown,
): Reading<Type> {
  const unsupported =
    type.startsWith(BUILT_IN) && !schema.isOpen ? unknownKeys(schema.properties, properties) : [];
  if (unsupported.length > 0)
    return {
      success: false,
      violations: unsupported.map((name) => `Encountered unsupported property ${name}`),
    };
  const reader = new PropertyReader(schema.definitions);
  const [known, others] = schema.isOpen ? split(properties, schema.properties) : [properties, {}];
  const read = { ...(reader.readMembers(schema.properties, known, []) as object), ...others };
  if (reader.violations.length === 0) return { success: true, properties: read } as unknown as Reading<Type>;
  return {
    success: false,
    violations: reader.violations.map(({ path, message }) => `${['#', ...path].join('/')}: ${message}`),
  };
}

/** Types that CloudFormation makes itself do not come from its registry, and are validated in other words. */
const BUILT_IN = 'AWS::CloudFormation::';

function unknownKeys(known: PropertySchemas, given: unknown): string[] {
  return isRecord(given) ? Object.keys(given).filter((name) => !Object.hasOwn(known, name)) : [];
}

/** The properties that a schema knows, and the others as custom resources get them: each scalar as its text. */
function split(given: unknown, known: PropertySchemas): [unknown, object] {
  if (!isRecord(given)) return [given, {}];
  const part = (isKnown: boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(known, name) === isKnown));
  return [part(true), asTexts(part(false)) as object];
}

function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTexts(item)]));
  return isScalar(value) ? String(value) : value;
}

const TAG: PropertySchemas = {
  Key: { type: 'string', required: true },
  Value: { type: 'string', required: true },
};

/** Reads values by their schemas and notes what does not fit. */
class PropertyReader {
  readonly violations: Violation[] = [];

  constructor(private readonly definitions: ResourceTypeSchema['definitions']) {}

  readMembers(known: PropertySchemas, given: unknown, path: Violation['path']): unknown {
    if (!isRecord(given)) return this.refuse('JSONObject', given, path);
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(given)) {
      const schema = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!schema) this.violations.push({ path, message: `extraneous key [${name}] is not permitted` });
      else if (value !== undefined) result[name] = this.read(schema, value, [...path, name]);
    }
    for (const [name, { required }] of Object.entries(known)) {
      if (required && given[name] === undefined)
        this.violations.push({ path, message: `required key [${name}] not found` });
    }
    return result;
  }

  private read(schema: ValueSchema, value: unknown, path: Violation['path']): unknown {
    switch (schema.type) {
      case 'object':
        return this.readMembers(this.definitions[schema.name] ?? {}, value, path);
      case 'tag':
        return this.readMembers(TAG, value, path);
      case 'list':
        if (!Array.isArray(value)) return this.refuse('JSONArray', value, path);
        return value.map((item, i) => this.read(schema.of, item, [...path, i]));
      case 'map':
        if (!isRecord(value)) return this.refuse('JSONObject', value, path);
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, this.read(schema.of, item, [...path, key])]),
        );
      case 'json':
        return readDocument(value) ?? this.refuse('JSONObject', value, path);
      case 'union':
        return this.readUnion(schema.of, value, path);
      default:
        return this.readScalar(schema, value, path);
    }
  }

  private readScalar(schema: ScalarSchema, value: unknown, path: Violation['path']): unknown {
    const { name, read } = SCALARS[schema.type];
    const result = read(value);
    if (result === undefined) return this.refuse(name, value, path);
    if ('enum' in schema && !schema.enum?.some((one) => one === result))
      this.violations.push({ path, message: `${result} is not a valid enum value` });
    return result;
  }

  /** The first alternative that fits, one of the value's own kind before those that would change it. */
  private readUnion(alternatives: readonly ValueSchema[], value: unknown, path: Violation['path']): unknown {
    const ofItsKind = alternatives.filter(({ type }) => type === typeof value);
    for (const alternative of [...ofItsKind, ...alternatives]) {
      const attempt = new PropertyReader(this.definitions);
      const result = attempt.read(alternative, value, path);
      if (attempt.violations.length === 0) return result;
    }
    this.violations.push({
      path,
      message: `#: no subschema matched out of the total ${alternatives.length} subschemas`,
    });
    return undefined;
  }

  private refuse(expected: string, value: unknown, path: Violation['path']): undefined {
    this.violations.push({ path, message: `expected type: ${expected}, found: ${kindOf(value)}` });
    return undefined;
  }
}

/** How each kind of scalar is read, undefined when it cannot be, and its name in the words of the validation. */
const SCALARS = {
  string: {
    name: 'String',
    read: (value: unknown) => (isScalar(value) ? String(value) : undefined),
  },
  number: { name: 'Number', read: readNumber },
  integer: {
    name: 'Integer',
    read(value: unknown) {
      const number = readNumber(value);
      return Number.isInteger(number) ? number : undefined;
    },
  },
  boolean: {
    name: 'Boolean',
    read(value: unknown) {
      const text = isScalar(value) ? String(value).toLowerCase() : '';
      return text === 'true' || text === 'false' ? text === 'true' : undefined;
    },
  },
} as const;

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A document, given as such or as its text. */
function readDocument(value: unknown): unknown {
  if (typeof value !== 'string') return typeof value === 'object' && value !== null ? value : undefined;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === 'object' && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The kind of a value by the names of CloudFormation's validator, which is written in Java. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'object') return 'JSONObject';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Double';
  return typeof value === 'boolean' ? 'Boolean' : 'String';
}
