import { JsonShapeDeserializer, JsonShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { Schema } from '@smithy/types';

/** The member that a value of a union has. */
interface Chosen extends Member {
  readonly name: string;
  readonly value: unknown;
}

interface Member {
  readonly schema: NormalizedSchema;
  /** Its strings and truth values are the same in JSON. */
  readonly isPlain: boolean;
}

/** The members of unions, by the schema: the SDK lists them anew for each value, of which an item of DynamoDB has hundreds. */
const MEMBERS = new WeakMap<object, ReadonlyMap<string, Member>>();

/** The one member of a value, where its schema is a union and it is as it should be; undefined for all else. */
export function chosenMember(schema: NormalizedSchema, value: unknown): Chosen | undefined {
  if (typeof value !== 'object' || value === null || !schema.isUnionSchema()) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const member = membersOf(schema).get(name);
  const chosen = (value as Record<string, unknown>)[name];
  return member && chosen !== undefined && chosen !== null ? { name, ...member, value: chosen } : undefined;
}

function membersOf(schema: NormalizedSchema): ReadonlyMap<string, Member> {
  const key = schema.getSchema() as object;
  let members = MEMBERS.get(key);
  if (!members) {
    const named = [...schema.structIterator()];
    members = new Map(named.map(([name, schema]) => [name, { schema, isPlain: isPlain(schema) }]));
    MEMBERS.set(key, members);
  }
  return members;
}

function isPlain(schema: NormalizedSchema): boolean {
  return schema.isBooleanSchema() || (schema.isStringSchema() && !schema.getMergedTraits().mediaType);
}

/** Whether reading and writing leave it as it is. */
function isSame({ isPlain, value }: Chosen): boolean {
  return isPlain && (typeof value === 'string' || typeof value === 'boolean');
}

/** The SDK's reader of JSON, which of a union looks at the member alone that is there and not for all the others. */
export class JsonReader extends JsonShapeDeserializer {
  protected override _read(schema: Schema, value: unknown): unknown {
    const chosen = this.settings.jsonName ? undefined : chosenMember(NormalizedSchema.of(schema), value);
    if (!chosen) return super._read(schema, value);
    return { [chosen.name]: isSame(chosen) ? chosen.value : this._read(chosen.schema, chosen.value) };
  }
}

/** The SDK's writer of JSON, in the same way. */
export class JsonWriter extends JsonShapeSerializer {
  protected override _write(schema: Schema, value: unknown, container?: NormalizedSchema): unknown {
    const union = NormalizedSchema.of(schema);
    const chosen = this.settings.jsonName ? undefined : chosenMember(union, value);
    if (!chosen) return super._write(schema, value, container);
    return { [chosen.name]: isSame(chosen) ? chosen.value : this._write(chosen.schema, chosen.value, union) };
  }
}
