import type { Build, Stage } from '../remote/answers';
import { groupBy } from './group-by';
import { markOf } from './marks';
import { duration, secondsBetween } from './time';

/** The stages of a build in what people call them. A stage that is new to this command stands under its own name. */
const PHASES: readonly (readonly [phase: string, stages: readonly string[]])[] = [
  ['Plan', ['Plan']],
  [
    'Bake',
    ['LaunchInstance', 'AwaitHealthySite', 'LookAtBase', 'PrepareImage', 'CheckPreparation', 'AwaitUserData'],
  ],
  ['Image', ['CreateImage', 'AwaitImage', 'TerminateBase']],
  [
    'Test',
    [
      'TestImage',
      'AwaitHealthyTest',
      'RunTests',
      'CheckTests',
      'ScanImage',
      'CheckScan',
      'LookAtTest',
      'TerminateTest',
    ],
  ],
  ['Publish', ['PublishImage', 'AwaitCopies', 'AwaitCopy']],
  ['Approval', ['AwaitApproval']],
  ['Window', ['AwaitWindow']],
  [
    'RollOut',
    [
      'PublishTemplate',
      'StartRefresh',
      'AwaitRefresh',
      'ScaleOut',
      'AwaitFleet',
      'AskServers',
      'VerifyFleet',
      'RollOut',
    ],
  ],
  ['Finish', ['Finish']],
];

/** Those that a build does not need to go through. */
const OPTIONAL = new Set(['Test', 'Approval', 'Window']);

/** Where a build is in one of its phases, from the first start of its stages to the last end. */
export interface Phase {
  readonly name: string;
  /** `waiting` has not begun; `stopped` ended for another reason. */
  readonly outcome: Stage['outcome'] | 'waiting';
  readonly startedAt?: string;
  /** Missing while it runs. */
  readonly endedAt?: string;
}

export function phaseOf(stage: string): string {
  return PHASES.find(([, stages]) => stages.includes(stage))?.[0] ?? stage;
}

/**
 * The phases of a build in the order in which it goes through them.
 *
 * @param isOver whether what has not begun never will
 */
export function phasesOf(build: Build, isOver: boolean): Phase[] {
  const groups = groupBy(build.stages, ({ stage }) => phaseOf(stage));
  const names = PHASES.map(([name]) => name);
  // Where a stage that is unknown here belongs is told by when it began.
  for (const name of groups.keys())
    if (!names.includes(name)) names.splice(placeOf(name, names, groups), 0, name);
  const furthest = names.findLastIndex((name) => groups.has(name));
  return names.flatMap((name, at) => {
    const stages = groups.get(name);
    if (stages) return [summarize(name, stages)];
    // What was passed over, as a rollback passes over the bake, does not come any more.
    const isLeftOut = isOver || at < furthest || OPTIONAL.has(name);
    const isUnwanted = name === 'RollOut' && build.rollout === false;
    return isLeftOut || isUnwanted ? [] : [{ name, outcome: 'waiting' as const }];
  });
}

function placeOf(
  name: string,
  names: readonly string[],
  groups: ReadonlyMap<string, readonly Stage[]>,
): number {
  const begun = groups.get(name)?.[0]?.startedAt ?? '';
  const later = names.findIndex((other) => (groups.get(other)?.[0]?.startedAt ?? '') > begun);
  return later >= 0 ? later : names.findLastIndex((other) => groups.has(other)) + 1;
}

function summarize(name: string, stages: readonly Stage[]): Phase {
  const startedAt = stages.map((stage) => stage.startedAt).sort()[0] ?? '';
  const outcomes = stages.map(({ outcome }) => outcome);
  const outcome =
    (['failed', 'running', 'stopped'] as const).find((one) => outcomes.includes(one)) ?? 'succeeded';
  const ends = stages.flatMap(({ endedAt }) => endedAt ?? []).sort();
  return {
    name,
    outcome,
    startedAt,
    ...(outcome !== 'running' && ends.length > 0 && { endedAt: ends.at(-1) }),
  };
}

/** `✔ Bake 1m58s`, `◐ RollOut 2m04s`, `○ Finish`. */
export function describePhase({ name, outcome, startedAt, endedAt }: Phase, now: Date): string {
  const took = startedAt ? ` ${duration(secondsBetween(startedAt, endedAt ?? now))}` : '';
  return `${outcome === 'waiting' ? '○' : markOf(outcome)} ${name}${took}`;
}
