import { drawSchedule, type Schedule } from '../drawn/schedule';
import { OTHER_DEPLOYMENT } from '../kinds/people';
import type { Sabotage } from './sabotages';

/** So many seeds are looked through, and within so many runs of those that meet a sabotage it is to be found. */
const MOST_SEEDS = 5000;
const MOST_RUNS = 500;

let known: readonly (Schedule & { readonly seed: number })[] | undefined;

/** The first seeds whose schedules have what brings a sabotage to light; those with the fewest faults beside it first. */
export function findSeeds({ kinds, states }: Pick<Sabotage, 'kinds' | 'states'>): number[] {
  known ??= Array.from({ length: MOST_SEEDS }, (_, at) => ({ seed: at + 1, ...drawSchedule(at + 1) }));
  return (
    known
      .filter(({ faults }) =>
        faults.some(
          (one) => kinds === undefined || (kinds.includes(one.kind) && (states?.includes(one.state) ?? true)),
        ),
      )
      // What is broken is packaged once, for one deployment.
      .filter(({ faults }) => !faults.some(({ kind }) => kind === OTHER_DEPLOYMENT))
      .slice(0, MOST_RUNS)
      .sort((a, b) => a.faults.length - b.faults.length)
      .map(({ seed }) => seed)
  );
}
