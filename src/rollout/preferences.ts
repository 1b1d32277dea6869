import type { InstanceRefresh, RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { type Target, TargetState } from '../build/state';

const PROTECTED = { wait: 'Wait', ignore: 'Ignore', refresh: 'Refresh' } as const;
const STANDBY = { wait: 'Wait', ignore: 'Ignore', terminate: 'Terminate' } as const;

/**
 * How a group is refreshed, as the pipeline says.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
export function preferencesOf(target: Target): RefreshPreferences {
  const { minHealthy, maxHealthy, warmup, bake, autoRollback, alarms, checkpoints, skipMatching } =
    completed(target);
  return {
    MinHealthyPercentage: minHealthy,
    MaxHealthyPercentage: maxHealthy,
    SkipMatching: skipMatching,
    AutoRollback: autoRollback,
    ScaleInProtectedInstances: PROTECTED[completed(target).scaleInProtected],
    StandbyInstances: STANDBY[completed(target).standby],
    ...(warmup !== undefined && { InstanceWarmup: warmup }),
    ...(bake > 0 && { BakeTime: bake }),
    ...(alarms.length > 0 && { AlarmSpecification: { Alarms: alarms } }),
    // The last must be the whole group.
    ...(checkpoints && {
      CheckpointPercentages: [...checkpoints.at, 100],
      CheckpointDelay: checkpoints.wait,
    }),
  };
}

/** The record of a build that was planned before there were these says nothing of them. */
function completed(target: Target): Target {
  return { ...TargetState.pick(LATER).parse(target), ...target };
}

const LATER = { alarms: true, skipMatching: true, scaleInProtected: true, standby: true } as const;

/** Whether a refresh has them. AWS fills in what was not given (InstanceWarmup), and need not tell what is off. */
export function hasPreferencesOf({ Preferences: found = {} }: InstanceRefresh, target: Target): boolean {
  const {
    AutoRollback,
    BakeTime = 0,
    AlarmSpecification,
    CheckpointPercentages,
    CheckpointDelay,
    ScaleInProtectedInstances,
    StandbyInstances,
    ...given
  } = preferencesOf(target);
  return (
    Object.entries(given).every(([name, value]) => found[name as keyof typeof given] === value) &&
    (found.AutoRollback ?? false) === AutoRollback &&
    (found.BakeTime ?? 0) === BakeTime &&
    // What AWS does unless it is told otherwise.
    (found.ScaleInProtectedInstances ?? 'Wait') === ScaleInProtectedInstances &&
    (found.StandbyInstances ?? 'Wait') === StandbyInstances &&
    isSame(found.CheckpointPercentages, CheckpointPercentages) &&
    (CheckpointPercentages === undefined || found.CheckpointDelay === CheckpointDelay) &&
    isSame(found.AlarmSpecification?.Alarms?.toSorted(), AlarmSpecification?.Alarms?.toSorted())
  );
}

function isSame(found: readonly unknown[] = [], given: readonly unknown[] = []): boolean {
  return JSON.stringify(found) === JSON.stringify(given);
}
