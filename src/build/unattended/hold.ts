import { InvalidPipeline, PipelineHeld, TransientFailure, UnknownPipeline } from '../../errors';
import { findPipeline } from '../../pipeline/pushed/find';
import { getItem, type Key, putItem } from '../../table';
import { emit, type KilnEvent } from '../../tell/events';
import { tellPeople } from '../../tell/people';
import { type BuildRecord, findRecord, hasSucceeded, isUnattended, type Trigger } from '../record';
import { matchesCaller } from './callers';

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

type Ended = Pick<BuildRecord, 'id' | 'fence' | 'trigger' | 'status'>;
type Built = Ended &
  Pick<BuildRecord, 'pipeline'> &
  Partial<Pick<BuildRecord, 'parameters' | 'once' | 'rollout' | 'resolved'>>;

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
 * As `checkHold`, of a build that is about to roll out: its pipeline may have been held since it was planned.
 *
 * @throws PipelineHeld as `checkHold`
 */
export async function checkStillFree(build: string): Promise<void> {
  const record = await findRecord(build);
  if (record) await checkHold(record.pipeline, record.trigger);
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

/**
 * Counts how a build ended, once for each build however often it is told. A pipeline that is gone, or of which nothing can be built any
 * more, has nothing to hold, and must not keep its lock for that.
 */
export async function countEnd(record: Built): Promise<void> {
  const most = await readHoldAfter(record.pipeline);
  if (most === undefined) return;
  const over = await findRollbackOver(record);
  await changeHold(record.pipeline, (hold) => {
    const next = nextHold(hold, record, most);
    if (!over || hold.rollback?.build !== over) return next;
    const { rollback: _over, ...rest } = next ?? hold;
    return rest;
  });
}

/** The build of the rollback whose hold the success of another ends, if it ends one: what a person asked for after that, and other than it. */
async function findRollbackOver(ended: Built): Promise<string | undefined> {
  const { status, trigger, once, rollout, fence = 0, parameters = {}, resolved = {} } = ended;
  if (!hasSucceeded({ status }) || isUnattended(trigger) || once || rollout === false) return undefined;
  const { rollback } = (await findHold(ended.pipeline)) ?? {};
  const back = rollback?.build === undefined ? undefined : await findRecord(rollback.build);
  // One that has not been planned has restored nothing yet.
  if (back?.fence === undefined || fence <= back.fence) return undefined;
  const isOther = Object.entries(parameters).some(
    ([name, value]) =>
      (resolved[name]?.value ?? value) !== (back.resolved?.[name]?.value ?? back.parameters[name]),
  );
  return isOther ? back.id : undefined;
}

async function readHoldAfter(pipeline: string): Promise<number | undefined> {
  try {
    return (await findPipeline(pipeline)).definition.triggers.holdAfter;
  } catch (error) {
    if (error instanceof UnknownPipeline || error instanceof InvalidPipeline) return undefined;
    throw error;
  }
}

/** The hold after the end of a build; undefined where nothing changes. */
export function nextHold(hold: Hold, ended: Ended, holdAfter: number): Hold | undefined {
  const { failures, forgiven = [], lastGood: _good, lastFence: _fence, held, ...rest } = hold;
  const { id, fence, trigger, status } = ended;
  if (isCounted(hold, ended)) return undefined;
  if (hasSucceeded({ status })) {
    const stays = isUnattended(trigger) ? held : undefined;
    const last = { lastGood: id, ...(fence !== undefined && { lastFence: fence }) };
    return { ...rest, ...last, failures: stays ? failures : [], ...(stays && { held: stays }) };
  }
  // Who stops a build knows why.
  const hasFailed = isUnattended(trigger) && (status === 'FAILED' || status === 'TIMED_OUT');
  if (!hasFailed || held || [...failures, ...forgiven].includes(id)) return undefined;
  const more = [...failures, id];
  return {
    ...hold,
    failures: more,
    ...(more.length >= holdAfter && { held: { since: new Date().toISOString(), by: id } }),
  };
}

/** Whether the last good build came after. One that was never planned has no number: its id tells when it was asked for. */
function isCounted({ lastGood = '', lastFence }: Hold, { id, fence }: Ended): boolean {
  return fence === undefined || lastFence === undefined ? id <= lastGood : fence <= lastFence;
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

/** Longer than the calls take that tell of it. */
const TELLING_MILLISECONDS = 60_000;

/**
 * Tells people that a pipeline is held, once: who tells it says so before, so that of two who would the second waits.
 *
 * @throws TransientFailure while another tells it
 */
export async function tellHold({ id, pipeline, error }: BuildRecord): Promise<void> {
  const found = await findHold(pipeline);
  if (found?.held?.by !== id || found.held.toldAt) return;
  const now = new Date();
  const { held } = await changeHold(pipeline, (hold) => {
    const { held } = hold;
    const free = !held?.tellingAt || Date.parse(held.tellingAt) < now.getTime() - TELLING_MILLISECONDS;
    if (held?.by !== id || held.toldAt || !free) return undefined;
    return { ...hold, held: { ...held, tellingAt: now.toISOString() } };
  });
  if (held?.by !== id || held.toldAt) return;
  if (held.tellingAt !== now.toISOString())
    throw new TransientFailure(`That pipeline ${pipeline} is held is just being told.`);
  await publish(pipeline, found, `${error?.name}: ${error?.message}`);
  await changeHold(pipeline, (hold) =>
    hold.held?.by === id ? { ...hold, held: { ...hold.held, toldAt: new Date().toISOString() } } : undefined,
  );
}

async function publish(pipeline: string, hold: Hold, why: string): Promise<void> {
  const message = describeHold(pipeline, hold);
  await tellPeople(
    `Kiln: pipeline ${pipeline} is HELD`,
    `${message}\n\nThe last of them failed with ${why}\n\nStart a build: POST /pipelines/${pipeline}/builds. Or resume it: POST /pipelines/${pipeline}/resume.\n`,
  );
  await announceHeld(pipeline, { since: hold.held?.since, builds: hold.failures, message });
}

/**
 * Emits the event that a pipeline is held.
 *
 * @throws TransientFailure if EventBridge did not take it
 */
export async function announceHeld(
  pipeline: string,
  detail: Omit<Extract<KilnEvent, { type: 'Pipeline Held' }>['detail'], 'pipeline'>,
): Promise<void> {
  await emit({ type: 'Pipeline Held', detail: { pipeline, ...detail } });
}
