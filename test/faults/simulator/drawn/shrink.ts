import type { Drawn } from '../kinds/kind';
import type { Schedule } from './schedule';

/**
 * Finds the smallest schedule that breaks the same invariant: leaves out faults, and takes the numbers of the others down.
 *
 * @param isBroken runs a schedule
 * @param most runs at most
 */
export async function shrink(
  schedule: Schedule,
  isBroken: (smaller: Schedule) => Promise<boolean>,
  most = 24,
): Promise<Schedule> {
  let smallest = schedule;
  let runs = 0;
  for (let isDone = false; !isDone && runs < most; ) {
    isDone = true;
    for (const smaller of smallerThan(smallest)) {
      if (runs >= most) break;
      runs += 1;
      if (!(await isBroken(smaller))) continue;
      smallest = smaller;
      isDone = false;
      break;
    }
  }
  return smallest;
}

/** Schedules that are smaller by one thing, those that are so by most first. */
function smallerThan({ faults }: Schedule): Schedule[] {
  const fewer = faults.length > 1 ? faults.map((_, at) => faults.filter((_, other) => other !== at)) : [];
  const simpler = faults.flatMap((fault, at) =>
    simplerThan(fault).map((one) => faults.map((other, place) => (place === at ? one : other))),
  );
  return [...fewer, ...simpler].map((faults) => ({ faults }));
}

function simplerThan(fault: Drawn): Drawn[] {
  const down = (name: 'position' | 'times' | 'delay', least: number): Drawn[] => {
    const value = fault[name];
    const half = Math.max(least, Math.floor(value / 2));
    return [...new Set([least, half])].filter((one) => one < value).map((one) => ({ ...fault, [name]: one }));
  };
  return [...down('times', 1), ...down('position', 0), ...down('delay', 1)];
}
