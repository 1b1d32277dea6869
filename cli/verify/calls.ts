import type { Logger } from '@smithy/types';

/** Calls by client and operation. */
export type Calls = Readonly<Record<string, number>>;

/** What the SDK tells its logger of a command. */
interface Told {
  readonly clientName?: string;
  readonly commandName?: string;
  readonly metadata?: { readonly attempts?: number };
}

/** Counts the calls of all clients whose `logger` it is: the SDK tells that of each command, with the attempts that it took. */
export class CallCounter {
  private readonly counts: Record<string, number> = {};
  readonly logger: Logger = {
    debug: () => {},
    warn: () => {},
    info: (told: Told) => this.count(told),
    error: (told: Told) => this.count(told),
  };

  /** How often each service was called. */
  byService(): Calls {
    return { ...this.counts };
  }

  private count({ clientName, commandName, metadata }: Told): void {
    if (!clientName || !commandName) return;
    const service = clientName.replace(/Client$/, '');
    this.counts[service] = (this.counts[service] ?? 0) + (metadata?.attempts ?? 1);
  }
}
