import { isAwsError } from '../aws/error';
import { deleteItem, getItem, type Key, putItem } from '../table';
import { takeTurn } from './acts/gate';
import { endRecord } from './end/outbox';
import { type BuildRequest, startExecution } from './execution';
import { pipelineOf } from './id';
import { releaseLock } from './lock';
import { strikeOpen } from './open';
import { findRecord, isUnattended, moveStatus, type Task } from './record';

interface Queued extends BuildRequest {
  build: string;
}

/** The request of a person waits in a place of its own: no schedule and no event takes it away. */
type Place = 'QUEUE' | 'QUEUE#UNATTENDED';

function keyOf(pipeline: string, place: Place): Key {
  return { pk: `QUEUE#${pipeline}`, sk: place };
}

/** Those that wait, in the order of their turns. */
async function readQueue(pipeline: string): Promise<{ asked?: Queued; unattended?: Queued }> {
  const [asked, unattended] = await Promise.all([
    getItem<Queued>(keyOf(pipeline, 'QUEUE')),
    getItem<Queued>(keyOf(pipeline, 'QUEUE#UNATTENDED')),
  ]);
  return { ...(asked && { asked }), ...(unattended && { unattended }) };
}

/**
 * Puts a build into the queue of its pipeline. The queue holds the newest request that a person made, and the newest that a schedule or
 * an event made after that: a newer one supersedes those before it, but for a person's, which only a person's supersedes.
 */
export async function enqueueBuild(build: string, request: BuildRequest): Promise<void> {
  const { pipeline } = request;
  if (!isUnattended(request.trigger)) {
    await takePlace('QUEUE', build, request);
    return supersedeUnattended(pipeline);
  }
  const { asked } = await readQueue(pipeline);
  if (asked && (await isNewer(asked.build, build))) await supersedeBuild(build, asked.build);
  else await takePlace('QUEUE#UNATTENDED', build, request);
}

async function takePlace(place: Place, build: string, request: BuildRequest): Promise<void> {
  const key = keyOf(request.pipeline, place);
  for (;;) {
    const waiting = await getItem<Queued>(key);
    if (waiting && (await isNewer(waiting.build, build))) {
      await supersedeBuild(build, waiting.build);
      return;
    }
    const put = await putItem(
      { ...key, ...request, build },
      waiting
        ? { expression: '#build = :waiting', values: { ':waiting': waiting.build } }
        : { expression: 'attribute_not_exists(#pk)' },
    );
    if (!put) continue;
    if (waiting && waiting.build !== build) await supersedeBuild(waiting.build, build);
    return;
  }
}

/** What no person asked for and came before what a person asks for has no turn any more. */
async function supersedeUnattended(pipeline: string): Promise<void> {
  const { asked, unattended } = await readQueue(pipeline);
  if (!asked || !unattended || !(await isNewer(asked.build, unattended.build))) return;
  if (await supersedeBuild(unattended.build, asked.build))
    await leaveQueue(pipeline, 'QUEUE#UNATTENDED', unattended.build);
}

async function leaveQueue(pipeline: string, place: Place, build: string): Promise<void> {
  await deleteItem(keyOf(pipeline, place), { expression: '#build = :build', values: { ':build': build } });
}

/** Takes a build out of the queue of its pipeline, wherever it waits there. */
export async function leaveQueues(pipeline: string, build: string): Promise<void> {
  for (const place of ['QUEUE', 'QUEUE#UNATTENDED'] as const) await leaveQueue(pipeline, place, build);
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

/** @returns whether it waited until now */
async function supersedeBuild(build: string, by: string): Promise<boolean> {
  const record = await findRecord(build);
  // Who asked for it hears of it; a schedule and an event come again.
  const tasks: Task[] = record && isUnattended(record.trigger) ? ['announce'] : ['tell', 'announce'];
  const isSuperseded = await endRecord(build, ['QUEUED'], 'SUPERSEDED', tasks, {
    endedAt: new Date().toISOString(),
    error: { name: 'Superseded', message: `A newer request, ${by}, took its place in the queue.` },
  });
  // One that is just being started stands in the queue until it has: it keeps its pipeline.
  if (!isSuperseded) return false;
  await releaseLock(pipelineOf(build), build);
  await strikeOpen(build);
  return true;
}

/** What Step Functions will never take: trying again would only keep others waiting. */
const REFUSED = [
  ...['InvalidExecutionInput', 'InvalidName', 'ValidationException'],
  ...['AccessDeniedException', 'StateMachineDoesNotExist', 'StateMachineDeleting'],
];

/** The builds that wait in the queue of a pipeline, in the order of their turns. */
export async function listQueued(pipeline: string): Promise<string[]> {
  const { asked, unattended } = await readQueue(pipeline);
  return [asked, unattended].flatMap((queued) => queued?.build ?? []);
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
 * Starts the build whose turn it is in the queue of a pipeline, if one waits and no other runs.
 * It leaves the queue only after it has started, so a crash in between loses nothing.
 *
 * @returns the id of the build that was started
 */
export async function startQueuedBuild(pipeline: string): Promise<string | undefined> {
  // Both may have come at once.
  await supersedeUnattended(pipeline);
  const { asked, unattended } = await readQueue(pipeline);
  const queued = asked ?? unattended;
  if (!queued) return undefined;
  const { build } = queued;
  if (!(await takeTurn(pipeline, build, queued.trigger)).isFree) return undefined;
  const isNewest = await moveStatus(build, ['QUEUED', 'RUNNING'], 'RUNNING');
  if (isNewest) await startOrFail(build, queued);
  else await releaseLock(pipeline, build);
  await leaveQueue(pipeline, asked ? 'QUEUE' : 'QUEUE#UNATTENDED', build);
  return isNewest ? build : startQueuedBuild(pipeline);
}
