import type { Build, Pipeline } from '../remote/answers';
import { isOver } from '../remote/answers';
import { markOf } from './marks';
import { age, duration, secondsBetween } from './time';

/** A line with a whole id has no room for reasons in fewer columns. */
const ROOM_FOR_IDS = 110;

/** Builds as rows of a table, with a head. */
export function buildRows(builds: readonly Build[], now: Date, columns: number): string[][] {
  const rows = builds.map((build) => [
    columns < ROOM_FOR_IDS ? shortId(build.id) : build.id,
    `${markOf(build.status)} ${build.status}`,
    age(build.requestedAt, now),
    lastedOf(build, now),
    build.imageId ? `${build.imageId}${build.imageGone ? ' (gone)' : ''}` : '-',
    whyOf(build),
  ]);
  return [['BUILD', 'STATUS', 'AGE', 'TOOK', 'IMAGE', 'WHY'], ...rows];
}

/** How long a build has taken, or takes by now. */
export function lastedOf({ startedAt, requestedAt, endedAt }: Build, now: Date): string {
  return duration(secondsBetween(startedAt ?? requestedAt, endedAt ?? now));
}

function whyOf(build: Build): string {
  if (build.error) return `${build.error.name}${build.error.stage ? ` in ${build.error.stage}` : ''}`;
  const { kind, by } = build.trigger;
  const words = [
    build.rollback && 'rollback',
    build.reused && 'image reused',
    build.reason && `"${build.reason}"`,
  ];
  const said = words.filter(Boolean).join(', ');
  return said || `${kind}${by && isOver(build) ? '' : by ? ` by ${callerOf(by)}` : ''}`;
}

/** Of an ARN what tells people apart: the user, or the role with its session. */
export function callerOf(by: string): string {
  return /^arn:[^:]*:(?:iam|sts):/.test(by)
    ? by
        .split(':')
        .slice(5)
        .join(':')
        .replace(/^(user|assumed-role)\//, '')
    : by;
}

/** Pipelines as rows of a table, with a head. */
export function pipelineRows(pipelines: readonly Pipeline[], now: Date): string[][] {
  const rows = pipelines.map((pipeline) => {
    const { name, serving, running, waiting, queued, last, hold, schedule } = pipeline;
    const current = running
      ? `◐ ${running.stage ?? running.status} ${shortId(running.id)}`
      : last
        ? `${markOf(last.status)} ${last.status}${last.endedAt ? ` ${age(last.endedAt, now)} ago` : ''}`
        : '-';
    const next = [
      ...(hold
        ? [`‖ HELD${hold.by ? ` by ${callerOf(hold.by)}` : ''}${hold.reason ? `: "${hold.reason}"` : ''}`]
        : []),
      ...(waiting ? [`${waiting.stage ?? 'waits'} ${shortId(waiting.id)}`] : []),
      ...(queued.length > 0 ? [`${queued.length} queued`] : []),
      ...(schedule && !hold
        ? [schedule.next ? `at ${schedule.next.slice(0, 16).replace('T', ' ')} UTC` : `cron ${schedule.cron}`]
        : []),
    ];
    return [name, serving?.imageId ?? '-', current, next.join(', ') || '-'];
  });
  return [['PIPELINE', 'SERVES', 'BUILD', 'NEXT'], ...rows];
}

/** The time in a ULID, in characters: with it alone builds can be told apart, and be named. */
const TIME_LENGTH = 10;

/** The beginning of a build's id that commands take for it: `web-01JQ8Z4M7K`. */
export function shortId(build: string): string {
  return build.replace(/-([0-9A-Z]{26})$/, (_, ulid: string) => `-${ulid.slice(0, TIME_LENGTH)}`);
}
