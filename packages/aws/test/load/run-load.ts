import type { Aws } from '../../src/aws';
import { newClients } from './clients';
import { scenarios } from './scenarios';
import type { Shared } from './shared';
import type { Tally } from './tally';

export interface LoadOptions {
  readonly settings: Aws['client'];
  readonly shared: Shared;
  /** How many clients are at work at the same time. */
  readonly clients: number;
  /** Real seconds. */
  readonly seconds: number;
  readonly tally: Tally;
  /** Told of each turn that did not get to its end, and of what was not cleaned up. */
  readonly onTrouble: (scenario: string, error: unknown) => void;
}

/** Has so many clients make, look at and delete things for so long, each by connections of its own, which are closed in the end. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const until = performance.now() + options.seconds * 1000;
  const run = Date.now().toString(36);
  await Promise.all(
    Array.from({ length: options.clients }, async (_, index) => {
      const { clients, close } = newClients(options.settings, options.tally);
      // Each begins with another scenario, so that all are under way at any time.
      const first = Math.floor((index * scenarios.length) / options.clients);
      for (let turn = 0; performance.now() < until; turn += 1) {
        const [scenario, act] = scenarios[(first + turn) % scenarios.length] ?? [];
        if (!scenario || !act) break;
        const cleaning: (() => Promise<unknown>)[] = [];
        const later = (clean: () => Promise<unknown>) => cleaning.unshift(clean);
        const trouble = (error: unknown) => options.onTrouble(scenario, error);
        const name = `load-${run}-${index}-${turn}`;
        await act({ clients, shared: options.shared, name, later }).catch(trouble);
        for (const clean of cleaning) await clean().catch(trouble);
      }
      close();
    }),
  );
}
