import * as z from 'zod';
import { findExecution } from '../execution';
import { isBuildId } from '../id';
import { createRecord, findRecord, isOver } from '../record';
import { failBuild, finishWork, skipBuild } from './end';
import { explainFailure } from './failure';

export const RecoverInput = z.object({
  build: z.object({ id: z.string() }),
  failure: z.object({ Error: z.string(), Cause: z.string().optional() }),
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

const OverEvent = z
  .object({ 'detail-type': z.literal('Kiln Build Over'), detail: z.object({ build: z.string() }) })
  .transform(({ detail }) => ({ build: detail.build }));

/** What cleanUp hears: of an execution that ended, and of a build that has something left to do. */
export const CleanUpEvent = z.union([OverEvent, ExecutionEvent]);

/**
 * Cleans up after a build that did not come to Recover, and does what is left to do for one that is over. Anybody may put an event
 * on the bus: it says only where to look, and the record and the execution decide.
 */
export async function cleanUp({ build }: z.infer<typeof CleanUpEvent>): Promise<void> {
  if (!isBuildId(build)) return;
  const record = await findRecord(build);
  if (record && isOver(record)) await finishWork(build);
  else await endIfLost(build);
}

const WORDS = {
  FAILED: 'The execution failed, and Recover with it.',
  ABORTED: 'The execution was stopped.',
  TIMED_OUT: 'The execution took longer than the state machine allows.',
};

/** Ends a build whose execution is over while its record says that it runs, or says nothing yet. */
export async function endIfLost(build: string): Promise<void> {
  const execution = await findExecution(build);
  if (!execution || !Object.hasOwn(WORDS, execution.status)) return;
  const status = execution.status as keyof typeof WORDS;
  const message = [WORDS[status], execution.cause].filter(Boolean).join(' ');
  // One that was stopped before it had a record gets one: what still runs of it sees that it is over.
  await createRecord({ id: build, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
  await failBuild(build, status, { name: execution.error || status, message });
}
