import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../../core/aws-error';
import { chosenMember } from './shapes';

/**
 * Refuses JSON values that are not of the shape's type, as the JSON protocols do before the service sees them: a client
 * that passes what it was given on (a number for a string, an object for a string) learns of it.
 *
 * @param rest REST services read scalars more leniently: a number may be written as a text, and a text as a number
 * @throws AwsError `SerializationException`
 */
export function checkJsonTypes(schema: NormalizedSchema, value: unknown, rest: boolean): void {
  if (value === null || value === undefined || schema.isDocumentSchema() || schema.isUnitSchema()) return;
  const chosen = rest ? undefined : chosenMember(schema, value);
  if (chosen) checkJsonTypes(chosen.schema, chosen.value, rest);
  else if (schema.isStructSchema()) {
    const members = asObject(value, 'structure');
    for (const [name, member] of schema.structIterator()) {
      const key = rest ? (member.getMergedTraits().jsonName ?? name) : name;
      checkJsonTypes(member, members[key], rest);
    }
  } else if (schema.isMapSchema()) {
    const member = schema.getValueSchema();
    for (const one of Object.values(asObject(value, 'map'))) checkJsonTypes(member, one, rest);
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw unexpected(value, 'List');
    const member = schema.getValueSchema();
    for (const one of value) checkJsonTypes(member, one, rest);
  } else if (typeof value === 'object') {
    throw unexpected(value, 'String');
  } else if (rest) {
    checkLenient(schema, value);
  } else {
    checkScalar(schema, value);
  }
}

function asObject(value: unknown, wanted: string): Record<string, unknown> {
  if (typeof value !== 'object' || Array.isArray(value)) throw unexpected(value, wanted);
  return value as Record<string, unknown>;
}

function checkScalar(schema: NormalizedSchema, value: unknown): void {
  if (schema.isStringSchema() && typeof value !== 'string') throw unexpected(value, 'String');
  if (schema.isBlobSchema() && typeof value !== 'string') throw unexpected(value, 'Blob');
  if (schema.isBooleanSchema() && typeof value !== 'boolean') throw unexpected(value, 'Boolean');
  if (schema.isNumericSchema() && typeof value !== 'number' && !isNumberWord(value))
    throw unexpected(value, 'Number');
}

function checkLenient(schema: NormalizedSchema, value: unknown): void {
  const isNumber =
    typeof value === 'number' ||
    (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)));
  if (schema.isNumericSchema() && !isNumber && !isNumberWord(value)) throw unexpected(value, 'Number');
  if (schema.isBooleanSchema() && !/^(true|false)$/i.test(String(value))) throw unexpected(value, 'Boolean');
}

/** Numbers that JSON has no literals for are strings in the JSON protocols. */
function isNumberWord(value: unknown): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity';
}

function unexpected(value: unknown, wanted: string): AwsError {
  return new AwsError('SerializationException', explain(value, wanted));
}

function explain(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  if (typeof value === 'boolean')
    return `${value ? 'TRUE_VALUE' : 'FALSE_VALUE'} can not be converted to a ${wanted}`;
  if (typeof value === 'number')
    return `${Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE'} can not be converted to a ${wanted}`;
  return `STRING_VALUE can not be converted to a ${wanted}`;
}
