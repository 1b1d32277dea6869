import { isAwsError } from '../aws';
import { deleteItem, getItem, type Key, putItem } from '../table';
import { endRecord } from './end/outbox';
import { type BuildRequest, startExecution } from './execution';
import { pipelineOf } from './id';
import { releaseLock, takeLock } from './lock';
import { strikeOpen } from './open';
import { findRecord, moveStatus, type Task } from './record';

interface Queued extends BuildRequest {
  build: string;
}

function keyOf(pipeline: string): Key {
  return { pk: `QUEUE#${pipeline}`, sk: 'QUEUE' };
}

/**
 * Puts a build into the queue of its pipeline. The queue holds the newest request only: one that waited there
 * is superseded.
 */
export async function enqueueBuild(build: string, request: BuildRequest): Promise<void> {
  const { pipeline } = request;
  for (;;) {
    const waiting = await getItem<Queued>(keyOf(pipeline));
    if (waiting && (await isNewer(waiting.build, build))) return supersedeBuild(build, waiting.build);
    const put = await putItem(
      { ...keyOf(pipeline), ...request, build },
      waiting
        ? { expression: '#build = :waiting', values: { ':waiting': waiting.build } }
        : { expression: 'attribute_not_exists(#pk)' },
    );
    if (!put) continue;
    if (waiting && waiting.build !== build) await supersedeBuild(waiting.build, build);
    return;
  }
}

/**
 * Whether a build that waits was accepted after another: a request that comes again must not take the place of a newer one. Its id may
 * be older than that, since a request that was refused and comes again with its key has the id that it got first.
 */
async function isNewer(waiting: string, build: string): Promise<boolean> {
  const [one, other] = await Promise.all([findRecord(waiting), findRecord(build)]);
  if (one?.status !== 'QUEUED' || !other) return false;
  return one.requestedAt === other.requestedAt ? waiting > build : one.requestedAt > other.requestedAt;
}

async function supersedeBuild(build: string, by: string): Promise<void> {
  const isSuperseded = await moveStatus(build, ['QUEUED'], 'SUPERSEDED', {
    endedAt: new Date().toISOString(),
    error: { name: 'Superseded', message: `A newer request, ${by}, took its place in the queue.` },
  });
  // One that is just being started stands in the queue until it has: it keeps its pipeline.
  if (!isSuperseded) return;
  await releaseLock(pipelineOf(build), build);
  await strikeOpen(build);
}

/** What Step Functions will never take: trying again would only keep others waiting. */
const REFUSED = [
  ...['InvalidExecutionInput', 'InvalidName', 'ValidationException'],
  ...['AccessDeniedException', 'StateMachineDoesNotExist', 'StateMachineDeleting'],
];

/** The build that waits in the queue of a pipeline, if there is one. */
export async function findQueued(pipeline: string): Promise<string | undefined> {
  return (await getItem<Queued>(keyOf(pipeline)))?.build;
}

/** A request that can't be started fails with the reason, and blocks nobody. */
async function startOrFail(build: string, queued: Queued): Promise<void> {
  try {
    await startExecution(build, queued);
  } catch (error) {
    if (!isAwsError(error, ...REFUSED)) throw error;
    const { name, message } = error as Error;
    const tasks: Task[] = ['count', 'unlock', 'next', 'tell', 'tellHold', 'announce'];
    await endRecord(build, ['RUNNING'], 'FAILED', tasks, {
      endedAt: new Date().toISOString(),
      error: { name, message: `Step Functions did not take the request: ${message}` },
    });
    await releaseLock(queued.pipeline, build);
  }
}

/**
 * Starts the build that waits in the queue of a pipeline, if there is one and no other runs.
 * It leaves the queue only after it has started, so a crash in between loses nothing.
 *
 * @returns the id of the build that was started
 */
export async function startQueuedBuild(pipeline: string): Promise<string | undefined> {
  const queued = await getItem<Queued>(keyOf(pipeline));
  if (!queued) return undefined;
  const { build } = queued;
  if ((await takeLock(pipeline, build, 'request')) === undefined) return undefined;
  const isNewest = await moveStatus(build, ['QUEUED', 'RUNNING'], 'RUNNING');
  if (isNewest) await startOrFail(build, queued);
  else await releaseLock(pipeline, build);
  await deleteItem(keyOf(pipeline), { expression: '#build = :build', values: { ':build': build } });
  return isNewest ? build : startQueuedBuild(pipeline);
}
