import * as z from 'zod';
import { isBuildId } from '../id';
import { findRecord, hasSucceeded, isUnattended } from '../record';
import { attendBuild } from './attend';
import { CaughtError } from './caught';
import { failBuild, skipBuild, supersedeRunning } from './end';
import { explainFailure } from './failure';

export const RecoverInput = z.object({
  build: z.object({ id: z.string() }),
  failure: CaughtError,
});

/** What Plan says of a build that nobody asked for and that shall not be tried: it has done all that it should, which is nothing. */
const SKIPPING = ['PipelineHeld', 'RolloutFailedBefore'];
/** The same of one that only a person could force. */
const SKIPPING_UNATTENDED = ['ImageRefused'];

/**
 * After any failure: records why the build failed, undoes what it made, and gives the pipeline free. A build whose record says
 * that it succeeded is over, whatever failed afterwards: nothing of it is undone.
 *
 * @returns the name and the message with which the execution fails, and whether it has succeeded all the same, as one that is skipped has
 */
export async function recoverBuild({
  build,
  failure: caught,
}: z.infer<typeof RecoverInput>): Promise<{ error: string; cause: string; hasSucceeded: boolean }> {
  const isBuild = isBuildId(build.id);
  const failure = await explainFailure(isBuild ? build.id : '', caught);
  if (isBuild && (await isSkipped(build.id, failure.name))) await skipBuild(build.id, failure);
  else if (isBuild && failure.name === 'Superseded') await supersedeRunning(build.id, failure);
  else if (isBuild) await failBuild(build.id, 'FAILED', failure);
  const record = isBuild ? await findRecord(build.id) : undefined;
  const isWell =
    record !== undefined && (hasSucceeded(record) || ['SKIPPED', 'SUPERSEDED'].includes(record.status));
  // Step Functions takes 32,768 characters of a cause.
  return { error: failure.name, cause: failure.message.slice(0, 30_000), hasSucceeded: isWell };
}

async function isSkipped(build: string, failure: string): Promise<boolean> {
  if (SKIPPING.includes(failure)) return true;
  if (!SKIPPING_UNATTENDED.includes(failure)) return false;
  const record = await findRecord(build);
  return record !== undefined && isUnattended(record.trigger);
}

const ExecutionEvent = z
  .object({ detail: z.object({ name: z.string(), status: z.string() }) })
  .transform(({ detail }) => ({ build: detail.name }));

const UnfinishedEvent = z
  .object({ 'detail-type': z.literal('Kiln Build Unfinished'), detail: z.object({ build: z.string() }) })
  .transform(({ detail }) => ({ build: detail.build }));

/** What cleanUp hears: of an execution that ended, and of a build that something is to be done for. */
export const CleanUpEvent = z.union([UnfinishedEvent, ExecutionEvent]);

/**
 * Cleans up after a build that did not come to Recover, does what is left to do for one that is over, starts one that was accepted and
 * forgotten. Anybody may put an event on the bus: it says only where to look, and the record and the execution decide.
 */
export async function cleanUp({ build }: z.infer<typeof CleanUpEvent>): Promise<void> {
  if (isBuildId(build)) await attendBuild(build);
}
