import { findExecution, optionsOf } from '../execution';
import { isStarting } from '../lock';
import { listOpen, strikeOpen } from '../open';
import { enqueueBuild, startQueuedBuild } from '../queue';
import { type BuildRecord, createRecord, findRecord, isOver, moveStatus } from '../record';
import { readCaught } from './caught';
import { failBuild, finishWork, giveBack } from './end';
import { forgetAbandoned, hasTask } from './outbox';

/** A request whose function died before its record was written: nobody was told that it is accepted. Milliseconds. */
const ABANDONED_AFTER = 2 * 60_000;

/**
 * Looks after one build, whatever made somebody ask: does what is left to do for one that is over, ends one whose execution is over,
 * starts one that was accepted and has nothing behind it. The record and the execution decide.
 */
export async function attendBuild(build: string): Promise<void> {
  const record = await findRecord(build);
  if (record && isOver(record)) return attendOver(record);
  await forgetAbandoned(build);
  if (record?.status === 'QUEUED') return requeue(record);
  if (await findExecution(build)) return endIfLost(build);
  if (record) return startAgain(record);
  const entry = (await listOpen()).find((one) => one.build === build);
  if (entry && Date.now() - entry.since > ABANDONED_AFTER) await strikeOpen(build);
}

async function attendOver(record: BuildRecord): Promise<void> {
  await finishWork(record.id);
  // A function that ran on may have taken something after all was done.
  if (!(await hasTask(record.id))) await giveBack(record);
}

/** Puts a request into its place and starts who is next. A newer one stays before it. */
async function requeue(record: BuildRecord): Promise<void> {
  const { id, pipeline, parameters, trigger } = record;
  await enqueueBuild(id, { pipeline, parameters, trigger, ...optionsOf(record) });
  await startQueuedBuild(pipeline);
}

/** Whoever was to start its execution died before. */
async function startAgain(record: BuildRecord): Promise<void> {
  if (await isStarting(record.pipeline, record.id)) return;
  if (await moveStatus(record.id, ['RUNNING'], 'QUEUED')) await requeue(record);
}

const WORDS = {
  FAILED: 'The execution failed, and Recover with it.',
  ABORTED: 'The execution was stopped.',
  TIMED_OUT: 'The execution took longer than the state machine allows.',
  SUCCEEDED: 'The execution succeeded without the end of the build, which Kiln never does.',
};

/** Ends a build whose execution is over while its record says that it runs, or says nothing yet. */
export async function endIfLost(build: string): Promise<void> {
  const execution = await findExecution(build);
  if (!execution || !Object.hasOwn(WORDS, execution.status)) return;
  const ended = execution.status as keyof typeof WORDS;
  const cause = execution.cause && readCaught({ Error: '', Cause: execution.cause }).message;
  const message = [WORDS[ended], cause].filter(Boolean).join(' ');
  // One that was stopped before it had a record gets one: what still runs of it sees that it is over.
  await createRecord({ id: build, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
  await failBuild(build, ended === 'SUCCEEDED' ? 'FAILED' : ended, {
    name: execution.error || ended,
    message,
  });
}
