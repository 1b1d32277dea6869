import { JsonShapeDeserializer, JsonShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { Schema } from '@smithy/types';

/** The member that a value of a union has. */
interface Chosen {
  readonly name: string;
  readonly schema: NormalizedSchema;
  readonly value: unknown;
}

/** The members of unions, by the schema: the SDK lists them anew for each value, of which an item of DynamoDB has hundreds. */
const MEMBERS = new WeakMap<object, ReadonlyMap<string, NormalizedSchema>>();

/** The one member of a value, where its schema is a union and it is as it should be; undefined for all else. */
export function chosenMember(schema: NormalizedSchema, value: unknown): Chosen | undefined {
  if (typeof value !== 'object' || value === null || !schema.isUnionSchema()) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const member = membersOf(schema).get(name);
  const chosen = (value as Record<string, unknown>)[name];
  return member && chosen !== undefined && chosen !== null
    ? { name, schema: member, value: chosen }
    : undefined;
}

function membersOf(schema: NormalizedSchema): ReadonlyMap<string, NormalizedSchema> {
  const key = schema.getSchema() as object;
  let members = MEMBERS.get(key);
  if (!members) {
    members = new Map(schema.structIterator());
    MEMBERS.set(key, members);
  }
  return members;
}

/** The SDK's reader of JSON, which of a union looks at the member alone that is there and not for all the others. */
export class JsonReader extends JsonShapeDeserializer {
  protected override _read(schema: Schema, value: unknown): unknown {
    const chosen = this.settings.jsonName ? undefined : chosenMember(NormalizedSchema.of(schema), value);
    return chosen ? { [chosen.name]: this._read(chosen.schema, chosen.value) } : super._read(schema, value);
  }
}

/** The SDK's writer of JSON, in the same way. */
export class JsonWriter extends JsonShapeSerializer {
  protected override _write(schema: Schema, value: unknown, container?: NormalizedSchema): unknown {
    const union = NormalizedSchema.of(schema);
    const chosen = this.settings.jsonName ? undefined : chosenMember(union, value);
    return chosen
      ? { [chosen.name]: this._write(chosen.schema, chosen.value, union) }
      : super._write(schema, value, container);
  }
}
