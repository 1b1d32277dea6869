import { LeaseLost } from '../errors';
import type { Key } from '../table';
import { findLease, holdLease, releaseLease, renewLease, takeLease } from './lease';
import { findRecord, isOver } from './record';
import type { Held } from './state';

/** Longer than a request takes to start its execution. Short, so that a request that dies blocks nobody. */
const REQUEST_SECONDS = 120;

/** What is left of that when whoever took the lock must have died: no function that starts builds runs for a minute more. */
const STARTING_SECONDS = REQUEST_SECONDS - 60;

function keyOf(pipeline: string): Key {
  return { pk: `LOCK#${pipeline}`, sk: 'LOCK' };
}

/**
 * Takes the lock of a pipeline for a build, or prolongs it if the build has it already.
 *
 * @param holder `request` while the execution is not yet known to run, then `build`
 * @returns the number under which the build acts; undefined while another has the lock
 */
export async function takeLock(
  pipeline: string,
  build: string,
  holder: 'request' | 'build',
): Promise<number | undefined> {
  return takeLease(keyOf(pipeline), build, holder === 'request' ? REQUEST_SECONDS : undefined);
}

/**
 * Makes sure that a build may still act, by writing its number: to be called just before each act. An execution that was stopped and
 * is redriven goes on where it was, after its end was written and what it made was undone: it may not.
 *
 * @throws LeaseLost if the build is over, or another has the lock
 */
export async function holdLock(build: Held): Promise<void> {
  const { id, pipeline } = build;
  const isHeld = await writeHold(build);
  const record = await findRecord(id);
  if (record && isOver(record)) {
    throw new LeaseLost(
      `Build ${id} has ended already: it is ${record.status} since ${record.endedAt}. It touches nothing any more. Start a new build.`,
    );
  }
  if (isHeld) return;
  const holder = await findLockHolder(pipeline);
  throw new LeaseLost(
    `Build ${id} has lost the lock of pipeline ${pipeline}${holder ? ` to build ${holder}` : ''}. It touches nothing any more. Start a new build.`,
  );
}

/** Writes the number of a build that acts. @returns whether it has the lock; it may be over all the same */
export async function writeHold({ id, pipeline, fence }: Held): Promise<boolean> {
  return holdLease(keyOf(pipeline), id, fence);
}

/** Renews the lock, if the build has it. */
export async function renewLock(pipeline: string, build: string): Promise<void> {
  await renewLease(keyOf(pipeline), build);
}

/** Gives the lock back, if the build has it; with a number only if it has it under that: it may have taken it again since. */
export async function releaseLock(pipeline: string, build: string, fence?: number): Promise<void> {
  await releaseLease(keyOf(pipeline), build, fence);
}

/** The build that holds the lock of a pipeline, if one does. */
export async function findLockHolder(pipeline: string): Promise<string | undefined> {
  return (await findLease(keyOf(pipeline)))?.build;
}

/** Whether a build has taken the lock so lately that whoever took it may still be about to start its execution. */
export async function isStarting(pipeline: string, build: string): Promise<boolean> {
  const lease = await findLease(keyOf(pipeline));
  return lease?.build === build && (lease.until ?? 0) > Date.now() / 1000 + STARTING_SECONDS;
}
