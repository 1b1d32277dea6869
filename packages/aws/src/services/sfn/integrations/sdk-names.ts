import type { NormalizedSchema } from '@smithy/core/schema';
import type { Json } from '../language/definition';

/**
 * Step Functions calls services through the AWS SDK for Java, and its names are that SDK's: `LogGroupName` where CloudWatch Logs
 * has `logGroupName`, `VpcZoneIdentifier` where Auto Scaling has `VPCZoneIdentifier`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function javaName(name: string): string {
  const upper = name.charAt(0).toUpperCase() + name.slice(1);
  return upper.replace(
    /([A-Z])([A-Z]+)(?=[A-Z][a-z]|$)/g,
    (_all, first: string, rest: string) => first + rest.toLowerCase(),
  );
}

/** The name of an error's class: `NoSuchBucketException`, `InstanceRefreshInProgressException`. */
export function exceptionName(shape: string): string {
  const name = javaName(shape).replace(/Fault$/, '');
  return name.endsWith('Exception') ? name : `${name}Exception`;
}

/** The API's input of a task's parameters: members by their own names, times as dates. What the API does not know is left out. */
export function toInput(schema: NormalizedSchema, value: Json): unknown {
  if (value === null) return undefined;
  if (schema.isStructSchema() && isObject(value)) {
    const members = new Map(
      [...schema.structIterator()].map(([name, member]) => [name.toLowerCase(), [name, member] as const]),
    );
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, part]) => {
        const [name, member] = members.get(key.toLowerCase()) ?? [];
        return name === undefined || member === undefined ? [] : [[name, toInput(member, part)]];
      }),
    );
  }
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => toInput(schema.getValueSchema(), item));
  if (schema.isMapSchema() && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toInput(schema.getValueSchema(), item)]),
    );
  if (schema.isTimestampSchema() && (typeof value === 'string' || typeof value === 'number'))
    return new Date(value);
  if (schema.isBlobSchema() && typeof value === 'string') return Buffer.from(value);
  return value;
}

/** The JSON of an API's output. */
export function fromOutput(schema: NormalizedSchema, value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (schema.isStructSchema() && isObject(value))
    return compact(
      [...schema.structIterator()].map(([name, member]) => [javaName(name), fromOutput(member, value[name])]),
    );
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => fromOutput(schema.getValueSchema(), item) ?? null);
  if (schema.isMapSchema() && isObject(value))
    return compact(
      Object.entries(value).map(([key, item]) => [key, fromOutput(schema.getValueSchema(), item)]),
    );
  return JSON.parse(JSON.stringify(value));
}

function compact(entries: readonly (readonly [string, Json | undefined])[]): { [key: string]: Json } {
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
