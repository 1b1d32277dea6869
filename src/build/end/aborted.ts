import { releaseLock } from '../lock';
import { strikeOpen } from '../open';
import { leaveQueues } from '../queue';
import { type BuildRecord, findRecord, isUnattended, type Task } from '../record';
import { AFTER_FAILURE, describeEnd, type Failure } from './end';
import { endRecord, nudge } from './outbox';

/**
 * Ends a build that waits in the queue of its pipeline.
 *
 * @returns whether it still waited
 */
export async function endQueued(record: BuildRecord, error: Failure): Promise<boolean> {
  const { id, pipeline, trigger } = record;
  // Who asked for it hears of it; a schedule and an event come again.
  const tasks: Task[] = isUnattended(trigger) ? ['announce'] : ['tell', 'announce'];
  const endedAt = new Date().toISOString();
  if (!(await endRecord(id, ['QUEUED'], 'ABORTED', tasks, { endedAt, error }))) return false;
  await leaveQueues(pipeline, id);
  await releaseLock(pipeline, id);
  await strikeOpen(id);
  await nudge([id]);
  return true;
}

/** Ends a build that is about to get its execution: should that begin after all, it finds the build over, and touches nothing. */
export async function endUnstarted(build: string, error: Failure): Promise<void> {
  const record = await findRecord(build);
  if (!record) return;
  if (await endRecord(build, ['RUNNING'], 'ABORTED', AFTER_FAILURE, describeEnd(record, 'ABORTED', error)))
    await nudge([build]);
}
