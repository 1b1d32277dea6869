import {
  CancelInstanceRefreshCommand,
  type InstanceRefresh,
  RollbackInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, isAwsError } from '../../aws';
import type { BuildRecord } from '../../build/record';
import { takeGroup } from '../lease';
import { findRefreshes } from './own-refresh';
import type { Rollout } from './rollout';

/**
 * Rolls back the refresh of a build if it runs; where AWS cannot, cancels it.
 *
 * @returns what was stopped, in words
 */
export async function stopRefresh(record: BuildRecord, rollout: Rollout): Promise<string[]> {
  const { autoScalingGroup, canRollBack } = rollout.target;
  if (!(await findOwnActive(record, rollout))) return [];
  await takeGroup(autoScalingGroup, record.id);
  // AWS stops whatever refresh runs: it may have ended meanwhile, and another begun.
  const active = await findOwnActive(record, rollout);
  if (!active) return [];
  const input = { AutoScalingGroupName: autoScalingGroup };
  try {
    const stop = canRollBack
      ? autoScaling().send(new RollbackInstanceRefreshCommand(input))
      : autoScaling().send(new CancelInstanceRefreshCommand(input));
    await stop;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault', 'ActiveInstanceRefreshNotFound')) return [];
    if (!isAwsError(error, 'IrreversibleInstanceRefreshFault', 'IrreversibleInstanceRefresh')) throw error;
    await autoScaling().send(new CancelInstanceRefreshCommand(input));
  }
  return [`instance refresh ${active.InstanceRefreshId} of ${autoScalingGroup}`];
}

async function findOwnActive(record: BuildRecord, rollout: Rollout): Promise<InstanceRefresh | undefined> {
  const { active, own } = await findRefreshes(record, rollout);
  const isStopping = active?.Status === 'RollbackInProgress' || active?.Status === 'Cancelling';
  return active === own && !isStopping ? active : undefined;
}
