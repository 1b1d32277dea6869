/** How one call went, as its client saw it. */
export interface Outcome {
  readonly service: string;
  /** Of HTTP; 0 where there was no answer at all. */
  readonly status: number;
  /** Name of the error. */
  readonly error?: string;
  readonly milliseconds: number;
}

/** What the calls to one service came to. */
export interface ServiceTally {
  readonly service: string;
  readonly calls: number;
  /** How often each error came: `400 ValidationException`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Milliseconds from request to answer. */
  readonly p50: number;
  readonly p99: number;
}

/** AWS's words for "too many calls": no error of the server, even where its status is 503. */
const THROTTLES = /Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|ProvisionedThroughputExceeded/;

/** Counts calls by service. */
export class Tally {
  private readonly outcomes: Outcome[] = [];

  note(outcome: Outcome): void {
    this.outcomes.push(outcome);
  }

  get calls(): number {
    return this.outcomes.length;
  }

  /** Answers that say that the server failed, and calls that got none. */
  get failures(): readonly Outcome[] {
    return this.outcomes.filter(
      ({ status, error = '' }) => !THROTTLES.test(error) && (status >= 500 || status === 0),
    );
  }

  /** Calls that were refused, but for throttles. */
  get refusals(): readonly Outcome[] {
    return this.outcomes.filter(
      ({ status, error = '' }) => !THROTTLES.test(error) && status >= 400 && status < 500,
    );
  }

  /** By service, in the order of their names. */
  byService(): ServiceTally[] {
    const services = [...new Set(this.outcomes.map(({ service }) => service))].sort();
    return services.map((service) => {
      const own = this.outcomes.filter((outcome) => outcome.service === service);
      const times = own.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
      const errors: Record<string, number> = {};
      for (const { status, error } of own) {
        if (status >= 200 && status < 400) continue;
        const key = `${status} ${error}`;
        errors[key] = (errors[key] ?? 0) + 1;
      }
      return { service, calls: own.length, errors, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    });
  }
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
