import type { Constraint, ConstraintService, ConstraintTable } from '../src/wire/constraint-table';
import { type Departure, departures, notNull, unanchored } from './departures';
import { faultOfPattern } from './pattern-trial';

/** A shape of botocore's models. */
interface Shape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

/** What is read of a `service-2.json`. */
export interface Model {
  readonly metadata: { readonly apiVersion: string };
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

type Kind = 'length' | 'range' | 'enum' | 'pattern';

const NUMBERS = ['integer', 'long', 'float', 'double'];

/** Makes the table of one service of its model. */
export class TableBuilder {
  /** What cannot be held against values, and why. */
  readonly skipped = new Set<string>();
  readonly used = new Set<Departure>();
  private readonly constraints: Constraint[] = [];
  private readonly positions = new Map<string, number>();

  constructor(
    private readonly service: ConstraintService,
    private readonly model: Model,
  ) {}

  build(source: ConstraintTable['model']): ConstraintTable {
    const inputs = this.inputShapes();
    const members: Record<string, Record<string, number>> = {};
    for (const name of this.reachableStructures(inputs)) {
      const found: Record<string, number> = {};
      for (const [member, { shape }] of Object.entries(this.shape(name).members ?? {})) {
        const dropped = this.dropped(`${name}.${member}`);
        const position = dropped ? undefined : this.position(shape, member, inputs.has(name));
        if (position !== undefined) found[member] = position;
      }
      if (Object.keys(found).length > 0) members[name] = found;
    }
    const { service, constraints } = this;
    return { service, apiVersion: this.model.metadata.apiVersion, model: source, constraints, members };
  }

  private inputShapes(): Set<string> {
    return new Set(Object.values(this.model.operations).flatMap(({ input }) => input?.shape ?? []));
  }

  private reachableStructures(inputs: ReadonlySet<string>): string[] {
    const seen = new Set<string>();
    const waiting = [...inputs];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const { members = {}, member, key, value } = this.shape(name);
      for (const target of [...Object.values(members), member, key, value])
        if (target) waiting.push(target.shape);
    }
    return [...seen].filter((name) => this.shape(name).type === 'structure').sort();
  }

  /** The constraint of a shape as a member of a structure has it, in the table. */
  private position(name: string, member: string, ofInput: boolean): number | undefined {
    const constraint = this.constraintOf(name, member, ofInput);
    if (!constraint || Object.keys(constraint).length === 0) return undefined;
    const key = JSON.stringify(constraint);
    const present = this.positions.get(key);
    if (present !== undefined) return present;
    this.positions.set(key, this.constraints.length);
    return this.constraints.push(constraint) - 1;
  }

  private constraintOf(name: string, member: string, ofInput: boolean): Constraint | undefined {
    const shape = this.shape(name);
    if (shape.type === 'structure' || this.dropped(name)) return undefined;
    const isNumber = NUMBERS.includes(shape.type);
    const keeps = (kind: Kind) =>
      !this.dropped(name, kind) && isEnforced(this.service, kind, { member, ofInput });
    const part = (of: { readonly shape: string } | undefined) =>
      of && this.withNotNull(name, this.position(of.shape, member, ofInput));
    const { min, max } = keeps(isNumber ? 'range' : 'length') ? shape : {};
    return dense({
      min,
      max,
      float: isNumber && shape.type !== 'integer' && shape.type !== 'long' && (min ?? max) !== undefined,
      pattern: shape.pattern !== undefined && keeps('pattern') ? this.usable(name, shape.pattern) : undefined,
      enum: shape.enum && keeps('enum') ? this.ordered(shape.enum) : undefined,
      items: part(shape.member),
      keys: shape.key && this.position(shape.key.shape, member, ofInput),
      values: part(shape.value),
    });
  }

  /** The same constraint with AWS's further words, for the lists that have them. */
  private withNotNull(list: string, position: number | undefined): number | undefined {
    const constraint = position === undefined ? undefined : this.constraints[position];
    if (!constraint || !notNull[this.service]?.includes(list)) return position;
    const key = JSON.stringify({ ...constraint, notNull: true });
    const present = this.positions.get(key);
    if (present !== undefined) return present;
    this.positions.set(key, this.constraints.length);
    return this.constraints.push({ ...constraint, notNull: true }) - 1;
  }

  private usable(name: string, pattern: string): string | undefined {
    const fault = faultOfPattern(pattern);
    if (fault) this.skipped.add(`the pattern of ${name} (${fault}): ${pattern}`);
    if (fault) return undefined;
    return unanchored.includes(this.service) ? pattern.replace(/^\^([^|]*)\$$/, '$1') : pattern;
  }

  /** EC2 lists values as its reference does, the others as a Java set of 32 buckets yields them. */
  private ordered(values: readonly string[]): readonly string[] {
    if (this.service === 'ec2') return values;
    // What comes later into a bucket stands first in it.
    return [...values].reverse().sort((a, b) => bucketOf(a) - bucketOf(b));
  }

  private dropped(name: string, kind?: Kind): boolean {
    const found = departures.find(
      ({ service, shapes, drop }) =>
        service === this.service &&
        shapes.includes(name) &&
        (kind === undefined ? drop === undefined : (drop?.includes(kind) ?? true)),
    );
    if (found) this.used.add(found);
    return found !== undefined;
  }

  private shape(name: string): Shape {
    const shape = this.model.shapes[name];
    if (!shape) throw new Error(`${this.service} has no shape ${name}`);
    return shape;
  }
}

/**
 * Whether a service holds inputs against this kind of constraint at all.
 *
 * - DynamoDB: its engine checks by itself, in its own words.
 * - EC2: enumerations, and the size of pages; lengths and patterns are its reference's only.
 * - S3: the enumerations in the XML of bodies; headers and query strings each have an error of their own.
 */
function isEnforced(
  service: ConstraintService,
  kind: Kind,
  { member, ofInput }: { readonly member: string; readonly ofInput: boolean },
): boolean {
  if (service === 'dynamodb') return false;
  if (service === 'ec2') return kind === 'enum' || (kind === 'range' && member === 'MaxResults');
  if (service === 's3') return kind === 'enum' && !ofInput;
  return true;
}

/**
 * Java's hash of a text, among 32 buckets. Of the 24 lists of values in messages that LocalStack recorded on AWS
 * this gives the order of all but three: two of Lambda's runtimes, one of KMS.
 */
function bucketOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash & 31;
}

/** Without what is undefined or false. */
function dense(constraint: { [K in keyof Constraint]: Constraint[K] | false }): Constraint {
  return Object.fromEntries(
    Object.entries(constraint).filter(([, value]) => value !== undefined && value !== false),
  );
}
