import { PipelineHeld, TransientFailure } from '../../errors';
import { getItem, type Key, putItem } from '../../table';
import { findRecord, isUnattended, type Trigger } from '../record';
import { matchesCaller } from './callers';
import { hasBegun } from './tried';

/** A hold that somebody has asked for. Times are ISO 8601. */
export interface AskedHold {
  since: string;
  /** Who: the ARN of the caller. */
  by?: string;
  reason: string;
  /** Who may start builds all the same: ARNs, in which `*` stands for any characters. Without it all persons may. */
  allow?: string[];
  /** Of a rollback: the build that rolls back. */
  build?: string;
  /** When the event was emitted that says so. */
  toldAt?: string;
}

/** What has changed the hold of a pipeline: who did it, and why. Times are ISO 8601. */
export interface HoldAct {
  at: string;
  act: 'hold' | 'resume';
  kind?: 'person' | 'rollback';
  by?: string;
  reason?: string;
  allow?: string[];
  build?: string;
}

/** How the builds of a pipeline fare that no person asked for, and whether it is held: for that, by a person, or by a rollback. */
export interface Hold {
  /** Those that failed in a row, oldest first. */
  failures: string[];
  /** The last build that succeeded, and its number: what came before it counts no more. */
  lastGood?: string;
  lastFence?: number;
  /** While the pipeline is held: since when, and the failure that was one too many. */
  held?: { since: string; by: string; tellingAt?: string; toldAt?: string };
  /** Failures after which somebody has resumed the pipeline: they count no more, however often they are told. */
  forgiven?: string[];
  person?: AskedHold;
  rollback?: AskedHold;
  /** The last act of a person, written with what it changed. */
  last?: HoldAct;
  revision: number;
}

const NONE: Hold = { failures: [], revision: 0 };

/** Where the hold of a pipeline stands. */
function keyOf(pipeline: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: 'HOLD' };
}

/** The hold of a pipeline, while it is held. */
export async function findHold(pipeline: string): Promise<Hold | undefined> {
  const hold = await getItem<Hold>(keyOf(pipeline));
  return hold && (hold.held || hold.person || hold.rollback) ? hold : undefined;
}

/**
 * Refuses a build that no person asked for while its pipeline is held, and one of a person whom the hold of another does not let pass.
 *
 * @throws PipelineHeld with who holds it and why, or the builds that failed, and what to do
 */
export async function checkHold(pipeline: string, trigger: Trigger): Promise<void> {
  const hold = await findHold(pipeline);
  if (!hold) return;
  const { allow } = hold.person ?? {};
  if (isUnattended(trigger) || (allow && !matchesCaller(allow, trigger.by)))
    throw new PipelineHeld(describeHold(pipeline, hold));
}

/**
 * As `checkHold`, of a build that is about to roll out: its pipeline may have been held since it was planned. One that rolls out already goes
 * on to its end.
 *
 * @throws PipelineHeld as `checkHold`
 */
export async function checkStillFree(build: string): Promise<void> {
  const record = await findRecord(build);
  if (record && !hasBegun(record)) await checkHold(record.pipeline, record.trigger);
}

/** Why a pipeline is held, and until when, in words. */
export function describeHold(pipeline: string, { failures, held, person, rollback }: Hold): string {
  const texts: string[] = [];
  if (person)
    texts.push(
      `Pipeline ${pipeline} is held${by(person)} since ${person.since}: ${person.reason}. ${describeAllowed(person)} until somebody resumes it.`,
    );
  if (rollback)
    texts.push(
      `Pipeline ${pipeline} is held since ${rollback.since}, when it was rolled back${by(rollback)}${rollback.build ? ` (build ${rollback.build})` : ''}: ${rollback.reason}. Schedules and events start nothing until somebody resumes it, or a build that a person asks for with other parameters has succeeded.`,
    );
  if (held)
    texts.push(
      `Pipeline ${pipeline} is held since ${held.since}: the last ${failures.length} builds that schedules and events started have failed (${failures.join(', ')}). Schedules and events start nothing until a build that a person asks for has succeeded, or somebody resumes it.`,
    );
  return texts.join(' ');
}

function by({ by }: AskedHold): string {
  return by ? ` by ${by}` : '';
}

function describeAllowed({ allow }: AskedHold): string {
  return allow
    ? `Schedules and events start nothing, and of people only ${allow.join(', ')} may start builds,`
    : 'Schedules and events start nothing; people may start builds,';
}

/** The hold of a pipeline as callers see it; undefined while it is not held. */
export async function showHold(pipeline: string) {
  const hold = await findHold(pipeline);
  if (!hold) return undefined;
  const { failures, held, person, rollback } = hold;
  const asked = person ?? rollback;
  const [since] = [held?.since, person?.since, rollback?.since].filter((one) => one !== undefined).sort();
  return {
    since,
    ...(asked && { by: asked.by, reason: asked.reason }),
    ...(asked?.allow && { allow: asked.allow }),
    ...(held && { builds: failures }),
    message: describeHold(pipeline, hold),
  };
}

const MOST_TRIES = 20;

/** Changes the hold as nobody else does meanwhile: `change` gives undefined where nothing changes. @returns what it is then */
export async function changeHold(pipeline: string, change: (hold: Hold) => Hold | undefined): Promise<Hold> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const found = await getItem<Hold>(keyOf(pipeline));
    const hold = found ?? NONE;
    const next = change(hold);
    if (!next) return hold;
    const condition = found
      ? { expression: '#revision = :revision', values: { ':revision': hold.revision } }
      : { expression: 'attribute_not_exists(#pk)' };
    const written = { ...next, ...keyOf(pipeline), revision: hold.revision + 1 };
    if (await putItem(written, condition)) return written;
  }
  throw new TransientFailure(`The hold of pipeline ${pipeline} is being changed by others.`);
}
