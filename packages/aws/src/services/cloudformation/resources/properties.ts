import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import { z } from 'zod';
import { requiredMembers } from '../../../core/service-model';
import { isObject } from '../template/template';

/** A string; as in every template, numbers and booleans count as their text. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** A number, or the text of one, as parameters give it. */
export const number = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)]).transform(Number);

/** A boolean, or the text of one. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', 'True', 'False', 'TRUE', 'FALSE'])])
  .transform((value) => String(value).toLowerCase() === 'true');

/** A JSON document, given as an object or as its text; as text here. */
export const json = z
  .union([z.record(z.string(), z.unknown()), z.string()])
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)));

export const tag = z.strictObject({ Key: text, Value: text });
export const tags = z.array(tag);
export const tagMap = z.record(z.string(), text);

/** Enumerations of the SDK's types, whose values the service itself checks. */
export function oneOf<Value extends string>() {
  return text.transform((value) => value as Value);
}

/**
 * A value in the form of one of the SDK's shapes: members by their names, whatever the case of the first letter;
 * unknown members are refused, scalars are made what the shape says.
 *
 * @param schema the exported schema, e.g. `RequestLaunchTemplateData$`
 */
export function shape<Value>(schema: unknown) {
  return z.unknown().transform((value, context): Value => {
    const issues: { message: string; path: (string | number)[] }[] = [];
    const result = readShape(NormalizedSchema.of(schema as SchemaRef), value, [], issues);
    for (const { message, path } of issues)
      context.addIssue({ code: 'custom', message, path, params: { verbatim: true } });
    return result as Value;
  });
}

type Issues = { message: string; path: (string | number)[] }[];

function readShape(
  schema: NormalizedSchema,
  value: unknown,
  path: (string | number)[],
  issues: Issues,
): unknown {
  if (schema.isStructSchema()) {
    if (!isObject(value)) return refuse('JSONObject', value, path, issues);
    const members = new Map(
      [...schema.structIterator()].map(([name, member]) => [name.toLowerCase(), { name, member }]),
    );
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const found = members.get(key.toLowerCase());
      if (!found || found.name.slice(1) !== key.slice(1)) {
        issues.push({ message: `extraneous key [${key}] is not permitted`, path });
        continue;
      }
      result[found.name] = readShape(found.member, item, [...path, key], issues);
    }
    for (const name of requiredMembers(schema)) {
      if (result[name] === undefined) issues.push({ message: `required key [${name}] not found`, path });
    }
    return result;
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return refuse('JSONArray', value, path, issues);
    return value.map((item, i) => readShape(schema.getValueSchema(), item, [...path, i], issues));
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) return refuse('JSONObject', value, path, issues);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        readShape(schema.getValueSchema(), item, [...path, key], issues),
      ]),
    );
  }
  if (schema.isDocumentSchema()) return value;
  return readScalar(schema, value, path, issues);
}

function readScalar(
  schema: NormalizedSchema,
  value: unknown,
  path: (string | number)[],
  issues: Issues,
): unknown {
  if (schema.isBooleanSchema()) {
    const read = flag.safeParse(value);
    return read.success ? read.data : refuse('Boolean', value, path, issues);
  }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    const read = number.safeParse(value);
    return read.success ? read.data : refuse('Number', value, path, issues);
  }
  if (schema.isTimestampSchema()) {
    const date = new Date(String(value));
    return Number.isNaN(date.getTime()) ? refuse('String', value, path, issues) : date;
  }
  const read = text.safeParse(value);
  if (!read.success) return refuse('String', value, path, issues);
  return schema.isBlobSchema() ? Buffer.from(read.data) : read.data;
}

function refuse(expected: string, value: unknown, path: (string | number)[], issues: Issues): undefined {
  issues.push({ message: `expected type: ${expected}, found: ${kindOf(value)}`, path });
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  return { string: 'String', number: 'Integer', boolean: 'Boolean' }[typeof value as string] ?? 'JSONObject';
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'JSONObject',
  record: 'JSONObject',
  array: 'JSONArray',
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
};

/**
 * Says what is wrong with the properties of a resource in the words of CloudFormation's schema validation.
 *
 * @returns one text a violation, e.g. `#/Tags/0: required key [Key] not found`
 */
export function explainIssues(issues: readonly z.core.$ZodIssue[], properties: unknown): string[] {
  return issues.flatMap((issue) => explainIssue(issue, properties));
}

function explainIssue(issue: z.core.$ZodIssue, properties: unknown): string[] {
  const at = (path: readonly PropertyKey[]) => ['#', ...path.map(String)].join('/');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${at(issue.path)}: extraneous key [${key}] is not permitted`);
  if (issue.code === 'custom') return [`${at(issue.path)}: ${issue.message}`];
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    properties,
  );
  if (value === undefined || value === null)
    return [`${at(issue.path.slice(0, -1))}: required key [${String(issue.path.at(-1))}] not found`];
  if (issue.code === 'invalid_type')
    return [
      `${at(issue.path)}: expected type: ${EXPECTED[issue.expected] ?? issue.expected}, found: ${kindOf(value)}`,
    ];
  if (issue.code === 'invalid_union')
    return [`${at(issue.path)}: expected type: String, found: ${kindOf(value)}`];
  return [`${at(issue.path)}: ${issue.message}`];
}
