import { type Condition, deleteItem, getItem, type Key, putItem } from '../table';
import { findExecution } from './execution';

/** The longest that an execution may run (`TimeoutSeconds` of the state machine), and an hour to clean up. */
const BUILD_SECONDS = (4 * 24 + 1) * 60 * 60;

/** Longer than a request takes to start its execution. Short, so that a request that dies blocks nobody. */
const REQUEST_SECONDS = 120;

function keyOf(pipeline: string): Key {
  return { pk: `LOCK#${pipeline}`, sk: 'LOCK' };
}

interface Lock {
  build: string;
  expiresAt: number;
}

/**
 * Takes the lock of a pipeline for a build, or prolongs it if the build has it already. A lock that has run out is taken only from
 * a build whose execution does not run: one whose Plan is late keeps it.
 *
 * @param holder `request` while the execution is not yet known to run, then `build`
 * @returns whether the build has it now
 */
export async function takeLock(
  pipeline: string,
  build: string,
  holder: 'request' | 'build',
): Promise<boolean> {
  const now = Math.floor(Date.now() / 1000);
  const key = keyOf(pipeline);
  const old = await getItem<Lock>(key);
  if (old && old.build !== build && old.expiresAt < now && (await isRunning(old.build))) {
    await putItem({ ...key, build: old.build, expiresAt: now + BUILD_SECONDS }, unchanged(old));
    return false;
  }
  const expiresAt = now + (holder === 'request' ? REQUEST_SECONDS : BUILD_SECONDS);
  const taken = await putItem({ ...key, build, expiresAt }, mayTake(build, old, now, expiresAt));
  return taken || (await findLockHolder(pipeline)) === build;
}

async function isRunning(build: string): Promise<boolean> {
  return (await findExecution(build))?.status === 'RUNNING';
}

const unchanged = (lock: Lock) => ({
  expression: '#build = :old AND #expiresAt = :then',
  values: { ':old': lock.build, ':then': lock.expiresAt },
});

function mayTake(build: string, old: Lock | undefined, now: number, until: number): Condition {
  // Whoever was seen to run no more; had another been quicker, the lock would not be as it was.
  if (old && old.build !== build && old.expiresAt < now) return unchanged(old);
  return {
    // A lock of its own is only ever prolonged: a repeated request must not shorten that of a running build.
    expression: 'attribute_not_exists(#pk) OR (#build = :build AND #expiresAt < :until)',
    values: { ':build': build, ':until': until },
  };
}

/** Gives the lock back, if the build has it. */
export async function releaseLock(pipeline: string, build: string): Promise<void> {
  await deleteItem(keyOf(pipeline), { expression: '#build = :build', values: { ':build': build } });
}

/** The build that holds the lock of a pipeline, if one does. */
export async function findLockHolder(pipeline: string): Promise<string | undefined> {
  const lock = await getItem<Lock>(keyOf(pipeline));
  return lock && lock.expiresAt >= Math.floor(Date.now() / 1000) ? lock.build : undefined;
}
