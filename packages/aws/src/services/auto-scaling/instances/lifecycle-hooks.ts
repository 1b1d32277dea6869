import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Group, GroupInstance } from '../records/group';

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';

/** What an instance does next in a transition that has lifecycle hooks. */
export type HookOutcome = 'waiting' | 'proceed' | 'abandon';

/**
 * Leads an instance through the hooks of its transition, one after the other: `Pending:Wait`, `Terminating:Wait`.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export function passHooks(
  context: Context,
  group: Group,
  instance: GroupInstance,
  transition: Transition,
): HookOutcome {
  const prefix = prefixOf(instance, transition);
  for (;;) {
    const pending = instance.pendingHook;
    if (pending) {
      const late = context.clock.millis() >= pending.deadline;
      const result = pending.result ?? (late ? (pending.hook.DefaultResult ?? 'ABANDON') : undefined);
      if (!result) return 'waiting';
      instance.pendingHook = undefined;
      instance.completedHooks.add(pending.hook.LifecycleHookName ?? '');
      if (result === 'ABANDON') {
        instance.lifecycle = `${prefix}:Proceed`;
        return 'abandon';
      }
    }
    const next = [...group.hooks.values()].find(
      (hook) =>
        hook.LifecycleTransition === transition && !instance.completedHooks.has(hook.LifecycleHookName ?? ''),
    );
    if (!next) {
      if (instance.lifecycle === `${prefix}:Wait`) instance.lifecycle = `${prefix}:Proceed`;
      return 'proceed';
    }
    instance.lifecycle = `${prefix}:Wait`;
    if (instance.activity) {
      instance.activity.StatusCode = 'MidLifecycleAction';
      instance.activity.Progress = prefix.endsWith('Pending') ? 40 : 60;
    }
    startAction(context, group, instance, next, transition);
  }
}

function startAction(
  context: Context,
  group: Group,
  instance: GroupInstance,
  hook: LifecycleHook,
  transition: Transition,
): void {
  const now = context.clock.millis();
  const token = uuid();
  instance.pendingHook = { hook, token, since: now, deadline: now + (hook.HeartbeatTimeout ?? 3600) * 1000 };
  const launching = transition.endsWith('LAUNCHING');
  context.bus.announce({
    source: 'aws.autoscaling',
    detailType: `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`,
    resources: [group.arn],
    detail: {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.name,
      LifecycleHookName: hook.LifecycleHookName,
      EC2InstanceId: instance.instanceId,
      LifecycleTransition: transition,
      ...(hook.NotificationMetadata && { NotificationMetadata: hook.NotificationMetadata }),
      ...routeOf(instance, transition),
    },
  });
}

function isInPool({ lifecycle }: GroupInstance): boolean {
  return lifecycle.startsWith('Warmed:');
}

/** What returns to the warm pool waits for the hooks of its termination there. */
function prefixOf(instance: GroupInstance, transition: Transition) {
  const isEntering = transition.endsWith('LAUNCHING') || instance.isReturning;
  if (isInPool(instance)) return isEntering ? 'Warmed:Pending' : 'Warmed:Terminating';
  return isEntering ? 'Pending' : 'Terminating';
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-eventbridge-events.html */
function routeOf(instance: GroupInstance, transition: Transition) {
  if (transition.endsWith('LAUNCHING')) {
    if (isInPool(instance)) return { Origin: 'EC2', Destination: 'WarmPool' };
    return { Origin: instance.isFromPool ? 'WarmPool' : 'EC2', Destination: 'AutoScalingGroup' };
  }
  if (instance.isReturning) return { Origin: 'AutoScalingGroup', Destination: 'WarmPool' };
  return { Origin: isInPool(instance) ? 'WarmPool' : 'AutoScalingGroup', Destination: 'EC2' };
}
