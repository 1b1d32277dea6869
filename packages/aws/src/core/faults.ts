import { z } from 'zod';
import { AwsError } from './aws-error';

/** What a fault does to the call that it strikes. */
export const FAULT_KINDS = [
  'refuse',
  'afterEffect',
  'late',
  'lost',
  'twice',
  'kill',
  'killAfterEffect',
  'lateFailure',
  'never',
] as const;

/** Something that shall go wrong: a call that is refused, lost or late, or something whose making fails. */
export interface Fault {
  /** Signing name of the service, e.g. `ec2`; `*` for each. */
  readonly service: string;
  /** The operation, e.g. `RunInstances`, `CreateImage`; `*` for each. */
  readonly operation: string;
  /**
   * `refuse`: the call is answered with `code`, `message` and `status` and has no effect.
   * `afterEffect`: the call has its effect, and is answered so all the same, as where a server dies in between.
   * `late`: the effect comes after `delay` seconds. With a `code` or a `status` the call is answered so at once; without, its answer comes
   * with the effect. What one service hands to another is taken for delivered meanwhile.
   * `lost`: the call has no effect and is never answered: the connection breaks off. What one service hands to another is taken for delivered.
   * `twice`: the call has its effect twice, and the first answer.
   * `kill`: the function that makes the call ends there, and the call has no effect. `killAfterEffect`: it has.
   * `lateFailure`: the call succeeds, and what it began fails later with `message` (an image, an instance launch).
   * `never`: the call succeeds, and what it began never comes to an end (an image).
   */
  readonly kind: (typeof FAULT_KINDS)[number];
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** AWS seconds of `late`. */
  readonly delay?: number;
  /** Who must call: a part of the ARN of the principal, such as the name of a function. */
  readonly caller?: string;
  /** What the input must have: by member, a part of its text. */
  readonly input?: Readonly<Record<string, string>>;
  /** How many calls that it could strike it lets pass first. */
  readonly skip: number;
  /** How many times it strikes. */
  readonly times: number;
  /** AWS seconds after which it strikes no more; for ever without. */
  readonly lasts?: number;
}

/** A fault as it is asked for: it is a refusal and strikes the next call, once, unless it says otherwise. */
export type FaultInput = Pick<Fault, 'service' | 'operation'> & Partial<Fault>;

/** Kinds that strike what a call began, and not the call itself. */
export type LateKind = 'lateFailure' | 'never';

/** A fault that struck. */
export interface Strike {
  /** AWS time, ISO 8601. */
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  /** ARN of the principal that called; not where what a call began was struck. */
  readonly caller?: string;
  readonly fault: Fault;
}

/** A call, as faults look at it. */
export interface StruckCall {
  readonly service: string;
  readonly operation: string;
  readonly caller: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const FaultSchema = z.strictObject({
  service: z.string(),
  operation: z.string(),
  kind: z.enum(FAULT_KINDS).default('refuse'),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  delay: z.number().positive().optional(),
  caller: z.string().optional(),
  input: z.record(z.string(), z.string()).optional(),
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).default(1),
  lasts: z.number().positive().optional(),
});

/** The newest strikes that are kept. */
const MOST_STRIKES = 10_000;

/** A fault that is none, or could never strike. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/**
 * A call that nobody answers. Whoever speaks HTTP finds his connection broken off; inside AWS it is an error as others are, but for
 * what one service hands to another, which is taken for delivered.
 */
export class NoAnswer extends AwsError {
  constructor(operation: string) {
    super('ServiceUnavailable', `${operation} was not answered`, 503);
    this.name = 'NoAnswer';
  }
}

/** Reads a fault as it is asked for. @throws FaultError that names what is wrong */
export function readFault(input: unknown): Fault {
  const parsed = FaultSchema.safeParse(input);
  if (!parsed.success) throw new FaultError(z.prettifyError(parsed.error));
  const fault = parsed.data;
  if ((fault.kind === 'late') !== (fault.delay !== undefined))
    throw new FaultError("delay: a fault of kind 'late' has one, in seconds, and no other has");
  return fault;
}

interface Pending {
  readonly fault: Fault;
  /** AWS milliseconds. */
  readonly until: number;
  skip: number;
  left: number;
}

/** The faults that are still to strike, oldest first. */
export class Faults {
  private pending: Pending[] = [];
  private struck: Strike[] = [];

  /** @param millis AWS's time */
  constructor(private readonly millis: () => number) {}

  add(input: FaultInput): void {
    const fault: Fault = { kind: 'refuse', skip: 0, times: 1, ...input };
    const until = fault.lasts === undefined ? Number.POSITIVE_INFINITY : this.millis() + fault.lasts * 1000;
    this.pending.push({ fault, until, skip: fault.skip, left: fault.times });
  }

  /** Adds a fault that strikes a call that is just being made, before all others. */
  addFor({ service, operation }: StruckCall, input: FaultInput): void {
    this.add({
      ...input,
      ...(isLate(input.kind ?? 'refuse') ? {} : { service, operation }),
      skip: 0,
      times: 1,
    });
    const added = this.pending.pop();
    if (added) this.pending.unshift(added);
  }

  clear(): void {
    this.pending = [];
  }

  list(): readonly Fault[] {
    this.forgetOld();
    return this.pending.map(({ fault, skip, left }) => ({ ...fault, skip, times: left }));
  }

  /** Those that struck, oldest first: the newest ten thousand. */
  strikes(): readonly Strike[] {
    return this.struck;
  }

  /** Takes the fault that is to strike a call, if there is one. */
  take(call: StruckCall): Fault | undefined {
    if (this.pending.length === 0) return undefined;
    return this.strike(
      (fault) => !isLate(fault.kind) && isMeant(fault, call),
      call.service,
      call.operation,
      call.caller,
    );
  }

  /** Takes the fault that is to strike what an operation began, if there is one. */
  takeLate(service: string, operation: string, kind: LateKind): Fault | undefined {
    return this.strike(
      (fault) => fault.kind === kind && fault.service === service && fault.operation === operation,
      service,
      operation,
    );
  }

  private strike(
    isMeant: (fault: Fault) => boolean,
    service: string,
    operation: string,
    caller?: string,
  ): Fault | undefined {
    this.forgetOld();
    const found = this.pending.find((one) => {
      if (!isMeant(one.fault)) return false;
      if (one.skip === 0) return true;
      one.skip -= 1;
      return false;
    });
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.pending = this.pending.filter((one) => one !== found);
    const { fault } = found;
    this.struck.push({
      time: new Date(this.millis()).toISOString(),
      service,
      operation,
      ...(caller !== undefined && { caller }),
      fault,
    });
    if (this.struck.length > MOST_STRIKES) this.struck = this.struck.slice(-MOST_STRIKES * 0.9);
    return fault;
  }

  private forgetOld(): void {
    const now = this.millis();
    if (this.pending.some(({ until }) => until <= now))
      this.pending = this.pending.filter(({ until }) => until > now);
  }
}

function isLate(kind: Fault['kind']): kind is LateKind {
  return kind === 'lateFailure' || kind === 'never';
}

function isMeant(fault: Fault, { service, operation, caller, input }: StruckCall): boolean {
  if (fault.service !== '*' && fault.service !== service) return false;
  if (fault.operation !== '*' && fault.operation !== operation) return false;
  if (fault.caller !== undefined && !caller.includes(fault.caller)) return false;
  return Object.entries(fault.input ?? {}).every(([member, part]) => textOf(input[member]).includes(part));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return JSON.stringify(value) ?? '';
}
