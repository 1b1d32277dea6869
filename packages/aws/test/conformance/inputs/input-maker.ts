import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from '../../../src/core/service-model';
import type { Constraint, ConstraintTable } from '../../../src/wire/constraint-table';
import type { MemberEnums } from '../answers/enums';
import type { Random } from './random';
import { Texts } from './texts';

/** How much an input holds. */
export interface Amount {
  /** Whether a member is given that need not be. @param depth of its structure: the input's own members are at 0 */
  optional(depth: number): boolean;
  /** Items of a list or a map, between the bounds that the model gives. */
  items(least: number, most: number): number;
  /** Chooses among values; without it the first is taken. */
  readonly random?: Random;
}

/** Only what the model requires. */
export const SMALLEST: Amount = { optional: () => false, items: (least) => Math.max(1, least) };

/** All that there is, but for what lies deep. */
export const FULLEST: Amount = { optional: (depth) => depth < 3, items: (least) => Math.max(1, least) };

/** Now this, now that. */
export function randomAmount(random: Random): Amount {
  return {
    random,
    optional: (depth) => random.chance(depth === 0 ? 0.4 : 0.25),
    items: (least, most) => random.int(least, Math.min(most, Math.max(least, 1) + 2)),
  };
}

/** A value for a member by its name: what refers to something that is there. Undefined where the schema shall say it. */
export type Fill = (member: string, structure: string) => Promise<unknown>;

/** Structures within structures end here: some of the models contain themselves. */
const DEEPEST = 7;

/** Makes inputs that meet the model of a service: its schemas and its constraints. */
export class InputMaker {
  private readonly texts = new Texts();

  constructor(
    private readonly table: ConstraintTable,
    private readonly enums: MemberEnums,
  ) {}

  /**
   * @param schema of the operation's input
   * @param given members that stand already
   */
  async make(
    schema: NormalizedSchema,
    amount: Amount,
    fill: Fill,
    given: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    if (!schema.isStructSchema()) return { ...given };
    return { ...given, ...(await this.struct(schema, { amount, fill, depth: 0 }, Object.keys(given))) };
  }

  private async struct(
    schema: NormalizedSchema,
    making: Making,
    without: readonly string[] = [],
  ): Promise<Record<string, unknown>> {
    const { amount, depth } = making;
    const structure = schema.getName(false) ?? '';
    const required = requiredMembers(schema);
    const constraints = this.table.members[structure];
    const members = [...schema.structIterator()];
    const only = schema.isUnionSchema() ? (amount.random?.pick(members) ?? members[0])?.[0] : undefined;
    const result: Record<string, unknown> = {};
    for (const [name, member] of members) {
      const given =
        only === undefined
          ? required.includes(name) || (depth < DEEPEST && amount.optional(depth))
          : name === only;
      if (!given || without.includes(name)) continue;
      const filled = await making.fill(name, structure);
      const constraint = this.withEnum(this.constraint(constraints?.[name]), structure, name);
      const value = filled ?? (await this.value(member, constraint, making));
      if (value !== undefined) result[name] = value;
    }
    return result;
  }

  private async value(schema: NormalizedSchema, constraint: Constraint, making: Making): Promise<unknown> {
    const { random } = making.amount;
    const deeper = { ...making, depth: making.depth + 1 };
    if (schema.isStructSchema()) return this.struct(schema, deeper);
    if (schema.isListSchema()) return this.list(schema, constraint, deeper);
    if (schema.isMapSchema()) return this.map(schema, constraint, deeper);
    if (schema.isBooleanSchema()) return random ? random.chance(0.5) : true;
    if (schema.isTimestampSchema()) return new Date(Date.UTC(2030, 0, random?.int(1, 300) ?? 1));
    if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
      return numberFor(constraint, random);
    if (schema.isBlobSchema()) return new Uint8Array(Math.max(1, constraint.min ?? 1)).fill(97);
    if (schema.isDocumentSchema()) return { a: 1 };
    return this.texts.for(constraint, random);
  }

  private async list(schema: NormalizedSchema, constraint: Constraint, making: Making): Promise<unknown[]> {
    const member = schema.getValueSchema();
    const ofItems = this.constraint(constraint.items);
    const items: unknown[] = [];
    const count = making.amount.items(constraint.min ?? 0, constraint.max ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i += 1) items.push(await this.value(member, ofItems, making));
    return items;
  }

  private async map(
    schema: NormalizedSchema,
    constraint: Constraint,
    making: Making,
  ): Promise<Record<string, unknown>> {
    const result: Record<string, unknown> = {};
    const count = making.amount.items(constraint.min ?? 0, constraint.max ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i += 1) {
      const key = this.texts.for(this.constraint(constraint.keys), making.amount.random);
      result[key] = await this.value(schema.getValueSchema(), this.constraint(constraint.values), making);
    }
    return result;
  }

  /** The models give some enumerations to the SDK's types only. */
  private withEnum(constraint: Constraint, structure: string, member: string): Constraint {
    const values = this.enums.get(structure)?.get(member);
    return values && !constraint.enum ? { ...constraint, enum: [...values] } : constraint;
  }

  private constraint(position: number | undefined): Constraint {
    return (position === undefined ? undefined : this.table.constraints[position]) ?? {};
  }
}

interface Making {
  readonly amount: Amount;
  readonly fill: Fill;
  readonly depth: number;
}

function numberFor({ min, max }: Constraint, random: Random | undefined): number {
  const least = min ?? Math.min(1, max ?? 1);
  return random ? random.int(least, Math.min(max ?? least + 10, least + 1000)) : least;
}
