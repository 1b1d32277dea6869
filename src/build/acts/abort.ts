import { endQueued, endUnstarted } from '../end/aborted';
import { stopExecution } from '../execution';
import { type BuildAct, type BuildRecord, getRecord } from '../record';
import { describeAct, noteAct, refuseIfOver } from './note';

/** The name of the error of a build that somebody has aborted. */
export const ABORTED = 'Aborted';

/**
 * Ends a build because somebody wants it: one that waits leaves the queue, and the execution of one that runs is stopped; what it made is
 * undone, as that of one that failed. Asked for again while it ends it does the same once more, which changes nothing.
 *
 * @param asked who, and why; with `now` a refresh that AWS cannot roll back is cancelled without waiting for servers that come and go
 * @returns the record as it is then: that of one that ran says ABORTED a moment later
 * @throws UnknownBuild, BuildOver
 */
export async function abortBuild(
  build: string,
  asked: Pick<BuildAct, 'by' | 'reason' | 'now'>,
): Promise<BuildRecord> {
  const act = { act: 'abort' as const, ...asked };
  const record = await noteAct(build, act);
  const why = { name: ABORTED, message: describeAct(act) };
  if (record.status === 'QUEUED' && (await endQueued(record, why))) return getRecord(build);
  // Its turn may just have come: then it is one that runs.
  refuseIfOver(await getRecord(build), act.act);
  if (!(await stopExecution(build, why.name, why.message))) await endUnstarted(build, why);
  const after = await getRecord(build);
  // Finish may have been quicker, or the end of one that failed.
  if (after.status !== 'ABORTED') refuseIfOver(after, act.act);
  return after;
}
