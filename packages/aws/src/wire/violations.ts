import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from '../core/service-model';
import type { Constraint, ConstraintTable } from './constraint-table';
import { compileJavaPattern, LONGEST_MATCHED } from './java-pattern';
import { lowerFirst, quoteAsJava } from './java-text';
import { memberKey } from './query-input';

/** What is asked of a value. */
export type Rule =
  | { readonly kind: 'notNull' }
  | { readonly kind: 'max' | 'min'; readonly of: 'length' | 'value'; readonly bound: string }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** Of a list or a map whose content breaks one of the rules: AWS names them all. */
  | { readonly kind: 'items' | 'keys' | 'values'; readonly rules: readonly Rule[] };

/** A rule that an input breaks. */
export interface Violation {
  /** `tags.1.member.key`; for EC2 the field of the form, `TagSpecification.1.Tag.1.Key`. */
  readonly path: string;
  /** The last name of the path, as messages write it. */
  readonly member: string;
  /** The value, as messages quote it; none for null and for what is sensitive. */
  readonly value?: string;
  readonly rule: Rule;
}

/** How a protocol writes the way to a value. */
interface Naming {
  member(name: string, schema: NormalizedSchema): string;
  item(list: string, position: number | string): string;
}

/** EC2 names the fields of its forms. */
const FIELDS: Naming = {
  member: (name, schema) => memberKey(name, schema, { ec2: true }),
  item: (list, position) => `${list}.${position}`,
};

/** The others name the members of the API's model. */
const MEMBERS: Naming = {
  member: (name) => lowerFirst(name),
  item: (list, position) => `${list}.${position}.member`,
};

/** Finds what an input lacks and what in it breaks the constraints of the service's model, in the order of the schema. */
export class ViolationFinder {
  private readonly naming: Naming;
  private readonly patterns = new Map<string, RegExp>();

  constructor(private readonly table: ConstraintTable) {
    this.naming = table.service === 'ec2' ? FIELDS : MEMBERS;
  }

  find(schema: NormalizedSchema, input: unknown): Violation[] {
    return schema.isStructSchema() ? [...this.inStruct(schema, input, '')] : [];
  }

  private *inStruct(schema: NormalizedSchema, value: unknown, path: string): Generator<Violation> {
    if (typeof value !== 'object' || value === null) return;
    const members = value as Record<string, unknown>;
    const required = requiredMembers(schema);
    const constraints = this.table.members[schema.getName(false) ?? ''];
    for (const [name, member] of schema.structIterator()) {
      const given = members[name];
      const isMissing = given === undefined || given === null;
      if (isMissing && !required.includes(name)) continue;
      const field = this.naming.member(name, member);
      const place = path ? `${path}.${field}` : field;
      if (isMissing) {
        yield { path: place, member: lowerFirst(field), rule: { kind: 'notNull' } };
        continue;
      }
      const position = constraints && Object.hasOwn(constraints, name) ? constraints[name] : undefined;
      yield* this.inMember(member, given, place, lowerFirst(field), this.constraint(position));
    }
  }

  private *inMember(
    schema: NormalizedSchema,
    value: unknown,
    path: string,
    member: string,
    constraint: Constraint | undefined,
  ): Generator<Violation> {
    for (const rule of constraint ? this.broken(constraint, value) : [])
      yield { path, member, value: quoteAsJava(schema, value), rule };
    if (schema.isStructSchema()) yield* this.inStruct(schema, value, path);
    else if (schema.getMergedTraits().sparse) return;
    else if (schema.isListSchema() && Array.isArray(value)) {
      for (const [index, item] of value.entries())
        yield* this.inItem(
          schema.getValueSchema(),
          item,
          this.naming.item(path, index + 1),
          constraint?.items,
        );
    } else if (schema.isMapSchema() && typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value))
        yield* this.inItem(schema.getValueSchema(), item, this.naming.item(path, key), constraint?.values);
    }
  }

  /** What is simple was told at its list or map already, but for null. */
  private *inItem(
    schema: NormalizedSchema,
    value: unknown,
    path: string,
    position: number | undefined,
  ): Generator<Violation> {
    if (value === null || value === undefined) yield { path, member: 'member', rule: { kind: 'notNull' } };
    else if (schema.isStructSchema()) yield* this.inStruct(schema, value, path);
    else if (schema.isListSchema() || schema.isMapSchema())
      yield* this.inMember(schema, value, path, 'member', this.constraint(position));
  }

  private *broken(constraint: Constraint, value: unknown): Generator<Rule> {
    // AWS tells a wrong pattern before a wrong length, where both are wrong.
    const rules = rulesOf(constraint, value);
    const first = rules.filter(({ kind }) => kind === 'pattern');
    for (const rule of [...first, ...rules.filter(({ kind }) => kind !== 'pattern')])
      if (!this.holds(rule, value)) yield rule;
    if (Array.isArray(value)) yield* this.brokenWithin('items', this.constraint(constraint.items), value);
    else if (isMap(value)) {
      yield* this.brokenWithin('keys', this.constraint(constraint.keys), Object.keys(value));
      yield* this.brokenWithin('values', this.constraint(constraint.values), Object.values(value));
    }
  }

  private *brokenWithin(
    kind: 'items' | 'keys' | 'values',
    constraint: Constraint | undefined,
    values: readonly unknown[],
  ): Generator<Rule> {
    const simple = values.filter((value) => value !== undefined && value !== null && !isContainer(value));
    if (!constraint || simple.length === 0) return;
    const rules = rulesOf(constraint, simple[0]);
    if (simple.every((value) => rules.every((rule) => this.holds(rule, value)))) return;
    yield { kind, rules: constraint.notNull ? [...rules, { kind: 'notNull' }] : rules };
  }

  private holds(rule: Rule, value: unknown): boolean {
    if (rule.kind === 'max') return sizeOf(value) <= Number(rule.bound);
    if (rule.kind === 'min') return sizeOf(value) >= Number(rule.bound);
    if (rule.kind === 'enum') return rule.values.includes(String(value));
    if (rule.kind !== 'pattern') return true;
    const text = String(value);
    return text.length > LONGEST_MATCHED || this.pattern(rule.pattern).test(text);
  }

  private pattern(source: string): RegExp {
    let pattern = this.patterns.get(source);
    if (!pattern) {
      pattern = compileJavaPattern(source);
      this.patterns.set(source, pattern);
    }
    return pattern;
  }

  private constraint(position: number | undefined): Constraint | undefined {
    return position === undefined ? undefined : this.table.constraints[position];
  }
}

/** The rules of a constraint, in the order in which AWS lists them. */
function rulesOf({ min, max, float, pattern, enum: values }: Constraint, value: unknown): Rule[] {
  const of = typeof value === 'number' || typeof value === 'bigint' ? 'value' : 'length';
  const write = (bound: number) => (float && Number.isInteger(bound) ? `${bound}.0` : String(bound));
  return [
    ...(max === undefined ? [] : [{ kind: 'max', of, bound: write(max) } as const]),
    ...(min === undefined ? [] : [{ kind: 'min', of, bound: write(min) } as const]),
    ...(pattern === undefined ? [] : [{ kind: 'pattern', pattern } as const]),
    ...(values === undefined ? [] : [{ kind: 'enum', values } as const]),
  ];
}

/** The number itself, or how many characters, bytes, items or entries there are. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return countCharacters(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/** A pair of surrogates is one character. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || isMap(value);
}

function isMap(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}
