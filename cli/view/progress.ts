import { type Build, type Fleet, type Gate, gateOf, isOver, type Stage } from '../remote/answers';
import { errorLines, heldServerLines, packagesOf } from './build';
import { groupLines } from './group';
import { callerOf, lastedOf } from './lists';
import { describeTimeout, markOf } from './marks';
import { describePhase, phasesOf } from './phases';
import { clean, cut, fold, wrap } from './text';
import { dayAndTime, duration, secondsBetween } from './time';
import type { Usual } from './usual';

/** What is known of a build that is watched. */
export interface Watched {
  readonly build: Build;
  readonly usual: Usual;
  /** The groups of its pipeline, while it rolls out. */
  readonly fleet?: Fleet;
  /** The last lines that its script has written, while it bakes. */
  readonly script?: readonly string[];
  /** Why the newest look at it failed. */
  readonly trouble?: string;
}

export interface Room {
  /** How wide a line may be. */
  readonly columns: number;
  /** How many lines there may be. */
  readonly rows: number;
}

/**
 * A build as a person watches it: where it is, what it waits for, what AWS says of that, and what comes next.
 *
 * @param next the last line: what one would type next
 */
export function drawBuild(watched: Watched, now: Date, { columns, rows }: Room, next: string): string[] {
  const { build, fleet, trouble } = watched;
  const over = isOver(build);
  const top = [
    cut(headOf(watched, now), columns),
    ...subjectLines(build, columns),
    ...fold(
      phasesOf(build, over).map((phase) => describePhase(phase, now)),
      columns,
      '  ',
    ),
  ];
  const middle = over
    ? []
    : build.status === 'QUEUED'
      ? ['○ waits for its turn: another build of the pipeline runs']
      : build.stages
          .filter(({ outcome }) => outcome === 'running')
          .flatMap((stage) => runningLines(stage, watched, now, columns));
  const groups = build.rollouts.flatMap((rollout) => {
    const group = fleet?.groups.find((one) => one.autoScalingGroup === rollout.autoScalingGroup);
    return group ? groupLines(group, rollout, build.imageId, now, columns) : [];
  });
  const bottom = [
    ...errorLines(build, columns),
    ...heldServerLines(build, now, columns),
    ...(build.left ?? []).flatMap((text) => wrap(`⚠ ${text}`, columns)),
    ...(trouble ? [cut(`⚠ ${trouble}`, columns)] : []),
    ...fold(next.split(' · '), columns, ' · '),
  ];
  // Lines of servers go first where the screen is low, and then what is said of each stage.
  const room = Math.max(0, rows - 1 - top.length - bottom.length - 1);
  const also = [...(watched.script ?? []).map((line) => cut(`  │ ${clean(line)}`, columns)), ...groups];
  const shown = [...middle, ...also.slice(0, Math.max(0, room - middle.length))].slice(0, room);
  return [...top, ...(shown.length > 0 ? ['', ...shown] : []), ...bottom];
}

function headOf({ build, usual }: Watched, now: Date): string {
  const took = isOver(build) ? `in ${lastedOf(build, now)}` : lastedOf(build, now);
  const usually = usual.seconds === undefined ? '' : `, usually ${duration(usual.seconds)}`;
  return `${build.id} · ${markOf(build.status)} ${build.status} · ${took}${usually}`;
}

function subjectLines(build: Build, columns: number): string[] {
  const { trigger, reason, imageId, packageChanges, resolved = {} } = build;
  const who = `${trigger.kind}${trigger.by ? ` by ${callerOf(trigger.by)}` : ''}${reason ? `: "${reason}"` : ''}`;
  const changes = Object.entries(resolved).flatMap(([name, { value, before }]) =>
    before !== undefined && before !== value ? [`${name} ${before} → ${value}`] : [],
  );
  const packages = packagesOf(packageChanges);
  const parts = [...changes, ...(imageId ? [imageId] : []), ...(packages ? [`packages ${packages}`] : [])];
  return [cut(who, columns), ...fold(parts, columns, ' · ')];
}

function runningLines(stage: Stage, { build, usual }: Watched, now: Date, columns: number): string[] {
  const where = stage.autoScalingGroup ?? stage.region;
  const seconds = secondsBetween(stage.startedAt, now);
  const usually = usual.stageSeconds[stage.stage];
  const gate = gateOf(build, stage);
  return [
    cut(
      `◐ ${stage.stage}${where ? ` ${where}` : ''}  ${duration(seconds)}${usually === undefined ? '' : `, usually ${duration(usually)}`}`,
      columns,
    ),
    ...(stage.waitsFor
      ? [cut(`  waits for ${gate ? stage.waitsFor.split(':')[0] : stage.waitsFor}`, columns)]
      : []),
    ...(stage.says && stage.says !== stage.waitsFor
      ? wrap(`AWS says: ${stage.says}`, columns, '  ').slice(0, 3)
      : []),
    ...(gate ? gateLines(gate, now).map((text) => cut(`  ${text}`, columns)) : []),
  ];
}

/** When a wait ends by itself, and what comes then. */
function gateLines({ opensAt, expiresAt, onTimeout, approvers }: Gate, now: Date): string[] {
  const until = (time: string) => `${dayAndTime(time)} UTC, in ${duration(secondsBetween(now, time))}`;
  return [
    ...(opensAt ? [`the window opens at ${until(opensAt)}`] : []),
    ...(approvers === 'other' ? ['another person than who asked for it must approve it'] : []),
    `ends by itself at ${until(expiresAt)}: then it ${describeTimeout(onTimeout)}`,
  ];
}
