import { z } from 'zod';

/** Something that shall go wrong: an API call that is refused, or a resource whose making fails. */
export interface Fault {
  /** Signing name of the service, e.g. `ec2`. */
  readonly service: string;
  /** The operation, e.g. `RunInstances`, `CreateImage`. */
  readonly operation: string;
  /**
   * `error`: the call is answered with `code`, `message` and `status` and has no effect.
   * `lostAnswer`: the call has its effect, and is answered so all the same, as where a server dies in between.
   * `lateFailure`: the call succeeds, and what it began fails later with `message` (an image, an instance launch).
   */
  readonly kind: 'error' | 'lostAnswer' | 'lateFailure';
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** How many times it strikes. */
  readonly times: number;
}

const FaultSchema = z.strictObject({
  service: z.string(),
  operation: z.string(),
  kind: z.enum(['error', 'lostAnswer', 'lateFailure']).default('error'),
  code: z.string().optional(),
  message: z.string().optional(),
  status: z.number().int().min(400).max(599).optional(),
  times: z.number().int().min(1).default(1),
});

/** A fault that is none, or could never strike. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** Reads a fault as it is asked for. @throws FaultError that names what is wrong */
export function readFault(input: unknown): Fault {
  const parsed = FaultSchema.safeParse(input);
  if (!parsed.success) throw new FaultError(z.prettifyError(parsed.error));
  return parsed.data;
}

/** The faults that are still to strike, oldest first. */
export class Faults {
  private pending: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.pending.push({ fault, left: fault.times });
  }

  clear(): void {
    this.pending = [];
  }

  list(): readonly Fault[] {
    return this.pending.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** Takes the next fault of this kind for the operation, if there is one. */
  take(service: string, operation: string, kind: Fault['kind']): Fault | undefined {
    const found = this.pending.find(
      ({ fault }) => fault.service === service && fault.operation === operation && fault.kind === kind,
    );
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.pending = this.pending.filter((one) => one !== found);
    return found.fault;
  }
}
