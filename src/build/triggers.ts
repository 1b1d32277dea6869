import { z } from 'zod';
import { requestBuild } from './request';

/** What a schedule and the rules of a pipeline's events send, as `serverless/triggers.ts` writes it. */
export const TriggerInput = z.object({
  pipeline: z.string(),
  trigger: z.object({ kind: z.enum(['schedule', 'event']), by: z.string() }),
  /** The id of the event, or of the run of the schedule. */
  id: z.string(),
});

/** Starts a build because its time has come or because something happened. */
export async function requestTriggeredBuild(input: z.infer<typeof TriggerInput>): Promise<{ id: string }> {
  const { pipeline, trigger, id: idempotencyKey } = input;
  const { id } = await requestBuild({ pipeline, parameters: {}, trigger, idempotencyKey });
  return { id };
}
