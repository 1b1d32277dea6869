import { drawSchedule, type Schedule } from '../drawn/schedule';
import { LATER_DEPLOYMENT } from '../kinds/deployments';
import { OTHER_DEPLOYMENT } from '../kinds/people';
import type { Sabotage } from './sabotages';

/** Within so many runs each sabotage is to be found: those of the seeds from 1 on. */
const MOST_RUNS = 500;

let known: readonly (Schedule & { readonly seed: number })[] | undefined;

/** The seeds, of all that may be needed, whose schedules have what brings a sabotage to light; those with the fewest faults beside it first. */
export function findSeeds({ kinds, states }: Pick<Sabotage, 'kinds' | 'states'>): number[] {
  known ??= Array.from({ length: MOST_RUNS }, (_, at) => ({ seed: at + 1, ...drawSchedule(at + 1) }));
  return (
    known
      .filter(({ faults }) =>
        faults.some(
          (one) => kinds === undefined || (kinds.includes(one.kind) && (states?.includes(one.state) ?? true)),
        ),
      )
      // What is broken is packaged once, for one deployment.
      .filter(
        ({ faults }) => !faults.some(({ kind }) => kind === OTHER_DEPLOYMENT || kind === LATER_DEPLOYMENT),
      )
      .sort((a, b) => a.faults.length - b.faults.length)
      .map(({ seed }) => seed)
  );
}
