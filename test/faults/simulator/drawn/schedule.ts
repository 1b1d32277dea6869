import { KINDS } from '../kinds';
import type { Drawn, Kind } from '../kinds/kind';
import { BESIDE, GATES } from '../workflow';
import { Random } from './random';

/** What shall go wrong in a run. Plain data: a schedule that is printed can be run. */
export interface Schedule {
  readonly faults: readonly Drawn[];
}

/** How many faults a schedule has, by chance: a run costs the same with one. Where all heal, a build comes to many of them. */
const FAULTS = [1, 2, 2, 3, 3, 3];
const HEALING_FAULTS = [1, 4, 6, 8, 8, 10];
/** So many may strike at one state. */
const FEW = 3;
/** How many of all schedules have faults alone that retries heal; each of the others has one that they do not. */
const HEALING = 0.3;
/** Each kind at each of its states is as frequent as any other: so often, in shares of that, is a kind drawn beside what its states make. */
const SHARE_OF_ALL = 4;

/** How many of a hundred faults strike where the run comes only because of another, if there is such a place. */
const BROUGHT = 0.5;

const inShares = (kinds: readonly Kind[]) =>
  kinds.flatMap((kind) => Array.from({ length: kind.at.length + SHARE_OF_ALL }, () => kind));

/** Kinds, each as often as it is to be drawn. */
const DRAWN = {
  all: inShares(KINDS),
  healing: inShares(KINDS.filter(({ heals }) => heals)),
  others: inShares(KINDS.filter(({ heals }) => !heals)),
};

/** Draws the schedule of a run. The same seed draws the same. */
export function drawSchedule(seed: number): Schedule {
  const random = new Random(seed);
  const heals = random.next() < HEALING;
  const drawn = Array.from({ length: random.of(heals ? HEALING_FAULTS : FAULTS) }, (_, at) =>
    random.of(heals ? DRAWN.healing : at === 0 ? DRAWN.others : DRAWN.all),
  );
  // A build breaks in one way alone, and what stops its execution does so once.
  const kept = drawn.filter(
    ({ once }, at) => once === undefined || drawn.findIndex((one) => one.once === once) === at,
  );
  const faults: Drawn[] = [];
  for (const [at, kind] of kept.entries()) {
    // More than a few at one state are more than are tried again there.
    const taken = kept.length > FEW ? faults.map(({ state }) => state) : [];
    faults.push(drawFault(random, kind, kept.toSpliced(at, 1), taken));
  }
  return { faults };
}

/** @param taken states that are for others, as long as there are any beside them */
function drawFault(random: Random, kind: Kind, others: readonly Kind[], taken: readonly string[]): Drawn {
  const { position = 0, times = 1, delay = [1, 1] } = kind.range ?? {};
  const brought = others.flatMap(({ brings = [] }) => brings).filter((state) => mayStrike(kind, state));
  const states = brought.length > 0 && random.next() < BROUGHT ? brought : kind.at;
  const free = states.filter((state) => !taken.includes(state));
  return {
    kind: kind.name,
    state: random.of(free.length > 0 ? free : states),
    // Most functions make few calls: what lets many of them pass strikes none.
    position: random.between(0, random.between(0, position)),
    times: random.between(1, times),
    delay: random.between(...delay),
    choice: random.between(0, 999),
  };
}

/** Whether a kind may strike where a run comes only because of another: what strikes just before and after a gate, and calls of any function. */
export function mayStrike({ at }: Kind, state: string): boolean {
  const neighbours = GATES.includes(state) ? ['PublishImage', 'PublishTemplate'] : BESIDE;
  return neighbours.every((one) => at.includes(one));
}

export function kindOf(name: string) {
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`there is no kind of fault ${name}`);
  return kind;
}

/** Whether an event asks for the build, and no person. */
export function isUnattended({ faults }: Schedule): boolean {
  return faults.some(({ state }) => state === 'requestBuild');
}

/**
 * Whether retries heal all that struck, and all that is otherwise without striking: what did not come to strike can't have ended a build.
 *
 * @param strikes how often each fault struck
 */
export function healsItself(schedule: Schedule, strikes: readonly number[]): boolean {
  const kinds = schedule.faults
    .map(({ kind }, at) => ({ ...kindOf(kind), struck: (strikes[at] ?? 0) > 0 }))
    .filter(
      ({ struck, before, breaks, gates, otherwise }) => struck || before || breaks || gates || otherwise,
    );
  const waits = kinds.some(({ gates }) => gates);
  return kinds.every(
    ({ heals, ends }) => heals && !(ends === 'waiting' && waits) && !(ends && isUnattended(schedule)),
  );
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
