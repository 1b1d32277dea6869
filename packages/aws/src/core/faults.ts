/** Something that shall go wrong: an API call that is refused, or a resource whose making fails. */
export interface Fault {
  /** Signing name of the service, e.g. `ec2`. */
  readonly service: string;
  /** The operation, e.g. `RunInstances`, `CreateImage`. */
  readonly operation: string;
  /**
   * `error`: the call is answered with `code`, `message` and `status` and has no effect.
   * `lateFailure`: the call succeeds, and what it began fails later with `message` (an image, an instance launch).
   */
  readonly kind: 'error' | 'lateFailure';
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  /** How many times it strikes. */
  readonly times: number;
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
