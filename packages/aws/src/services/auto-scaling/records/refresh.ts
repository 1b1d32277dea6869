import type {
  InstanceRefresh,
  InstanceRefreshProgressDetails,
  InstanceRefreshStatus,
  RefreshPreferences,
  RollbackDetails,
} from '@aws-sdk/client-auto-scaling';
import type { Configuration } from './configuration';

/** An instance refresh. Times are AWS time in milliseconds. */
export interface Refresh {
  readonly id: string;
  readonly groupName: string;
  readonly preferences: RefreshPreferences;
  /** Undefined when the refresh keeps the group's configuration. */
  readonly desired?: Configuration;
  /** The desired configuration as the user gave it. */
  readonly given?: InstanceRefresh['DesiredConfiguration'];
  readonly startedAt: Date;
  readonly endLedger: () => void;
  status: InstanceRefreshStatus;
  reason?: string;
  endedAt?: Date;
  percent: number;
  toUpdate: number;
  /** Instances that are to go. */
  replace: Set<string>;
  /** Those in the warm pool that are to go. */
  replaceWarm: Set<string>;
  /** Instances that it (or its rollback) launched, into the group or its warm pool. */
  fresh: Set<string>;
  /** How many there were to replace at the start. */
  total: number;
  /** Of them in the warm pool, which are not in the total. */
  totalWarm: number;
  /** How far it is with the group and with its warm pool; undefined where there is none. */
  progress?: InstanceRefreshProgressDetails;
  /** Why the last replacement that failed did so. */
  lastFailure?: string;
  /** The fewest replacements that were ever still to come, and for how many milliseconds it has been stuck there. */
  fewestRemaining: number;
  stuckFor: number;
  /** When it had its last turn. */
  seenAt: number;
  /** Which of the checkpoints comes next, and until when the present one is observed. */
  checkpoint: number;
  checkpointUntil?: number;
  bakeUntil?: number;
  rollback?: RollbackDetails;
  waitForTransitioning: boolean;
}

/** A refresh as DescribeInstanceRefreshes shows it. */
export function describeRefresh(refresh: Refresh): InstanceRefresh {
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.groupName,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: refresh.startedAt,
    EndTime: refresh.endedAt,
    PercentageComplete: refresh.percent,
    InstancesToUpdate: refresh.toUpdate,
    ProgressDetails: refresh.progress,
    Preferences: refresh.preferences,
    DesiredConfiguration: refresh.given,
    RollbackDetails: refresh.rollback,
    Strategy: 'Rolling',
  };
}
