import { isDeepStrictEqual } from 'node:util';
import { InvalidRequest, KeyReused, PipelineBusy } from '../errors';
import { logger } from '../log';
import { pipelinesFolder } from '../pipeline/folder';
import { loadPipeline } from '../pipeline/load';
import { getItem, type Key, putItem } from '../table';
import { type BuildRequest, startExecution, writeInput } from './execution';
import { newBuildId } from './id';
import { findLockHolder, releaseLock, takeLock } from './lock';
import { checkJsonSize, resolveParameters } from './parameters';
import { enqueueBuild, startQueuedBuild } from './queue';
import { type BuildRecord, createRecord, findRecord, getRecord, type ResolvedParameter } from './record';
import { chooseGiven, describeResolved, findRelease } from './release';

/** A request, and what makes it known again when it comes twice. */
export interface IncomingRequest extends BuildRequest {
  /** The caller's own key, or the id of the event. EventBridge and clients repeat what they are unsure of. */
  idempotencyKey?: string | undefined;
}

/** A request that was checked: what its parameters are, as the record tells them. */
interface CheckedRequest extends BuildRequest {
  resolved: Record<string, ResolvedParameter>;
}

const KEY_SECONDS = 24 * 60 * 60;

/**
 * Starts a build, or puts it into the queue if one of that pipeline runs. The one way in for HTTP calls, schedules
 * and events: what is wrong with the request is said here, before anything is made.
 *
 * @returns the record of the build
 * @throws UnknownPipeline, InvalidPipeline, InvalidParameter
 * @throws KeyReused if its key came before with another request
 * @throws PipelineBusy if a build runs and the pipeline says `whenBusy: reject`
 */
export async function requestBuild(request: IncomingRequest): Promise<BuildRecord> {
  const pipeline = await loadPipeline(pipelinesFolder(), request.pipeline);
  const earlier = await findId(request);
  const known = earlier && (await findRecord(earlier));
  if (known) return takeUpAgain(known, request);

  checkJsonSize(pipeline.name, writeInput(request));
  const release = await findRelease(pipeline);
  const given = chooseGiven(pipeline, request, release);
  const resolved = describeResolved(await resolveParameters(pipeline, given.values), given, release);

  const build = await chooseId(request);
  logger.appendKeys({ build });
  // The same request may have come twice at once.
  const other = await findRecord(build);
  if (other) return takeUpAgain(other, request);

  const checked: CheckedRequest = { ...request, resolved };
  if ((await takeLock(pipeline.name, build, 'request')) !== undefined) await startNow(build, checked);
  else if (pipeline.definition.whenBusy === 'queue') await startLater(build, checked);
  else throw new PipelineBusy(await describeBusy(pipeline.name));
  return getRecord(build);
}

/** A request that came before: what its first try may have left undone is done. */
async function takeUpAgain(known: BuildRecord, request: IncomingRequest): Promise<BuildRecord> {
  const { parameters, once = false, resolved = {} } = known;
  const isSame = isDeepStrictEqual([parameters, once], [{ ...request.parameters }, request.once ?? false]);
  if (!isSame)
    throw new KeyReused(
      `The idempotency key ${request.idempotencyKey} was used for build ${known.id}, which was given other parameters. Send a new one.`,
    );
  if (known.status !== 'QUEUED') return known;
  await startLater(known.id, { ...request, resolved });
  return getRecord(known.id);
}

async function startNow(build: string, request: CheckedRequest): Promise<void> {
  try {
    await startExecution(build, request);
  } catch (error) {
    // Should it have started all the same, Plan takes the lock again.
    await releaseLock(request.pipeline, build);
    // Another may have come into the queue meanwhile, behind one that does not run.
    await startQueuedBuild(request.pipeline);
    throw error;
  }
  await createRecord({ ...recordOf(build, request), status: 'RUNNING' });
}

async function startLater(build: string, request: CheckedRequest): Promise<void> {
  await createRecord({ ...recordOf(build, request), status: 'QUEUED' });
  const { pipeline, parameters, trigger, once } = request;
  await enqueueBuild(build, { pipeline, parameters, trigger, ...(once && { once }) });
  // The running build may have ended, and have looked into an empty queue, since its lock was seen.
  await startQueuedBuild(pipeline);
}

function recordOf(id: string, { parameters, trigger, once, resolved }: CheckedRequest) {
  return { id, parameters, trigger, resolved, ...(once && { once }) };
}

async function describeBusy(pipeline: string): Promise<string> {
  const holder = await findLockHolder(pipeline);
  return `Pipeline ${pipeline} is busy with build ${holder ?? 'that has just ended'}, and its whenBusy is reject. Try again when that build has ended.`;
}

/** The key of a request stands beside the records for a day. */
function keyOf({ pipeline, idempotencyKey }: IncomingRequest): Key | undefined {
  return idempotencyKey ? { pk: `PIPELINE#${pipeline}`, sk: `REQUEST#${idempotencyKey}` } : undefined;
}

/** The id that a request got when it came before. */
async function findId(request: IncomingRequest): Promise<string | undefined> {
  const key = keyOf(request);
  return key && (await getItem<{ build: string }>(key))?.build;
}

/** A new id; for a request that came before, the id that it got then. */
export async function chooseId(request: IncomingRequest): Promise<string> {
  const id = newBuildId(request.pipeline);
  const key = keyOf(request);
  if (!key) return id;
  const expiresAt = Math.floor(Date.now() / 1000) + KEY_SECONDS;
  if (await putItem({ ...key, build: id, expiresAt }, { expression: 'attribute_not_exists(#pk)' })) return id;
  const first = await findId(request);
  if (!first)
    throw new InvalidRequest(
      `The idempotency key ${request.idempotencyKey} has just expired. Send a new one.`,
    );
  return first;
}
