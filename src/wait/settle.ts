import { SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import pLimit from 'p-limit';
import { isAwsError } from '../aws/error';
import { sfn } from '../aws/sfn';
import { closeStage, enterStage, noteProgress } from '../build/stages';
import { failuresOf, throwAll } from '../failures';
import { lookAtImages } from '../image/look';
import { lookAtFleets } from '../rollout/fleet';
import { lookAtRefreshes } from '../rollout/refresh';
import { lookAtCommands } from '../server/command/look';
import { lookAtScans } from '../server/scan/look';
import { lookAtGates } from './gates';
import type { Seen } from './look';
import { deleteWait } from './store';
import type { Outcome, Wait, WaitKind } from './wait';

type Look = (waits: Wait[], region: string) => Promise<Seen>;

const LOOKS: Record<WaitKind, Look> = {
  image: lookAtImages,
  refresh: lookAtRefreshes,
  fleet: lookAtFleets,
  command: lookAtCommands,
  scan: lookAtScans,
  approval: lookAtGates,
  window: lookAtGates,
};

/** The token was answered before, or its state has timed out or was aborted: there is nobody left to tell. */
const NOBODY_WAITS = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** So many records and tokens are written side by side. */
const AT_ONCE = 20;

/**
 * Looks at resources that are waited for, in one batch a kind and region, and answers the tokens of those that are
 * done; of the others the records say what AWS says. Answering twice is no error, so the event, the sweep and the state itself may all do it.
 *
 * @throws if a look or an answer failed, an AggregateError if several; the others were done all the same
 */
export async function settleWaits(waits: Wait[]): Promise<void> {
  const batches = new Map<string, Wait[]>();
  for (const wait of waits) {
    const batch = `${wait.kind} ${wait.region}`;
    batches.set(batch, [...(batches.get(batch) ?? []), wait]);
  }
  const done = await Promise.allSettled([...batches.values()].map(settleBatch));
  throwAll(failuresOf(done));
}

async function settleBatch(waits: Wait[]): Promise<void> {
  const [first] = waits;
  if (!first) return;
  const { outcomes, said, problems } = await LOOKS[first.kind](waits, first.region);
  const limit = pLimit(AT_ONCE);
  const writes = [
    ...[...outcomes].map(([wait, outcome]) => limit(() => answerWait(wait, outcome))),
    ...[...said].map(([{ build, stage }, says]) => limit(() => noteProgress(build, stage, { says }))),
  ];
  const done = await Promise.allSettled(writes);
  throwAll([...problems, ...failuresOf(done)]);
}

async function answerWait(wait: Wait, outcome: Outcome): Promise<void> {
  // Before the answer: what runs after it may look into the record.
  const how = 'output' in outcome ? 'succeeded' : 'failed';
  const isOpen = 'output' in outcome && outcome.isOpen;
  if (!isOpen) await closeStage(wait.build, wait.stage, how, wait.since);
  if ('output' in outcome && outcome.next)
    await enterStage(wait.build, outcome.next.stage, Date.now(), outcome.next.waitsFor);
  try {
    await sendOutcome(wait.token, outcome);
  } catch (error) {
    if (!isAwsError(error, ...NOBODY_WAITS)) throw error;
  }
  await deleteWait(wait);
}

async function sendOutcome(taskToken: string, outcome: Outcome): Promise<void> {
  if ('output' in outcome) {
    await sfn().send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(outcome.output) }));
  } else {
    await sfn().send(new SendTaskFailureCommand({ taskToken, error: outcome.error, cause: outcome.cause }));
  }
}
