import { deleteItem, getItem, type Key, putItem } from '../table';

/** The longest that an execution may run (`TimeoutSeconds` of the state machine), and an hour to clean up. */
const BUILD_SECONDS = (4 * 24 + 1) * 60 * 60;

/** Long enough for Plan to take the lock over from the request. Short, so that a request that dies blocks nobody. */
const REQUEST_SECONDS = 120;

function keyOf(pipeline: string): Key {
  return { pk: `LOCK#${pipeline}`, sk: 'LOCK' };
}

/**
 * Takes the lock of a pipeline for a build, or prolongs it if the build has it already.
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
  const expiresAt = now + (holder === 'request' ? REQUEST_SECONDS : BUILD_SECONDS);
  const taken = await putItem(
    { ...keyOf(pipeline), build, expiresAt },
    {
      // A lock of its own is only ever prolonged: a repeated request must not shorten that of a running build.
      expression:
        'attribute_not_exists(#pk) OR #expiresAt < :now OR (#build = :build AND #expiresAt < :until)',
      values: { ':build': build, ':now': now, ':until': expiresAt },
    },
  );
  return taken || (await findLockHolder(pipeline)) === build;
}

/** Gives the lock back, if the build has it. */
export async function releaseLock(pipeline: string, build: string): Promise<void> {
  await deleteItem(keyOf(pipeline), { expression: '#build = :build', values: { ':build': build } });
}

/** The build that holds the lock of a pipeline, if one does. */
export async function findLockHolder(pipeline: string): Promise<string | undefined> {
  const lock = await getItem<{ build: string; expiresAt: number }>(keyOf(pipeline));
  return lock && lock.expiresAt >= Math.floor(Date.now() / 1000) ? lock.build : undefined;
}
