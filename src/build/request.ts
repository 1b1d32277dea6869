import { InvalidParameter, InvalidRequest, PipelineBusy } from '../errors';
import { logger } from '../log';
import type { Pipeline } from '../pipeline/definition';
import { loadPipeline } from '../pipeline/load';
import { checkParameters, matchParameters } from '../pipeline/parameters';
import { pipelinesFolder } from '../pipelines-folder';
import { getItem, type Key, putItem } from '../table';
import { type BuildRequest, startExecution, writeInput } from './execution';
import { newBuildId } from './id';
import { findLockHolder, releaseLock, takeLock } from './lock';
import { enqueueBuild, startQueuedBuild } from './queue';
import { type BuildRecord, createRecord, findRecord, getRecord } from './record';
import { chooseGiven, findRelease } from './release';

/** A request, and what makes it known again when it comes twice. */
export interface IncomingRequest extends BuildRequest {
  /** The caller's own key, or the id of the event. EventBridge and clients repeat what they are unsure of. */
  idempotencyKey?: string | undefined;
}

const KEY_SECONDS = 24 * 60 * 60;

/**
 * Starts a build, or puts it into the queue if one of that pipeline runs. The one way in for HTTP calls, schedules
 * and events: what is wrong with the request is said here, before anything is made.
 *
 * @returns the record of the build
 * @throws UnknownPipeline, InvalidPipeline, InvalidParameter
 * @throws PipelineBusy if a build runs and the pipeline says `whenBusy: reject`
 */
export async function requestBuild(request: IncomingRequest): Promise<BuildRecord> {
  const pipeline = await loadPipeline(pipelinesFolder(), request.pipeline);
  const { values } = chooseGiven(pipeline, request, await findRelease(pipeline.name));
  checkGiven(pipeline, values);
  checkSize(request);

  const build = await chooseId(request);
  logger.appendKeys({ build });
  const known = await findRecord(build);
  if (known) return takeUpAgain(known, request);

  if (await takeLock(pipeline.name, build, 'request')) await startNow(build, request);
  else if (pipeline.definition.whenBusy === 'queue') await startLater(build, request);
  else throw new PipelineBusy(await describeBusy(pipeline.name));
  return getRecord(build);
}

/** A request that came before: what its first try may have left undone is done. */
async function takeUpAgain(known: BuildRecord, request: BuildRequest): Promise<BuildRecord> {
  if (known.status !== 'QUEUED') return known;
  await startLater(known.id, request);
  return getRecord(known.id);
}

/** Checks names and values as far as the request says them; references are resolved, and matched, by Plan. */
function checkGiven(pipeline: Pipeline, given: Record<string, string>): void {
  const values = checkParameters(pipeline, given);
  const { parameters } = pipeline.definition;
  const plain = Object.entries(values).filter(([, value]) => !value.startsWith('resolve:'));
  const named = Object.fromEntries(plain.map(([name]) => [name, parameters[name] ?? {}]));
  matchParameters(
    { ...pipeline, definition: { ...pipeline.definition, parameters: named } },
    Object.fromEntries(plain),
  );
}

/** What Step Functions takes as the input of an execution, counted as it counts: bytes of the JSON. */
const MOST_INPUT_BYTES = 262_144;
/** Each state adds its own key to the document that walks through the machine. */
const ROOM_FOR_STATES = 131_072;

function checkSize(request: BuildRequest): void {
  const bytes = Buffer.byteLength(writeInput(request));
  const most = MOST_INPUT_BYTES - ROOM_FOR_STATES;
  if (bytes <= most) return;
  throw new InvalidParameter(
    `the parameters of pipeline ${request.pipeline} are ${bytes} bytes of JSON, in which control characters and quotes are written out, expected at most ${most}: put what is long into a file that the user data fetches`,
  );
}

async function startNow(build: string, request: BuildRequest): Promise<void> {
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

async function startLater(build: string, request: BuildRequest): Promise<void> {
  await createRecord({ ...recordOf(build, request), status: 'QUEUED' });
  const { pipeline, parameters, trigger, once } = request;
  await enqueueBuild(build, { pipeline, parameters, trigger, ...(once && { once }) });
  // The running build may have ended, and have looked into an empty queue, since its lock was seen.
  await startQueuedBuild(pipeline);
}

function recordOf(id: string, { parameters, trigger, once }: BuildRequest) {
  return { id, parameters, trigger, ...(once && { once }) };
}

async function describeBusy(pipeline: string): Promise<string> {
  const holder = await findLockHolder(pipeline);
  return `Pipeline ${pipeline} is busy with build ${holder ?? 'that has just ended'}, and its whenBusy is reject. Try again when that build has ended.`;
}

/** A new id; for a request that came before, the id that it got then. The key stands beside the record for a day. */
async function chooseId({ pipeline, idempotencyKey }: IncomingRequest): Promise<string> {
  const id = newBuildId(pipeline);
  if (!idempotencyKey) return id;
  const key: Key = { pk: `PIPELINE#${pipeline}`, sk: `REQUEST#${idempotencyKey}` };
  const expiresAt = Math.floor(Date.now() / 1000) + KEY_SECONDS;
  if (await putItem({ ...key, build: id, expiresAt }, { expression: 'attribute_not_exists(#pk)' })) return id;
  const first = await getItem<{ build: string }>(key);
  if (!first)
    throw new InvalidRequest(`The idempotency key ${idempotencyKey} has just expired. Send a new one.`);
  return first.build;
}
