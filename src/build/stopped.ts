import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { eventBridge } from '../aws';
import { TransientFailure } from '../errors';
import { deleteItem, type Key, putItem, queryItems } from '../table';
import { cleanUpBuild } from './clean-up';
import { pipelineOf } from './id';
import { releaseLock } from './lock';

interface Stopped {
  build: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** Longer than any function of the workflow that makes something may take (`timeout` in serverless.yml). */
const RUNS_ON_MILLISECONDS = 2 * 60_000;

/** As many entries as PutEvents takes. */
const EVENTS_A_CALL = 10;

const KEPT_SECONDS = 24 * 60 * 60;

function keyOf(build: string): Key {
  return { pk: 'STOPPED', sk: build };
}

/**
 * Keeps in mind that the execution of a build was stopped. Step Functions does not stop the function that runs at that
 * moment: what it makes comes after the clean-up, so there is another one when it must have ended.
 */
export async function rememberStopped(build: string): Promise<void> {
  const stopped: Stopped = { build, since: Date.now() };
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_SECONDS;
  await putItem({ ...keyOf(build), ...stopped, expiresAt });
}

/** Asks for the second clean-up of builds that were stopped some minutes ago; again each time until it was done. */
export async function announceStopped(): Promise<void> {
  const stopped = await queryItems<Stopped>('STOPPED');
  const due = stopped.filter(({ since }) => Date.now() - since > RUNS_ON_MILLISECONDS);
  for (let at = 0; at < due.length; at += EVENTS_A_CALL) await emit(due.slice(at, at + EVENTS_A_CALL));
}

async function emit(due: Stopped[]): Promise<void> {
  const Entries = due.map(({ build }) => ({
    Source: 'kiln',
    DetailType: 'Kiln Build Stopped',
    Detail: JSON.stringify({ build, pipeline: pipelineOf(build) }),
  }));
  const { FailedEntryCount } = await eventBridge().send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount) throw new TransientFailure(`EventBridge did not take ${FailedEntryCount} events.`);
}

export const StoppedEvent = z.object({
  'detail-type': z.literal('Kiln Build Stopped'),
  detail: z.object({ build: z.string() }),
});

/** The second clean-up of a build that was stopped. */
export async function cleanUpStopped(build: string): Promise<void> {
  await cleanUpBuild(build);
  await releaseLock(pipelineOf(build), build);
  await deleteItem(keyOf(build));
}
