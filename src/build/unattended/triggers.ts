import * as z from 'zod';
import { InvalidParameter, InvalidRequest, KeyReused, PipelineBusy, PipelineHeld } from '../../errors';
import { logger } from '../../log';
import { PIPELINE_NAME } from '../../pipeline/name';
import { hideSecrets } from '../../pipeline/parameters';
import { findPipeline } from '../../pipeline/pushed/find';
import { createEnded } from '../end/outbox';
import { findRecord } from '../record';
import { chooseId, type IncomingRequest, requestBuild } from '../request';
import { Parameters } from '../state';
import { readFields } from './event';
import { checkHold } from './hold';

const pipeline = z.string().regex(PIPELINE_NAME);
/** The id of the event, or the schedule and the time that it was due. A key in the table has room for 1,024 bytes. */
const id = z.string().min(1).max(255);

const ScheduleInput = z
  .strictObject({ pipeline, trigger: z.strictObject({ kind: z.literal('schedule'), by: z.string() }), id })
  .transform((input) => ({ ...input, read: () => ({}) }));

const LONGEST_NAME = 256;

const EventInput = z
  .strictObject({
    pipeline,
    /** The JSON paths of the fields that parameters are taken from. */
    parameters: Parameters.default({}),
    event: z.looseObject({ id, source: z.string(), 'detail-type': z.string() }),
  })
  .transform(({ pipeline, parameters, event }) => {
    const by = `${event.source} ${event['detail-type']}`.slice(0, LONGEST_NAME);
    return {
      pipeline,
      trigger: { kind: 'event' as const, by },
      id: event.id,
      read: () => readFields(event, parameters),
    };
  });

/** What a schedule and the rules of a pipeline's events send, as `clockwork` writes it. */
export const TriggerInput = z.union([ScheduleInput, EventInput]);

/**
 * Starts a build because its time has come or because something happened. What is wrong with it is told as a build that failed:
 * nobody waits for an answer.
 *
 * @returns the build, or why there is none
 */
export async function requestTriggeredBuild(
  input: z.output<typeof TriggerInput>,
): Promise<{ id: string } | { refused: string }> {
  const { pipeline, trigger, id: idempotencyKey } = input;
  const request: IncomingRequest = { pipeline, parameters: {}, trigger, idempotencyKey };
  try {
    await checkHold(pipeline, trigger);
    request.parameters = input.read();
    const { id } = await requestBuild(request);
    return { id };
  } catch (error) {
    if (REFUSED.some((Kind) => error instanceof Kind)) {
      logger.error('refused', error as Error);
      return { id: await recordFailure(request, error as Error) };
    }
    // The pipeline asks to be left alone while it is busy or held. An error would only make EventBridge ask again.
    if (!(error instanceof PipelineBusy || error instanceof PipelineHeld)) throw error;
    logger.warn(error.message);
    return { refused: error.message };
  }
}

/** What asking again would not mend. */
const REFUSED = [InvalidParameter, InvalidRequest, KeyReused];

/** A build that ended before it began: its record says why, and that people are to be told. */
async function recordFailure(request: IncomingRequest, error: Error): Promise<string> {
  const id = await chooseId(request);
  // The event came before.
  if (await findRecord(id)) return id;
  const { pipeline, trigger, parameters } = request;
  const { name, message } = error;
  const endedAt = new Date().toISOString();
  const kept = await keepParameters(pipeline, parameters);
  const record = { id, status: 'FAILED' as const, trigger, parameters: kept, endedAt };
  await createEnded({ ...record, error: { name, message } }, ['count', 'tell', 'tellHold', 'announce']);
  return id;
}

/** As much as any record holds; what is longer was refused for that. */
const MOST_KEPT_BYTES = 65_536;

/** What may be kept of parameters that nobody has checked: no secrets, and nothing that has no room. */
async function keepParameters(name: string, parameters: Record<string, string>) {
  const kept = hideSecrets(await findPipeline(name), parameters);
  return Buffer.byteLength(JSON.stringify(kept)) <= MOST_KEPT_BYTES ? kept : {};
}
