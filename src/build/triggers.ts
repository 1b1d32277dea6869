import * as z from 'zod';
import { PipelineBusy } from '../errors';
import { logger } from '../log';
import { requestBuild } from './request';

/** What a schedule and the rules of a pipeline's events send, as `serverless/triggers.ts` writes it. */
export const TriggerInput = z.object({
  pipeline: z.string(),
  trigger: z.object({ kind: z.enum(['schedule', 'event']), by: z.string() }),
  /** The id of the event, or of the run of the schedule. */
  id: z.string(),
});

/** Starts a build because its time has come or because something happened. */
export async function requestTriggeredBuild(
  input: z.infer<typeof TriggerInput>,
): Promise<{ id: string } | { refused: string }> {
  const { pipeline, trigger, id: idempotencyKey } = input;
  try {
    const { id } = await requestBuild({ pipeline, parameters: {}, trigger, idempotencyKey });
    return { id };
  } catch (error) {
    // The pipeline asks to be left alone while it is busy. An error would only make EventBridge ask again.
    if (!(error instanceof PipelineBusy)) throw error;
    logger.warn(error.message);
    return { refused: error.message };
  }
}
