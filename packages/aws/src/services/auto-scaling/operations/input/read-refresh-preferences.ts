import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { validationError } from '../../errors';
import type { Group } from '../../records/group';

/**
 * The preferences of a refresh, with AWS's defaults filled in.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 *
 * @throws AwsError `ValidationError`
 */
export function resolvePreferences(group: Group, given: RefreshPreferences = {}): RefreshPreferences {
  checkPercentages(given);
  checkCheckpoints(given);
  const { settings } = group;
  return {
    ...given,
    MinHealthyPercentage:
      given.MinHealthyPercentage ?? settings.maintenancePolicy?.MinHealthyPercentage ?? 90,
    MaxHealthyPercentage:
      given.MaxHealthyPercentage ??
      (given.MinHealthyPercentage === undefined
        ? settings.maintenancePolicy?.MaxHealthyPercentage
        : undefined) ??
      100,
    InstanceWarmup: given.InstanceWarmup ?? settings.defaultInstanceWarmup ?? settings.healthCheckGracePeriod,
    SkipMatching: given.SkipMatching ?? false,
    AutoRollback: given.AutoRollback ?? false,
    ScaleInProtectedInstances: given.ScaleInProtectedInstances ?? 'Wait',
    StandbyInstances: given.StandbyInstances ?? 'Wait',
    ...(given.CheckpointPercentages && { CheckpointDelay: given.CheckpointDelay ?? 3600 }),
  };
}

function checkPercentages({
  MinHealthyPercentage: min,
  MaxHealthyPercentage: max,
}: RefreshPreferences): void {
  if (max === undefined) return;
  if (min === undefined) {
    throw validationError(
      `The request isn't valid. You must specify MinHealthyPercentage when you specify MaxHealthyPercentage.`,
    );
  }
  if (max - min > 100) {
    throw validationError(
      `The request isn't valid. The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.`,
    );
  }
}

function checkCheckpoints({
  CheckpointPercentages: percentages,
  CheckpointDelay: delay,
}: RefreshPreferences): void {
  if (!percentages || percentages.length === 0) {
    if (delay !== undefined) {
      throw validationError(
        `The request isn't valid. You must specify CheckpointPercentages when you specify CheckpointDelay.`,
      );
    }
    return;
  }
  if (percentages.some((percent, index) => index > 0 && percent <= (percentages[index - 1] ?? 0))) {
    throw validationError(
      `The request isn't valid. The values of CheckpointPercentages must be unique and in ascending order.`,
    );
  }
}
