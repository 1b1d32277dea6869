import pLimit from 'p-limit';
import { failuresOf, throwAll } from '../../failures';
import { renewGroups } from '../../rollout/lease';
import { findBefore } from '../acts/gate';
import { findExecution, listRunning } from '../execution';
import { findLockHolder, isStarting, renewLock } from '../lock';
import { listOpen, type Open } from '../open';
import { listQueued } from '../queue';
import { type BuildRecord, findRecord, isOver } from '../record';
import { hasTask, nudge } from './outbox';

/** So many builds are looked at side by side. */
const AT_ONCE = 10;

/**
 * Once a minute, for all builds that have not come to their end: renews what they hold while something is behind them, and asks for
 * those that have nothing behind them. Each is looked at alone.
 *
 * @throws what could not be looked at
 */
export async function watchBuilds(): Promise<void> {
  const open = await listOpen();
  if (open.length === 0) return;
  const running = await listRunning();
  const names = new Set(open.map(({ build }) => build));
  const limit = pLimit(AT_ONCE);
  const looks = open.map((one) => limit(() => goesOn(one, running, names)));
  const seen = await Promise.allSettled(looks);
  await nudge(open.filter((_, at) => isLost(seen[at])).map(({ build }) => build));
  throwAll(failuresOf(seen));
}

function isLost(seen: PromiseSettledResult<boolean> | undefined): boolean {
  return seen?.status === 'fulfilled' && !seen.value;
}

/** Whether a build goes on by itself. What it holds is renewed then. */
async function goesOn(
  { build }: Open,
  running: ReadonlySet<string>,
  open: ReadonlySet<string>,
): Promise<boolean> {
  const record = await findRecord(build);
  if (!record) return running.has(build);
  if (record.status === 'QUEUED') return isWaiting(record, open);
  const isAlive = isOver(record) ? await hasTask(build) : await isRunning(build, running);
  if (isAlive) await renew(record);
  return isAlive;
}

/** The list of Step Functions lags behind. */
async function isRunning(build: string, running: ReadonlySet<string>): Promise<boolean> {
  return running.has(build) || (await findExecution(build))?.status === 'RUNNING';
}

/** Whether a build is in the queue, behind one that will start it when it ends. */
async function isWaiting(
  { id, pipeline, trigger }: BuildRecord,
  open: ReadonlySet<string>,
): Promise<boolean> {
  const holder = await findLockHolder(pipeline);
  // One that a person must approve first holds no lock.
  if (!holder && (await findBefore(pipeline, trigger))) return (await listQueued(pipeline)).includes(id);
  if (!holder || holder === id || !(await listQueued(pipeline)).includes(id)) return false;
  return open.has(holder) || isStarting(pipeline, holder);
}

async function renew({ id, pipeline, targets = [] }: BuildRecord): Promise<void> {
  await renewLock(pipeline, id);
  await renewGroups(
    targets.map(({ autoScalingGroup }) => autoScalingGroup),
    id,
  );
}
