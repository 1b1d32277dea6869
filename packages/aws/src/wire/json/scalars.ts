import type { NormalizedSchema } from '@smithy/core/schema';

/**
 * Scalars as the schema has them, of JSON that writes numbers as texts or texts as numbers: REST services take both.
 * What is as it should be stays the same object.
 *
 * @param value as `checkJsonTypes` has let it pass
 */
export function convertJsonScalars(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined || schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].map(
      ([name, member]) => [String(member.getMergedTraits().jsonName ?? name), member] as const,
    );
    return convertEntries(value as object, new Map(members));
  }
  if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    return convertEntries(value as object, new Map(Object.keys(value).map((key) => [key, member])));
  }
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    const items = value as unknown[];
    const converted = items.map((item) => convertJsonScalars(member, item));
    return converted.every((item, i) => item === items[i]) ? value : converted;
  }
  return convertScalar(schema, value);
}

function convertEntries(value: object, schemas: ReadonlyMap<string, NormalizedSchema>): object {
  const entries = Object.entries(value);
  const converted = entries.map(([key, item]) => {
    const schema = schemas.get(key);
    return [key, schema ? convertJsonScalars(schema, item) : item] as const;
  });
  return converted.every(([, item], i) => item === entries[i]?.[1]) ? value : Object.fromEntries(converted);
}

function convertScalar(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStringSchema()) return typeof value === 'string' ? value : String(value);
  if (typeof value !== 'string') return value;
  if (schema.isNumericSchema()) return Number(value);
  return schema.isBooleanSchema() ? value.toLowerCase() === 'true' : value;
}
