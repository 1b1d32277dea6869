import type {
  LifecycleHook,
  LifecycleHookSpecification,
  PutLifecycleHookType,
} from '@aws-sdk/client-auto-scaling';
import { constraintError, validationError } from '../../errors';

/**
 * A hook as a group keeps it, with AWS's defaults; what a change does not name stays.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
 *
 * @throws AwsError `ValidationError`
 */
export function readHook(
  groupName: string,
  input: LifecycleHookSpecification | PutLifecycleHookType,
  present?: LifecycleHook,
): LifecycleHook {
  const transition = input.LifecycleTransition ?? present?.LifecycleTransition;
  if (
    transition !== 'autoscaling:EC2_INSTANCE_LAUNCHING' &&
    transition !== 'autoscaling:EC2_INSTANCE_TERMINATING'
  ) {
    throw validationError(
      'LifecycleTransition must be one of: autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING.',
    );
  }
  const timeout = input.HeartbeatTimeout ?? present?.HeartbeatTimeout ?? 3600;
  if (timeout < 30 || timeout > 7200)
    throw validationError('Heartbeat timeout must be between 30 and 7200 seconds.');
  const result = input.DefaultResult ?? present?.DefaultResult ?? 'ABANDON';
  checkActionResult(result, 'defaultResult');
  return {
    LifecycleHookName: input.LifecycleHookName,
    AutoScalingGroupName: groupName,
    LifecycleTransition: transition,
    NotificationTargetARN: input.NotificationTargetARN ?? present?.NotificationTargetARN,
    RoleARN: input.RoleARN ?? present?.RoleARN,
    NotificationMetadata: input.NotificationMetadata ?? present?.NotificationMetadata,
    HeartbeatTimeout: timeout,
    GlobalTimeout: Math.min(172800, timeout * 100),
    DefaultResult: result,
  };
}

/** @throws AwsError `ValidationError` for anything but CONTINUE and ABANDON */
export function checkActionResult(result: string | undefined, instance: string): void {
  if (result !== 'CONTINUE' && result !== 'ABANDON')
    throw constraintError(
      result ?? '',
      instance,
      'Member must satisfy regular expression pattern: CONTINUE|ABANDON',
    );
}
