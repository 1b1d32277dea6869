import pLimit from 'p-limit';
import type { Outcome, Said, Wait } from './wait';

/**
 * What was seen of resources that are waited for: how those ended that are done, what AWS says of the others, and which could not be
 * looked at.
 */
export interface Seen {
  readonly outcomes: Map<Wait, Outcome>;
  readonly said: Map<Wait, string>;
  readonly problems: readonly unknown[];
}

/** So many resources are looked at side by side, where AWS describes one a call. */
const AT_ONCE = 10;

/** Looks at each resource by itself, so that one that is gone or refused holds up no other. */
export async function lookAtEach(
  waits: readonly Wait[],
  look: (wait: Wait) => Promise<Outcome | Said>,
): Promise<Seen> {
  const limit = pLimit(AT_ONCE);
  const outcomes = new Map<Wait, Outcome>();
  const said = new Map<Wait, string>();
  const problems: unknown[] = [];
  const looks = waits.map((wait) =>
    limit(async () => {
      try {
        const outcome = await look(wait);
        if ('says' in outcome) said.set(wait, outcome.says);
        else outcomes.set(wait, outcome);
      } catch (error) {
        problems.push(error);
      }
    }),
  );
  await Promise.all(looks);
  return { outcomes, said, problems };
}
