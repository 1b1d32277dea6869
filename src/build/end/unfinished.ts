import { findExecution } from '../execution';
import { findRecord, isOver } from '../record';
import { hasTask } from './outbox';

/**
 * Whether something is behind a build: its execution runs, or has ended without that the record says so, or something of it is still
 * to be undone. A request that died has nothing behind it.
 */
export async function isUnfinished(build: string): Promise<boolean> {
  const execution = await findExecution(build);
  if (execution?.status === 'RUNNING') return true;
  const record = await findRecord(build);
  if (!record) return false;
  return isOver(record) ? hasTask(build, 'unlock') : execution !== undefined && record.status === 'RUNNING';
}
