import { drawSchedule } from '../drawn/schedule';
import { OTHER_DEPLOYMENT } from '../kinds/people';
import type { Sabotage } from './sabotages';

/** Within so many runs each sabotage is to be found. */
const MOST_RUNS = 500;

/** The seeds among them whose schedules have what brings a sabotage to light; those with the fewest faults beside it first. */
export function findSeeds({ kinds, states }: Pick<Sabotage, 'kinds' | 'states'>): number[] {
  const drawn = Array.from({ length: MOST_RUNS }, (_, at) => ({ seed: at + 1, ...drawSchedule(at + 1) }));
  return (
    drawn
      .filter(({ faults }) =>
        faults.some(
          (one) => kinds === undefined || (kinds.includes(one.kind) && (states?.includes(one.state) ?? true)),
        ),
      )
      // What is broken is packaged once, for one deployment.
      .filter(({ faults }) => !faults.some(({ kind }) => kind === OTHER_DEPLOYMENT))
      .sort((a, b) => a.faults.length - b.faults.length)
      .map(({ seed }) => seed)
  );
}
