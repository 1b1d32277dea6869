import * as z from 'zod';
import { isBuildId } from '../id';
import { findRecord } from '../record';
import { attendBuild } from './attend';
import { CaughtError } from './caught';
import { failBuild, skipBuild } from './end';
import { explainFailure } from './failure';

export const RecoverInput = z.object({
  build: z.object({ id: z.string() }),
  failure: CaughtError,
});

/** What Plan says of a build that nobody asked for and that shall not be tried: it has done all that it should, which is nothing. */
const SKIPPING = ['PipelineHeld', 'RolloutFailedBefore'];

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
  if (isBuild && SKIPPING.includes(failure.name)) await skipBuild(build.id, failure);
  else if (isBuild) await failBuild(build.id, 'FAILED', failure);
  const status = isBuild ? (await findRecord(build.id))?.status : undefined;
  const hasSucceeded = status === 'SUCCEEDED' || status === 'SKIPPED';
  // Step Functions takes 32,768 characters of a cause.
  return { error: failure.name, cause: failure.message.slice(0, 30_000), hasSucceeded };
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
