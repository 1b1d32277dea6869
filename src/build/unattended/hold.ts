import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventBridge } from '../../aws';
import { InvalidPipeline, PipelineHeld, TransientFailure, UnknownPipeline } from '../../errors';
import { pipelinesFolder } from '../../pipeline/folder';
import { loadPipeline } from '../../pipeline/load';
import { getItem, type Key, putItem } from '../../table';
import { ownService } from '../../tags';
import { tellPeople } from '../end/tell';
import { type BuildRecord, isUnattended, type Trigger } from '../record';

/** How the builds of a pipeline fare that no person asked for, and whether it is held for that. */
export interface Hold {
  /** Those that failed in a row, oldest first. */
  failures: string[];
  /** The last build that succeeded, and its number: what came before it counts no more. */
  lastGood?: string;
  lastFence?: number;
  /** While the pipeline is held: since when, and the failure that was one too many. */
  held?: { since: string; by: string; tellingAt?: string; toldAt?: string };
  revision: number;
}

type Ended = Pick<BuildRecord, 'id' | 'fence' | 'trigger' | 'status'>;

const NONE: Hold = { failures: [], revision: 0 };

function keyOf(pipeline: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: 'HOLD' };
}

/** The hold of a pipeline, while it is held. */
export async function findHold(pipeline: string): Promise<Hold | undefined> {
  const hold = await getItem<Hold>(keyOf(pipeline));
  return hold?.held && hold;
}

/**
 * Refuses a build that no person asked for while its pipeline is held.
 *
 * @throws PipelineHeld with the builds that failed, and what to do
 */
export async function checkHold(pipeline: string, trigger: Trigger): Promise<void> {
  if (!isUnattended(trigger)) return;
  const hold = await findHold(pipeline);
  if (hold) throw new PipelineHeld(describeHold(pipeline, hold));
}

export function describeHold(pipeline: string, { failures, held }: Hold): string {
  return `Pipeline ${pipeline} is held since ${held?.since}: the last ${failures.length} builds that schedules and events started have failed (${failures.join(', ')}). Schedules and events start nothing until a build that a person asks for has succeeded.`;
}

/**
 * Counts how a build ended, once for each build however often it is told. A pipeline that is gone, or of which nothing can be built any
 * more, has nothing to hold, and must not keep its lock for that.
 */
export async function countEnd(record: Ended & Pick<BuildRecord, 'pipeline'>): Promise<void> {
  const most = await readHoldAfter(record.pipeline);
  if (most !== undefined) await changeHold(record.pipeline, (hold) => nextHold(hold, record, most));
}

async function readHoldAfter(pipeline: string): Promise<number | undefined> {
  try {
    return (await loadPipeline(pipelinesFolder(), pipeline)).definition.triggers.holdAfter;
  } catch (error) {
    if (error instanceof UnknownPipeline || error instanceof InvalidPipeline) return undefined;
    throw error;
  }
}

/** The hold after the end of a build; undefined where nothing changes. */
export function nextHold(hold: Hold, ended: Ended, holdAfter: number): Hold | undefined {
  const { failures, lastGood: _good, lastFence: _fence, held, ...rest } = hold;
  const { id, fence, trigger, status } = ended;
  if (isCounted(hold, ended)) return undefined;
  if (status === 'SUCCEEDED') {
    const stays = isUnattended(trigger) ? held : undefined;
    const last = { lastGood: id, ...(fence !== undefined && { lastFence: fence }) };
    return { ...rest, ...last, failures: stays ? failures : [], ...(stays && { held: stays }) };
  }
  // Who stops a build knows why.
  const hasFailed = isUnattended(trigger) && (status === 'FAILED' || status === 'TIMED_OUT');
  if (!hasFailed || held || failures.includes(id)) return undefined;
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

/** Changes the hold as nobody else does meanwhile. @returns what it is then */
async function changeHold(pipeline: string, change: (hold: Hold) => Hold | undefined): Promise<Hold> {
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
    `${message}\n\nThe last of them failed with ${why}\n\nStart a build: POST /pipelines/${pipeline}/builds.\n`,
  );
  const Detail = JSON.stringify({
    service: ownService(),
    pipeline,
    since: hold.held?.since,
    builds: hold.failures,
  });
  const { FailedEntryCount } = await eventBridge().send(
    new PutEventsCommand({ Entries: [{ Source: 'kiln', DetailType: 'Kiln Pipeline Held', Detail }] }),
  );
  if (FailedEntryCount)
    throw new TransientFailure(`EventBridge did not take the event that pipeline ${pipeline} is held.`);
}
