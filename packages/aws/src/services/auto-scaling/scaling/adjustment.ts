import type { ScalingPolicy } from '@aws-sdk/client-auto-scaling';
import { validationError } from '../errors';
import type { Group } from '../records/group';

/**
 * What a simple or step policy makes of a capacity, not yet held to the bounds of the group.
 *
 * @param base the capacity that it changes
 * @param metricValue of a step policy, with the threshold of its alarm
 * @throws AwsError `ValidationError` for a step policy without them
 */
export function adjusted(
  base: number,
  policy: ScalingPolicy,
  metricValue: number | undefined,
  threshold: number | undefined,
): number {
  if (policy.PolicyType !== 'StepScaling') return adjust(base, policy, policy.ScalingAdjustment ?? 0);
  if (metricValue === undefined || threshold === undefined)
    throw validationError('MetricValue and BreachThreshold are required to execute a step scaling policy');
  const difference = metricValue - threshold;
  const step = policy.StepAdjustments?.find(
    ({ MetricIntervalLowerBound: low, MetricIntervalUpperBound: high }) =>
      difference >= (low ?? Number.NEGATIVE_INFINITY) && difference < (high ?? Number.POSITIVE_INFINITY),
  );
  return step ? adjust(base, policy, step.ScalingAdjustment ?? 0) : base;
}

/** A capacity within the bounds of a group. */
export function clamp({ min, max }: Pick<Group, 'min' | 'max'>, desired: number): number {
  return Math.min(Math.max(desired, min), max);
}

function adjust(base: number, policy: ScalingPolicy, by: number): number {
  if (policy.AdjustmentType === 'ExactCapacity') return by;
  if (policy.AdjustmentType === 'ChangeInCapacity') return base + by;
  const change = (base * by) / 100;
  const whole = Math.abs(change) < 1 && change !== 0 ? Math.sign(change) : Math.trunc(change);
  const least = policy.MinAdjustmentMagnitude ?? 0;
  return base + (Math.abs(whole) < least ? Math.sign(by) * least : whole);
}
