import { type Build, isOver, type Stage } from '../remote/answers';
import { callerOf } from './lists';
import { markOf } from './marks';
import { duration, secondsBetween } from './time';

/** What changed of a build between two looks at it. */
export interface BuildEvent {
  /** AWS's time. */
  readonly at: string;
  readonly event: 'status' | 'stage' | 'says';
  readonly status?: string;
  readonly stage?: Stage;
  /** In words, without the time. */
  readonly text: string;
}

/**
 * What changed of a build, in the order in which it happened.
 *
 * @param before how it was when it was last looked at, if it was
 */
export function eventsBetween(before: Build | undefined, build: Build, now: Date): BuildEvent[] {
  const events = build.stages.flatMap((stage) => stageEvents(before, stage, now));
  if (before?.status !== build.status) events.push(...statusEvents(before, build));
  return events.toSorted((a, b) => a.at.localeCompare(b.at));
}

function statusEvents(before: Build | undefined, build: Build): BuildEvent[] {
  const { status, trigger, reason, requestedAt, startedAt, endedAt } = build;
  const by = trigger.by ? ` by ${callerOf(trigger.by)}` : '';
  const asked = {
    at: requestedAt,
    event: 'status' as const,
    status: 'QUEUED',
    text: `asked for, ${trigger.kind}${by}${reason ? `: "${reason}"` : ''}`,
  };
  const begun = startedAt ?? requestedAt;
  const took = endedAt ? ` in ${duration(secondsBetween(begun, endedAt))}` : '';
  const at = isOver(build) ? (endedAt ?? begun) : begun;
  return [
    ...(before ? [] : [asked]),
    { at, event: 'status', status, text: `${markOf(status)} ${status}${took}` },
  ];
}

function stageEvents(before: Build | undefined, stage: Stage, now: Date): BuildEvent[] {
  const known = before?.stages.find((one) => keyOf(one) === keyOf(stage));
  const name = keyOf(stage);
  const events: BuildEvent[] = [];
  if (!known) {
    const text = `◐ ${name}${stage.waitsFor ? ` waits for ${stage.waitsFor}` : ''}`;
    events.push({ at: stage.startedAt, event: 'stage', stage: { ...stage, outcome: 'running' }, text });
  }
  if (stage.outcome === 'running' && stage.says && stage.says !== (known?.says ?? stage.waitsFor))
    events.push({
      at: stage.seenAt ?? now.toISOString(),
      event: 'says',
      stage,
      text: `  ${name}: ${stage.says}`,
    });
  if (stage.outcome !== 'running' && known?.outcome !== stage.outcome) {
    const took = stage.endedAt ? ` ${duration(secondsBetween(stage.startedAt, stage.endedAt))}` : '';
    const text = `${markOf(stage.outcome)} ${name} ${stage.outcome}${took}`;
    events.push({ at: stage.endedAt ?? now.toISOString(), event: 'stage', stage, text });
  }
  return events;
}

function keyOf({ stage, autoScalingGroup, region }: Stage): string {
  const where = autoScalingGroup ?? region;
  return where ? `${stage} ${where}` : stage;
}
