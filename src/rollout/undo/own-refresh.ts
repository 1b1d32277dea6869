import type { InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import type { BuildRecord } from '../../build/record';
import { isOwnRefresh, isRefreshActive, listRefreshes } from '../refresh';
import { amongBefore } from '../version/configuration';
import { amongOwn, type Rollout } from './rollout';

/** Whatever a function of a build begins when the build has failed, it begins by then. Milliseconds. */
const LATE_MILLISECONDS = 5 * 60_000;

/** The refreshes of a group as they concern the undoing of a build. */
export interface Refreshes {
  newest?: InstanceRefresh | undefined;
  /** That which has not ended. */
  active?: InstanceRefresh | undefined;
  /** That with which the build rolled out. */
  own?: InstanceRefresh | undefined;
  /** That which brings the group back to the version that it had. */
  back?: InstanceRefresh | undefined;
}

/** Reads the refreshes of a group, and finds those that are provably a build's own among them. */
export async function findRefreshes(record: BuildRecord, rollout: Rollout): Promise<Refreshes> {
  const all = (await listRefreshes(rollout.target.autoScalingGroup)).toSorted(
    (a, b) => beginOf(b) - beginOf(a),
  );
  const at = all.findIndex((refresh) => isOwn(refresh, record, rollout));
  const newest = all[0];
  return {
    newest,
    active: all.find(isRefreshActive),
    own: all[at],
    back: all.find((refresh, place) => isBack(refresh, record, rollout) && (at < 0 || place < at)),
  };
}

/**
 * One that a person started to a version of the build is that person's. One that was not written down was begun before the build had ended,
 * goes to such a version, and is as the pipeline prefers.
 */
function isOwn(refresh: InstanceRefresh, record: BuildRecord, rollout: Rollout): boolean {
  const { target } = rollout;
  const written = record.rollouts[target.autoScalingGroup]?.refreshId;
  if (written) return refresh.InstanceRefreshId === written;
  const isBegunInTime =
    !record.endedAt || !refresh.StartTime || refresh.StartTime.getTime() < timeOf(record) + LATE_MILLISECONDS;
  return isBegunInTime && isOwnRefresh(refresh, target, amongOwn(rollout));
}

/** Whoever began it may not have come to write it down either. */
function isBack(refresh: InstanceRefresh, record: BuildRecord, { target }: Rollout): boolean {
  const written = record.rollouts[target.autoScalingGroup]?.broughtBackBy;
  if (written) return refresh.InstanceRefreshId === written;
  const isBegunAfter =
    !record.endedAt || !refresh.StartTime || refresh.StartTime.getTime() >= timeOf(record) - 1000;
  return isBegunAfter && isOwnRefresh(refresh, toBringBack(target), amongBefore);
}

function timeOf({ endedAt = '' }: BuildRecord): number {
  return Date.parse(endedAt);
}

/** One that is pending has not begun yet. */
function beginOf({ StartTime }: InstanceRefresh): number {
  return StartTime?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

/**
 * A group is brought back as the pipeline prefers, but at once, and there is nothing to roll back to: it waits at no checkpoint, and no
 * alarm ends it. Those that the new version has set off would end it before it began.
 */
export function toBringBack({ checkpoints, ...target }: Rollout['target']): Rollout['target'] {
  return { ...target, autoRollback: false, bake: 0, alarms: [] };
}
