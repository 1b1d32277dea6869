import { LeaseLost } from '../../errors';
import { getItem, type Key, setAttributes, setPaths } from '../../table';
import { hasTask } from '../end/outbox';
import { findLockHolder, releaseLock, takeLock } from '../lock';
import {
  type BuildRecord,
  findRecord,
  type Gate,
  type GateKind,
  isOver,
  isUnattended,
  keyOfRecord,
  type Trigger,
} from '../record';
import type { Held } from '../state';

type Decision = NonNullable<Gate['decision']>;

/** Which build of a pipeline waits at a gate. The record of the build says whether it still does. */
function keyOf(pipeline: string): Key {
  return { pk: `LOCK#${pipeline}`, sk: 'PARKED' };
}

/** The gate at which a build waits, if it waits at one. */
export function gateOf(record: BuildRecord): GateKind | undefined {
  if (isOver(record)) return undefined;
  return (['window', 'approval'] as const).find((kind) => record[kind] && !record[kind]?.resumedAt);
}

/**
 * Has a build wait at a gate: from then on it holds nothing of its pipeline, and others may build. Asked for again it changes nothing.
 */
export async function openGate({ id, pipeline, fence }: Held, kind: GateKind, gate: Gate): Promise<void> {
  await setPaths(keyOfRecord(id), [[[kind], gate, 'unlessThere']], {
    expression: '#status = :running',
    values: { ':running': 'RUNNING' },
  });
  // Before the lock is free: whoever takes it then finds who waits.
  await setAttributes(keyOf(pipeline), { build: id });
  await releaseLock(pipeline, id, fence);
}

/** The build of a pipeline that waits at a gate, if one does. */
export async function findParked(pipeline: string): Promise<BuildRecord | undefined> {
  const parked = await getItem<{ build: string }>(keyOf(pipeline));
  const record = parked && (await findRecord(parked.build));
  const kind = record && gateOf(record);
  return kind && !hasEnded(record[kind]) ? record : undefined;
}

function hasEnded(gate: Gate | undefined): boolean {
  return gate?.decision !== undefined && ENDING.includes(gate.decision);
}

/** What ends the build. */
const ENDING: readonly Decision[] = ['rejected', 'superseded', 'expired'];

/**
 * The build that a request must not overtake: no schedule and no event takes the place of what a person asked for, also while that waits
 * at a gate.
 */
export async function findBefore(pipeline: string, trigger: Trigger): Promise<BuildRecord | undefined> {
  if (!isUnattended(trigger)) return undefined;
  const parked = await findParked(pipeline);
  return parked && !isUnattended(parked.trigger) ? parked : undefined;
}

/**
 * Takes the lock of a pipeline for a request whose turn it is. Under the lock it is looked once more who must not be overtaken: whoever begins
 * to wait says so, and then gives the lock back.
 *
 * @returns whether it is its turn, and which build it must not overtake, if it is not for that
 */
export async function takeTurn(
  pipeline: string,
  build: string,
  trigger: Trigger,
): Promise<{ isFree: boolean; before?: BuildRecord }> {
  const before = await findBefore(pipeline, trigger);
  if (before) return { isFree: false, before };
  if ((await takeLock(pipeline, build, 'request')) === undefined) return { isFree: false };
  const parked = await findBefore(pipeline, trigger);
  if (!parked) return { isFree: true };
  await releaseLock(pipeline, build);
  return { isFree: false, before: parked };
}

/**
 * Has a build that rolls out take the place of one of its pipeline that waits at a gate: that was planned for a fleet which this one
 * changes. To be called by the build that has the lock.
 */
export async function supersedeParked({ id, pipeline }: Held): Promise<void> {
  const parked = await findParked(pipeline);
  const kind = parked && gateOf(parked);
  if (!kind || parked.id === id) return;
  await decideGate(parked.id, kind, { decision: 'superseded', by: id }, ['approved', 'promoted']);
}

/**
 * Writes what is decided of a build that waits at a gate: of two who decide one does.
 *
 * @param over decisions in whose place it comes
 * @returns whether it was written: not where the build waits no more, or something else was decided
 */
export async function decideGate(
  build: string,
  kind: GateKind,
  decided: { decision: Decision; by?: string | undefined; reason?: string | undefined },
  over: readonly Decision[] = [],
): Promise<boolean> {
  const fields = { ...decided, decidedAt: new Date().toISOString() };
  const changes = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [[kind, name], value] as const);
  const values = Object.fromEntries(over.map((one, at) => [`:over${at}`, one]));
  const orOver = over.length > 0 ? ` OR #gate.#decision IN (${Object.keys(values).join(', ')})` : '';
  return setPaths(keyOfRecord(build), changes, {
    expression: `#status = :running AND attribute_exists(#gate) AND attribute_not_exists(#gate.#resumedAt) AND (attribute_not_exists(#gate.#decision)${orOver})`,
    names: { '#gate': kind },
    values: { ':running': 'RUNNING', ...values },
  });
}

/**
 * Takes the lock again for a build that may go on, under a new number, and notes that it goes on: what is decided after that comes too late.
 *
 * @param decision what lets it go on; none where its window is open
 * @returns the build as it goes on; in words what it waits for, while another has the lock
 * @throws LeaseLost if it is over, or something else was decided meanwhile: look at it again
 */
export async function resumeBuild(
  { id, pipeline }: BuildRecord,
  kind: GateKind,
  decision: 'approved' | 'promoted' | undefined,
): Promise<Held | string> {
  const fence = await takeLock(pipeline, id, 'build');
  if (fence === undefined)
    return `its turn: build ${await findLockHolder(pipeline)} has the lock of the pipeline`;
  const goesOn = await setPaths(
    keyOfRecord(id),
    [
      [[kind, 'resumedAt'], new Date().toISOString(), 'unlessThere'],
      [['fence'], fence],
    ],
    {
      expression: `#status = :running AND (attribute_exists(#gate.#resumedAt) OR ${decision ? '#gate.#decision = :decision' : 'attribute_not_exists(#gate.#decision)'})`,
      names: { '#gate': kind },
      values: { ':running': 'RUNNING', ...(decision && { ':decision': decision }) },
    },
  );
  if (goesOn) return { id, pipeline, fence };
  // One that ends gives the lock back, once what it made is undone. Another may have had it go on just now, under the same number.
  const record = await findRecord(id);
  if (record && isOver(record) && !(await hasTask(id, 'unlock'))) await releaseLock(pipeline, id, fence);
  throw new LeaseLost(`Build ${id} does not go on: something else was decided of it in this moment.`);
}
