import type {
  LifecycleHook,
  LifecycleHookSpecification,
  PutLifecycleHookType,
} from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import { constraintError, validationError } from '../errors';
import type { Group, Member } from '../records/group';

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';

/** What a member does next in a transition that has lifecycle hooks. */
export type HookOutcome = 'waiting' | 'proceed' | 'abandon';

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
export function checkActionResult(result: string | undefined, member: string): void {
  if (result !== 'CONTINUE' && result !== 'ABANDON')
    throw constraintError(
      result ?? '',
      member,
      'Member must satisfy regular expression pattern: CONTINUE|ABANDON',
    );
}

/**
 * Leads a member through the hooks of its transition, one after the other: `Pending:Wait`, `Terminating:Wait`.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export function passHooks(
  context: Context,
  group: Group,
  member: Member,
  transition: Transition,
): HookOutcome {
  const prefix = transition.endsWith('LAUNCHING') ? 'Pending' : 'Terminating';
  for (;;) {
    const pending = member.pendingHook;
    if (pending) {
      const late = context.clock.millis() >= pending.deadline;
      const result = pending.result ?? (late ? (pending.hook.DefaultResult ?? 'ABANDON') : undefined);
      if (!result) return 'waiting';
      member.pendingHook = undefined;
      member.completedHooks.add(pending.hook.LifecycleHookName ?? '');
      if (result === 'ABANDON') {
        member.lifecycle = `${prefix}:Proceed`;
        return 'abandon';
      }
    }
    const next = [...group.hooks.values()].find(
      (hook) =>
        hook.LifecycleTransition === transition && !member.completedHooks.has(hook.LifecycleHookName ?? ''),
    );
    if (!next) {
      if (member.lifecycle === `${prefix}:Wait`) member.lifecycle = `${prefix}:Proceed`;
      return 'proceed';
    }
    member.lifecycle = `${prefix}:Wait`;
    if (member.activity) {
      member.activity.StatusCode = 'MidLifecycleAction';
      member.activity.Progress = prefix === 'Pending' ? 40 : 60;
    }
    startAction(context, group, member, next, transition);
  }
}

function startAction(
  context: Context,
  group: Group,
  member: Member,
  hook: LifecycleHook,
  transition: Transition,
): void {
  const now = context.clock.millis();
  const token = uuid();
  member.pendingHook = { hook, token, since: now, deadline: now + (hook.HeartbeatTimeout ?? 3600) * 1000 };
  const launching = transition.endsWith('LAUNCHING');
  context.bus.announce({
    source: 'aws.autoscaling',
    detailType: `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`,
    resources: [group.arn],
    detail: {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.name,
      LifecycleHookName: hook.LifecycleHookName,
      EC2InstanceId: member.instanceId,
      LifecycleTransition: transition,
      ...(hook.NotificationMetadata && { NotificationMetadata: hook.NotificationMetadata }),
      Origin: launching ? 'EC2' : 'AutoScalingGroup',
      Destination: launching ? 'AutoScalingGroup' : 'EC2',
    },
  });
}
