import type { Clock } from './clock';
import type { EventBus } from './event-bus';
import type { Faults } from './faults';
import type { Ledger } from './ledger';

/** What every service of a region stands on. */
export interface Context {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly bus: EventBus;
  readonly faults: Faults;
  /** The front door, as programs inside the embedded AWS reach it: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
}
