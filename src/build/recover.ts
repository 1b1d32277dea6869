import * as z from 'zod';
import { cleanUpBuild } from './clean-up';
import { failBuild } from './end';
import { explainFailure } from './failure';
import { isBuildId } from './id';
import { findRecord, isOver } from './record';
import { cleanUpStopped, rememberStopped, StoppedEvent } from './stopped';

export const RecoverInput = z.object({
  build: z.object({ id: z.string() }),
  failure: z.object({ Error: z.string(), Cause: z.string().optional() }),
});

/**
 * After any failure: undoes what the build made, records why it failed, and gives the pipeline free.
 *
 * @returns the name and the message with which the execution fails
 */
export async function recoverBuild({
  build,
  failure: caught,
}: z.infer<typeof RecoverInput>): Promise<{ error: string; cause: string }> {
  const failure = isBuildId(build.id)
    ? await explainFailure(build.id, caught)
    : await explainFailure('', caught);
  if (isBuildId(build.id)) {
    await cleanUpBuild(build.id);
    await failBuild(build.id, 'FAILED', failure);
  }
  // Step Functions takes 32,768 characters of a cause.
  return { error: failure.name, cause: failure.message.slice(0, 30_000) };
}

export const ExecutionEvent = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['FAILED', 'ABORTED', 'TIMED_OUT']),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

const WORDS = {
  FAILED: 'The execution failed, and Recover with it.',
  ABORTED: 'The execution was stopped.',
  TIMED_OUT: 'The execution took longer than the state machine allows.',
};

/** What cleanUp hears: of an execution that ended, and of a build that was stopped some minutes ago. */
export const CleanUpEvent = z.union([StoppedEvent, ExecutionEvent]);

/** Cleans up after a build that did not come to Recover, at once and once more. */
export async function cleanUp(event: z.infer<typeof CleanUpEvent>): Promise<void> {
  if ('detail-type' in event) await cleanUpStopped(event.detail.build);
  else await cleanUpExecution(event);
}

/**
 * After an execution that did not end by itself, and so never came to Recover: the same clean-up. Does nothing for
 * one that Recover has ended.
 */
export async function cleanUpExecution({ detail }: z.infer<typeof ExecutionEvent>): Promise<void> {
  const { name: build, status, error, cause } = detail;
  if (!isBuildId(build)) return;
  const record = await findRecord(build);
  if (record && isOver(record)) return;
  await rememberStopped(build);
  await endLostBuild(build, status, error, cause);
}

/** Cleans up after a build whose execution is over while its record says that it runs. */
export async function endLostBuild(
  build: string,
  status: keyof typeof WORDS,
  error?: string | null,
  cause?: string | null,
): Promise<void> {
  const message = [WORDS[status], cause].filter(Boolean).join(' ');
  await cleanUpBuild(build);
  await failBuild(build, status, { name: error || status, message });
}
