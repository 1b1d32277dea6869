import {
  CancelInstanceRefreshCommand,
  type InstanceRefresh,
  RollbackInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../../aws/auto-scaling';
import { isAwsError } from '../../aws/error';
import type { BuildRecord } from '../../build/record';
import { takeGroup } from '../lease';
import { findRefreshes } from './own-refresh';
import type { Rollout } from './rollout';

/**
 * Rolls back the refresh of a build if it runs; where AWS cannot, cancels it. A roll-back waits for nothing: AWS replaces the new servers at
 * once. A refresh that is cancelled waits for servers that come and go, unless whoever has aborted the build would not wait; those are
 * looked at afterwards all the same.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
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
  const cancel = () =>
    autoScaling().send(
      new CancelInstanceRefreshCommand({
        ...input,
        ...(isHurried(record) && { WaitForTransitioningInstances: false }),
      }),
    );
  try {
    const stop = canRollBack ? autoScaling().send(new RollbackInstanceRefreshCommand(input)) : cancel();
    await stop;
  } catch (error) {
    if (isAwsError(error, 'ActiveInstanceRefreshNotFoundFault', 'ActiveInstanceRefreshNotFound')) return [];
    if (!isAwsError(error, 'IrreversibleInstanceRefreshFault', 'IrreversibleInstanceRefresh')) throw error;
    // So AWS says also of one that is being rolled back, by itself or since the answer to the first try was lost: to cancel that would end it halfway.
    if (!(await findOwnActive(record, rollout))) return [];
    await cancel();
  }
  return [`instance refresh ${active.InstanceRefreshId} of ${autoScalingGroup}`];
}

function isHurried({ acts = [] }: BuildRecord): boolean {
  return acts.some(({ act, now }) => act === 'abort' && now);
}

async function findOwnActive(record: BuildRecord, rollout: Rollout): Promise<InstanceRefresh | undefined> {
  const { active, own } = await findRefreshes(record, rollout);
  const isStopping = active?.Status === 'RollbackInProgress' || active?.Status === 'Cancelling';
  return active === own && !isStopping ? active : undefined;
}
