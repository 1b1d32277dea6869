import { TransientFailure } from '../../errors';
import { emit, type KilnEvent } from '../../tell/events';
import { tellPeople } from '../../tell/people';
import type { BuildRecord } from '../record';
import { changeHold, describeHold, findHold, type Hold } from './hold';

/** Longer than the calls take that tell of it. */
const TELLING_MILLISECONDS = 60_000;

/**
 * Tells people that a pipeline is held, once: who tells it says so before, so that of two who would the second waits.
 *
 * @throws TransientFailure while another tells it
 */
export async function tellHold({ id, pipeline, error }: BuildRecord): Promise<void> {
  const found = await findHold(pipeline);
  if (found?.held?.by !== id || found.held.toldAt) return;
  const now = new Date();
  const { held } = await changeHold(pipeline, (hold) => {
    const { held } = hold;
    const free = !held?.tellingAt || Date.parse(held.tellingAt) < now.getTime() - TELLING_MILLISECONDS;
    if (held?.by !== id || held.toldAt || !free) return undefined;
    return { ...hold, held: { ...held, tellingAt: now.toISOString() } };
  });
  if (held?.by !== id || held.toldAt) return;
  if (held.tellingAt !== now.toISOString())
    throw new TransientFailure(`That pipeline ${pipeline} is held is just being told.`);
  await publish(pipeline, found, `${error?.name}: ${error?.message}`);
  await changeHold(pipeline, (hold) =>
    hold.held?.by === id ? { ...hold, held: { ...hold.held, toldAt: new Date().toISOString() } } : undefined,
  );
}

async function publish(pipeline: string, hold: Hold, why: string): Promise<void> {
  const message = describeHold(pipeline, hold);
  await tellPeople(
    `Kiln: pipeline ${pipeline} is HELD`,
    `${message}\n\nThe last of them failed with ${why}\n\nStart a build: POST /pipelines/${pipeline}/builds. Or resume it: POST /pipelines/${pipeline}/resume.\n`,
  );
  await announceHeld(pipeline, { since: hold.held?.since, builds: hold.failures, message });
}

/**
 * Emits the event that a pipeline is held.
 *
 * @throws TransientFailure if EventBridge did not take it
 */
export async function announceHeld(
  pipeline: string,
  detail: Omit<Extract<KilnEvent, { type: 'Pipeline Held' }>['detail'], 'pipeline'>,
): Promise<void> {
  await emit({ type: 'Pipeline Held', detail: { pipeline, ...detail } });
}
