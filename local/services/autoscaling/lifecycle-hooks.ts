import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import { uuid } from '../../ids';
import type { Realm } from '../../realm';
import type { Group, Member } from './group';

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';

/** What a member does next in a transition that has lifecycle hooks. */
export type HookOutcome = 'waiting' | 'proceed' | 'abandon';

/**
 * Leads a member through the hooks of its transition, one after the other: `Pending:Wait`, `Terminating:Wait`.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
export function passHooks(realm: Realm, group: Group, member: Member, transition: Transition): HookOutcome {
  const prefix = transition.endsWith('LAUNCHING') ? 'Pending' : 'Terminating';
  for (;;) {
    const pending = member.pendingHook;
    if (pending) {
      const late = realm.clock.millis() >= pending.deadline;
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
    startAction(realm, group, member, next, transition);
  }
}

function startAction(
  realm: Realm,
  group: Group,
  member: Member,
  hook: LifecycleHook,
  transition: Transition,
): void {
  const now = realm.clock.millis();
  const token = uuid();
  member.pendingHook = { hook, token, since: now, deadline: now + (hook.HeartbeatTimeout ?? 3600) * 1000 };
  const launching = transition.endsWith('LAUNCHING');
  realm.bus.announce({
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
