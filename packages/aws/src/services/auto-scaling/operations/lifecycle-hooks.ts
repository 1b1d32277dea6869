import { limitExceeded, validationError } from '../errors';
import { allInstances, type Group } from '../records/group';
import type { Op } from '../state';
import { checkActionResult, readHook } from './input/read-hook';

export const PutLifecycleHook: Op<'PutLifecycleHook'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const name = input.LifecycleHookName ?? '';
  const present = group.hooks.get(name);
  const hook = readHook(group.name, input, present);
  if (!present && group.hooks.size >= 50)
    throw limitExceeded(`The Auto Scaling group ${group.name} has 50 lifecycle hooks already.`);
  group.hooks.set(name, hook);
  return {};
};

export const DescribeLifecycleHooks: Op<'DescribeLifecycleHooks'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const names = input.LifecycleHookNames ?? [];
  const hooks = [...group.hooks.values()];
  return {
    LifecycleHooks: hooks.filter(
      (hook) => names.length === 0 || names.includes(hook.LifecycleHookName ?? ''),
    ),
  };
};

export const DescribeLifecycleHookTypes: Op<'DescribeLifecycleHookTypes'> = () => ({
  LifecycleHookTypes: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'],
});

export const DeleteLifecycleHook: Op<'DeleteLifecycleHook'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  if (!group.hooks.delete(input.LifecycleHookName ?? ''))
    throw validationError(
      `No Lifecycle Hook found for Auto Scaling group: ${group.name} with name: ${input.LifecycleHookName}`,
    );
  for (const instance of allInstances(group)) {
    if (instance.pendingHook?.hook.LifecycleHookName === input.LifecycleHookName && instance.pendingHook)
      instance.pendingHook.result = 'CONTINUE';
  }
  autoScaling.wake(group);
  return {};
};

export const CompleteLifecycleAction: Op<'CompleteLifecycleAction'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  checkActionResult(input.LifecycleActionResult, 'lifecycleActionResult');
  const action = findAction(group, input);
  action.result = input.LifecycleActionResult;
  autoScaling.wake(group);
  return {};
};

export const RecordLifecycleActionHeartbeat: Op<'RecordLifecycleActionHeartbeat'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const action = findAction(group, input);
  action.deadline = Math.min(
    autoScaling.context.clock.millis() + (action.hook.HeartbeatTimeout ?? 3600) * 1000,
    action.since + (action.hook.GlobalTimeout ?? 172800) * 1000,
  );
  return {};
};

function findAction(
  group: Group,
  input: { LifecycleHookName?: string; LifecycleActionToken?: string; InstanceId?: string },
) {
  for (const instance of allInstances(group)) {
    const action = instance.pendingHook;
    if (!action || action.hook.LifecycleHookName !== input.LifecycleHookName) continue;
    if (
      input.LifecycleActionToken
        ? action.token === input.LifecycleActionToken
        : instance.instanceId === input.InstanceId
    )
      return action;
  }
  throw validationError(
    `No active Lifecycle Action found with ${input.LifecycleActionToken ? `token ${input.LifecycleActionToken}` : `instance ID ${input.InstanceId}`}`,
  );
}
