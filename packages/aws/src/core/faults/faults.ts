import { AwsError } from '../aws-error';

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
   * with the effect. What one service hands to another is taken for delivered meanwhile. Clearing the faults does not stop it.
   * `lost`: the call has no effect and is never answered: the connection breaks off. What one service hands to another is taken for delivered.
   * `twice`: the call has its effect twice, and the first answer.
   * `kill`: the function that makes the call ends there, and the call has no effect. `killAfterEffect`: it has. A call that no function
   * makes by its own credentials is never answered.
   * `lateFailure`: the call succeeds, and what it began fails later with `message` (an image, an instance launch).
   * `never`: the call succeeds, and what it began never comes to an end (an image).
   */
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Of `refuse`, `afterEffect` and `late`: `InternalError` unless given. */
  readonly code?: string;
  /** Of those, and of `lateFailure`; of others it is a note, which stands with what struck. */
  readonly message?: string;
  /** Of the HTTP answer, 400 to 599: by default 500, of `refuse` 400. For 400 stands what the service's API says of the code, if it does. */
  readonly status?: number;
  /** AWS seconds of `late`: a year at most. */
  readonly delay?: number;
  /** The region that is called; each without. */
  readonly region?: string;
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
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  /** ARN of the principal that called; not where what a call began was struck. */
  readonly caller?: string;
  readonly fault: Fault;
}

/** A call, as faults look at it. */
export interface StruckCall {
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly caller: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The newest strikes that are kept. */
const MOST_STRIKES = 10_000;

/**
 * A call that nobody answers. Whoever speaks HTTP finds his connection broken off; inside AWS it is an error as others are, but for
 * what one service hands to another, which is taken for delivered.
 */
export class NoAnswer extends AwsError {
  constructor(operation: string) {
    super('ServiceUnavailable', `${operation} was not answered`, 503);
    this.name = 'NoAnswer';
  }

  /** What the caller of a service hears for whose own call to another there was no answer. */
  asRefusal(): AwsError {
    return new AwsError(this.code, this.message, this.status);
  }
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
    const { region, service, operation, caller } = call;
    return this.strike((fault) => !isLate(fault.kind) && isMeant(fault, call), {
      region,
      ...{ service, operation, caller },
    });
  }

  /** Takes the fault that is to strike what an operation began in a region, if there is one. */
  takeLate(region: string, service: string, operation: string, kind: LateKind): Fault | undefined {
    return this.strike(
      (fault) =>
        fault.kind === kind &&
        fault.service === service &&
        fault.operation === operation &&
        (fault.region ?? region) === region,
      { region, service, operation },
    );
  }

  private strike(
    isMeant: (fault: Fault) => boolean,
    struck: Omit<Strike, 'time' | 'fault'>,
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
    this.struck.push({ time: new Date(this.millis()).toISOString(), ...struck, fault });
    if (this.struck.length > MOST_STRIKES) this.struck = this.struck.slice(-MOST_STRIKES * 0.9);
    return fault;
  }

  private forgetOld(): void {
    const now = this.millis();
    if (this.pending.some(({ until }) => until <= now))
      this.pending = this.pending.filter(({ until }) => until > now);
  }
}

/** Whether a kind strikes what a call began, and not the call itself. */
export function isLate(kind: Fault['kind']): kind is LateKind {
  return kind === 'lateFailure' || kind === 'never';
}

function isMeant(fault: Fault, { region, service, operation, caller, input }: StruckCall): boolean {
  if (fault.region !== undefined && fault.region !== region) return false;
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
