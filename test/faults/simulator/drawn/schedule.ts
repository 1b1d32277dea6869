import { KINDS } from '../kinds';
import type { Drawn } from '../kinds/kind';
import { Random } from './random';

/** What shall go wrong in a run. Plain data: a schedule that is printed can be run. */
export interface Schedule {
  readonly faults: readonly Drawn[];
}

/** How many faults a schedule has, by chance: a run costs the same with one. */
const FAULTS = [1, 2, 2, 3, 3, 3];
/** How many of a hundred schedules have faults alone that retries heal. */
const HEALING = 0.4;

/** Draws the schedule of a run. The same seed draws the same. */
export function drawSchedule(seed: number): Schedule {
  const random = new Random(seed);
  const heals = random.next() < HEALING;
  const kinds = KINDS.filter((kind) => !heals || kind.heals);
  const faults = Array.from({ length: random.of(FAULTS) }, (): Drawn => {
    const kind = random.of(kinds);
    const { position = 0, times = 1, delay = [1, 1] } = kind.range ?? {};
    return {
      kind: kind.name,
      state: random.of(kind.at),
      position: random.between(0, position),
      times: random.between(1, times),
      delay: random.between(...delay),
      choice: random.between(0, 999),
    };
  });
  // A build breaks in one way alone, and what stops its execution does so once.
  const isOther = ({ kind }: Drawn, at: number) => {
    const { once } = kindOf(kind);
    return once === undefined || faults.findIndex((one) => kindOf(one.kind).once === once) === at;
  };
  return { faults: faults.filter(isOther) };
}

export function kindOf(name: string) {
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`there is no kind of fault ${name}`);
  return kind;
}

/** Whether retries heal all of it. */
export function healsItself({ faults }: Schedule): boolean {
  return faults.every(({ kind }) => kindOf(kind).heals);
}

/** A schedule in one line. */
export function describeSchedule({ faults }: Schedule): string {
  if (faults.length === 0) return 'no fault';
  return faults
    .map(
      ({ kind, state, position, times, delay, choice }) =>
        `${kind} at ${state} (position ${position}, ${times} times, ${delay} s, choice ${choice})`,
    )
    .join(' + ');
}
