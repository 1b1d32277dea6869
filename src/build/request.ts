import { isDeepStrictEqual } from 'node:util';
import { InvalidRequest, KeyReused, PipelineBusy } from '../errors';
import { logger } from '../log';
import type { Pipeline } from '../pipeline/pipeline';
import { findPipeline } from '../pipeline/pushed/find';
import { getItem, type Key, putItem } from '../table';
import { takeTurn } from './acts/gate';
import { type BuildRequest, optionsOf, startExecution, writeInput } from './execution';
import { newBuildId } from './id';
import { findLockHolder, releaseLock } from './lock';
import { checkJsonSize, resolveParameters } from './parameters';
import { enqueueBuild, startQueuedBuild } from './queue';
import { type BuildRecord, createRecord, findRecord, getRecord, type ResolvedParameter } from './record';
import { chooseGiven, choosePinned, describeResolved, findRelease } from './release/release';
import { findRestorable } from './release/reuse';
import { checkHold } from './unattended/hold';

/** A request, and what makes it known again when it comes twice. */
export interface IncomingRequest extends BuildRequest {
  /** The caller's own key, or the id of the event. EventBridge and clients repeat what they are unsure of. */
  idempotencyKey?: string | undefined;
}

type Keyed = Pick<IncomingRequest, 'pipeline' | 'idempotencyKey'>;

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
 * @throws PipelineHeld if the pipeline is held, and who asks may not pass
 * @throws PipelineBusy if a build runs and the pipeline says `whenBusy: reject`
 */
export async function requestBuild(request: IncomingRequest): Promise<BuildRecord> {
  const pipeline = await findPipeline(request.pipeline);
  const known = await findKnown(request);
  if (known) return takeUpAgain(known, request);

  await checkHold(pipeline.name, request.trigger);
  checkJsonSize(pipeline.name, writeInput(request));
  const resolved = await describeParameters(pipeline, request);

  const build = await chooseId(request);
  logger.appendKeys({ build });
  // The same request may have come twice at once.
  const other = await findRecord(build);
  if (other) return takeUpAgain(other, request);

  const checked: CheckedRequest = { ...request, resolved };
  const { isFree, before } = await takeTurn(pipeline.name, build, request.trigger);
  if (isFree) await startNow(build, checked);
  else if (pipeline.definition.whenBusy === 'queue') await startLater(build, checked);
  else throw new PipelineBusy(await describeBusy(pipeline.name, before));
  return getRecord(build);
}

/** What the parameters of a build are: resolved now, or, of one that goes back, as they were then. */
async function describeParameters(pipeline: Pipeline, request: IncomingRequest) {
  const release = await findRelease(pipeline);
  if (request.rollback) {
    const { maker } = await findRestorable(pipeline.name, request.rollback.build);
    const pinned = choosePinned(pipeline, maker);
    return describeResolved(pinned.values, pinned, release);
  }
  const given = chooseGiven(pipeline, request, release);
  return describeResolved(await resolveParameters(pipeline, given.values), given, release);
}

/** A request that came before: what its first try may have left undone is done. */
async function takeUpAgain(known: BuildRecord, request: IncomingRequest): Promise<BuildRecord> {
  const { resolved = {} } = known;
  const isSame = isDeepStrictEqual(
    [known.parameters, optionsOf(known)],
    [{ ...request.parameters }, optionsOf(request)],
  );
  if (!isSame)
    throw new KeyReused(
      `The idempotency key ${request.idempotencyKey} was used for build ${known.id}, which was asked for otherwise. Send a new one.`,
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
  const { pipeline, parameters, trigger } = request;
  await enqueueBuild(build, { pipeline, parameters, trigger, ...optionsOf(request) });
  // The running build may have ended, and have looked into an empty queue, since its lock was seen.
  await startQueuedBuild(pipeline);
}

function recordOf(id: string, request: CheckedRequest) {
  const { parameters, trigger, resolved } = request;
  return { id, parameters, trigger, resolved, ...optionsOf(request) };
}

async function describeBusy(pipeline: string, before: BuildRecord | undefined): Promise<string> {
  if (before)
    return `Build ${before.id} of pipeline ${pipeline}, which a person has asked for, waits to be rolled out, and the whenBusy of the pipeline is reject. Schedules and events have their turn when that build has ended.`;
  const holder = await findLockHolder(pipeline);
  return `Pipeline ${pipeline} is busy with build ${holder ?? 'that has just ended'}, and its whenBusy is reject. Try again when that build has ended.`;
}

/** The key of a request stands beside the records for a day. */
function keyOf({ pipeline, idempotencyKey }: Keyed): Key | undefined {
  return idempotencyKey ? { pk: `PIPELINE#${pipeline}`, sk: `REQUEST#${idempotencyKey}` } : undefined;
}

/** The build of a request that came before, by its key. */
export async function findKnown(request: Keyed): Promise<BuildRecord | undefined> {
  const earlier = await findId(request);
  return earlier === undefined ? undefined : findRecord(earlier);
}

/** The id that a request got when it came before. */
async function findId(request: Keyed): Promise<string | undefined> {
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
