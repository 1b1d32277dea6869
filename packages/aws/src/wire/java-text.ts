import type { NormalizedSchema } from '@smithy/core/schema';

/**
 * A value as AWS's messages quote it, which are written by Java: `[a, b]`, `{key=value}`,
 * `PutEventsRequestEntry(time=null, source=app)`.
 *
 * @returns nothing for what the model marks as sensitive
 */
export function quoteAsJava(schema: NormalizedSchema, value: unknown): string | undefined {
  return isSensitive(schema) ? undefined : write(schema, value);
}

function isSensitive(schema: NormalizedSchema): boolean {
  if (schema.getMergedTraits().sensitive) return true;
  return (schema.isListSchema() || schema.isMapSchema()) && isSensitive(schema.getValueSchema());
}

function write(schema: NormalizedSchema, value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (schema.getMergedTraits().sensitive) return '*** Sensitive Data Redacted ***';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (schema.isListSchema() && Array.isArray(value)) {
    const item = schema.getValueSchema();
    return `[${value.map((one) => write(item, one)).join(', ')}]`;
  }
  if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}=${write(item, one)}`)
      .join(', ')}}`;
  }
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].map(
      ([name, member]) => `${lowerFirst(name)}=${write(member, (value as Record<string, unknown>)[name])}`,
    );
    return `${schema.getName()}(${members.join(', ')})`;
  }
  return String(value);
}

/** A member's name as AWS's messages write it. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
