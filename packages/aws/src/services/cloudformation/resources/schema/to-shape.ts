import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';

/**
 * Properties in the form of one of the SDK's shapes: members under the SDK's names, where only the case of the first
 * letter may be another, with dates and bytes as such.
 *
 * @param schema the exported schema, e.g. `RequestLaunchTemplateData$`
 * @param properties as `readProperties` gives them
 * @throws when the shape has no such member, as a property that is dropped would be a quiet success
 */
export function toShape<Value>(schema: unknown, properties: unknown): Value {
  return convert(NormalizedSchema.of(schema as SchemaRef), properties, '') as Value;
}

function convert(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === undefined) return undefined;
  if (schema.isStructSchema()) return convertMembers(schema, value as object, path);
  if (schema.isListSchema()) {
    return (value as readonly unknown[]).map((item) => convert(schema.getValueSchema(), item, path));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as object);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, convert(schema.getValueSchema(), item, `${path}.${key}`)]),
    );
  }
  if (schema.isTimestampSchema()) return new Date(String(value));
  if (schema.isBlobSchema()) return Buffer.from(String(value));
  if (schema.isNumericSchema()) return Number(value);
  return schema.isStringSchema() && typeof value === 'object' ? JSON.stringify(value) : value;
}

function convertMembers(schema: NormalizedSchema, value: object, path: string): object {
  const members = new Map(schema.structIterator());
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const inner = path === '' ? key : `${path}.${key}`;
      const name = [key, `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`].find((one) => members.has(one));
      const member = name === undefined ? undefined : members.get(name);
      if (name === undefined || !member)
        throw new Error(`${schema.getName()} has no member for the property ${inner}`);
      return [name, convert(member, item, inner)];
    }),
  );
}
