import type { Clients } from '../clients';
import type { Shared } from '../shared';

/** What a scenario works with. */
export interface Turn {
  readonly clients: Clients;
  readonly shared: Shared;
  /** A name that no other turn has. */
  readonly name: string;
  /** Takes note of what is to be cleaned up, the last first, however the scenario ends. */
  later(clean: () => Promise<unknown>): void;
}

/** Something that a client does: it makes things, looks at them, and leaves nothing behind. */
export type Scenario = (turn: Turn) => Promise<void>;

/** Real milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
