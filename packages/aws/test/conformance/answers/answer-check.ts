import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from '../../../src/core/service-model';
import type { MemberEnums } from './enums';

/** Holds answers, as the SDK has read them, against the schema of an operation's output. */
export class AnswerCheck {
  /** @param departures where AWS's own answers leave the schema, by `Structure.member` */
  constructor(
    private readonly enums: MemberEnums,
    private readonly departures: Readonly<Record<string, string>> = {},
  ) {}

  /** What in an answer does not fit, each with its way there: `Reservations.0.Instances.0.State: …`. */
  faults(schema: NormalizedSchema, output: unknown): string[] {
    return schema.isStructSchema() ? [...this.inStruct(schema, output, '')] : [];
  }

  private *inStruct(schema: NormalizedSchema, value: unknown, path: string): Generator<string> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield `${path}: no structure but ${show(value)}`;
      return;
    }
    const members = value as Record<string, unknown>;
    const required = requiredMembers(schema);
    const structure = schema.getName(false) ?? '';
    for (const [name, member] of schema.structIterator()) {
      if (Object.hasOwn(this.departures, `${structure}.${name}`)) continue;
      const at = path ? `${path}.${name}` : name;
      const given = members[name];
      if (given === undefined || given === null) {
        if (required.includes(name) && !schema.isUnionSchema()) yield `${at}: required, and not there`;
        continue;
      }
      yield* this.inValue(member, given, at);
      yield* this.outsideOf(this.enums.get(structure)?.get(name), given, at);
    }
  }

  private *outsideOf(
    values: ReadonlySet<string> | undefined,
    given: unknown,
    path: string,
  ): Generator<string> {
    for (const one of typeof given === 'object' && given !== null ? Object.values(given) : [given])
      if (values && typeof one === 'string' && !values.has(one))
        yield `${path}: ${show(one)} is none of the enumeration`;
  }

  private *inValue(schema: NormalizedSchema, value: unknown, path: string): Generator<string> {
    if (schema.isStructSchema()) yield* this.inStruct(schema, value, path);
    else if (schema.isListSchema()) {
      if (!Array.isArray(value)) yield `${path}: no list but ${show(value)}`;
      else for (const [i, item] of value.entries()) yield* this.inItem(schema, item, `${path}.${i}`);
    } else if (schema.isMapSchema()) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        yield `${path}: no map but ${show(value)}`;
      else
        for (const [key, item] of Object.entries(value)) yield* this.inItem(schema, item, `${path}.${key}`);
    } else if (!isOfType(schema, value)) yield `${path}: ${show(value)} is not of its type`;
  }

  private *inItem(schema: NormalizedSchema, item: unknown, path: string): Generator<string> {
    if (item !== undefined && item !== null) yield* this.inValue(schema.getValueSchema(), item, path);
    else if (!schema.getMergedTraits().sparse) yield `${path}: an item that is null`;
  }
}

function isOfType(schema: NormalizedSchema, value: unknown): boolean {
  if (schema.isDocumentSchema()) return true;
  if (schema.isBlobSchema()) return schema.isStreaming() || value instanceof Uint8Array;
  if (schema.isBooleanSchema()) return typeof value === 'boolean';
  if (schema.isTimestampSchema()) return value instanceof Date && !Number.isNaN(value.getTime());
  if (schema.isNumericSchema()) return typeof value === 'number' && !Number.isNaN(value);
  if (schema.isBigIntegerSchema()) return typeof value === 'bigint';
  if (schema.isBigDecimalSchema()) return true;
  // Members whose text is JSON are given out as objects that behave as strings.
  return typeof value === 'string' || value instanceof String;
}

function show(value: unknown): string {
  return `${JSON.stringify(value) ?? String(value)}`.slice(0, 80);
}
