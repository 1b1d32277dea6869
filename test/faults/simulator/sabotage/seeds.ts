import { drawSchedule, type Schedule } from '../drawn/schedule';
import { LATER_DEPLOYMENT } from '../kinds/deployments';
import { OTHER_DEPLOYMENT } from '../kinds/people';
import type { Sabotage } from './sabotages';

/** Within so many runs each sabotage is to be found: those of the seeds from 1 on. */
const MOST_RUNS = 500;

let known: readonly Candidate[] | undefined;

/** A run that may bring a sabotage to light. */
export interface Candidate extends Schedule {
  readonly seed: number;
  /** That it needs other deployments of the service, which take time to package. */
  readonly needsOthers: boolean;
}

/** The runs, of all that may be needed, whose schedules have what brings a sabotage to light; those of one deployment and with the fewest faults first. */
export function findRuns({ kinds, states }: Pick<Sabotage, 'kinds' | 'states'>): Candidate[] {
  known ??= Array.from({ length: MOST_RUNS }, (_, at) => candidateOf(at + 1));
  return known
    .filter(({ faults }) =>
      faults.some(
        (one) => kinds === undefined || (kinds.includes(one.kind) && (states?.includes(one.state) ?? true)),
      ),
    )
    .sort((a, b) => Number(a.needsOthers) - Number(b.needsOthers) || a.faults.length - b.faults.length);
}

function candidateOf(seed: number): Candidate {
  const { faults } = drawSchedule(seed);
  const others: readonly string[] = [OTHER_DEPLOYMENT, LATER_DEPLOYMENT];
  return { seed, faults, needsOthers: faults.some(({ kind }) => others.includes(kind)) };
}
