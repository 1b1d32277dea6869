import type { Build } from '../remote/answers';
import { groupBy } from './group-by';
import { counted } from './text';
import { duration, median, secondsBetween } from './time';

/** How long a build usually takes, by those before it that succeeded. */
export interface Usual {
  /** How many those are. */
  readonly builds: number;
  readonly seconds?: number;
  /** By the name of the stage. */
  readonly stageSeconds: Readonly<Record<string, number>>;
}

/**
 * The middle of what earlier builds took.
 *
 * @param history builds of the pipeline, whatever became of them
 * @param build one that is not compared with itself, and is compared with its like: with those that rolled out if it does
 */
export function usualOf(history: readonly Build[], build: Pick<Build, 'id' | 'rollout'>): Usual {
  const good = history.filter(
    (one) =>
      one.id !== build.id &&
      one.status === 'SUCCEEDED' &&
      !one.reused &&
      (one.rollout === false) === (build.rollout === false),
  );
  const whole = good.flatMap(({ startedAt, endedAt }) =>
    startedAt && endedAt ? [secondsBetween(startedAt, endedAt)] : [],
  );
  const stages = groupBy(
    good.flatMap((one) => one.stages),
    ({ stage }) => stage,
  );
  const stageSeconds = [...stages].flatMap(([name, all]) => {
    const middle = median(
      all.flatMap(({ startedAt, endedAt }) => (endedAt ? [secondsBetween(startedAt, endedAt)] : [])),
    );
    return middle === undefined ? [] : [[name, middle] as const];
  });
  return { builds: good.length, seconds: median(whole), stageSeconds: Object.fromEntries(stageSeconds) };
}

/** A line among events, which begin with a time. */
export function describeUsual({ builds, seconds = 0 }: Usual): string {
  return `          usually ${duration(seconds)}, by ${counted(builds, 'build')} before`;
}
