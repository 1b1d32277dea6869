import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { validationError } from '../errors';
import { checkActionResult, readHook } from '../instances/lifecycle-hooks';
import { pageOf } from '../paging';
import type { Group, Member } from '../records/group';
import { activeMembers, isTerminating } from '../records/group';
import type { AutoScalingState } from '../state';

type Client = typeof import('@aws-sdk/client-auto-scaling');

/** The operations on instances of groups. */
export function instanceOperations(state: AutoScalingState) {
  const { activities, keeper, context } = state;

  return {
    DescribeAutoScalingInstances(input) {
      const ids = input.InstanceIds ?? [];
      const found = [...state.groups.values()]
        .flatMap((group) => [...group.members.values()].map((member) => ({ group, member })))
        .filter(({ member }) => ids.length === 0 || ids.includes(member.instanceId))
        .map(({ group, member }) => ({
          InstanceId: member.instanceId,
          InstanceType: member.instanceType,
          AutoScalingGroupName: group.name,
          AvailabilityZone: member.zone,
          LifecycleState: member.lifecycle,
          HealthStatus: member.health.toUpperCase(),
          LaunchTemplate: member.launchedFrom,
          ProtectedFromScaleIn: member.isProtected,
        }));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 50 });
      return { AutoScalingInstances: page, NextToken };
    },

    async TerminateInstanceInAutoScalingGroup(input) {
      const { group, member } = state.memberAnywhere(input.InstanceId);
      if (isTerminating(member))
        throw new AwsError(
          'ScalingActivityInProgress',
          `Scaling activity ${member.activity?.ActivityId} is in progress and blocks this action`,
        );
      const active = activeMembers(group);
      const count = active.length;
      const shrink = input.ShouldDecrementDesiredCapacity ?? false;
      if (shrink && group.desired - 1 < group.min) {
        throw validationError(
          `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        );
      }
      if (shrink) group.desired -= 1;
      const now = activities.stamp();
      const effect = shrink ? `, shrinking the capacity from ${count} to ${count - 1}` : '';
      await keeper.members.terminate(
        group,
        member,
        `At ${now} instance ${member.instanceId} was taken out of service in response to a user request${effect}.`,
      );
      if (!shrink && active.includes(member)) group.replacements += 1;
      keeper.wake(group);
      const activity = member.activity ?? group.activities[0];
      return { Activity: activity && { ...activity } };
    },

    SetInstanceHealth(input) {
      const { group, member } = state.memberAnywhere(input.InstanceId);
      if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy')
        throw validationError(
          `Invalid HealthStatus: ${input.HealthStatus}. Valid values are [Healthy, Unhealthy].`,
        );
      const graceUntil = (member.inServiceAt ?? 0) + group.settings.healthCheckGracePeriod * 1000;
      if ((input.ShouldRespectGracePeriod ?? true) && context.clock.millis() < graceUntil) return {};
      member.health = input.HealthStatus;
      member.unhealthyCause = undefined;
      keeper.wake(group);
      return {};
    },

    SetInstanceProtection(input) {
      const group = state.group(input.AutoScalingGroupName);
      for (const member of state.membersOf(group, input.InstanceIds))
        member.isProtected = input.ProtectedFromScaleIn ?? false;
      keeper.wake(group);
      return {};
    },

    async EnterStandby(input) {
      const group = state.group(input.AutoScalingGroupName);
      const members = state.membersOf(group, input.InstanceIds);
      requireLifecycle(members, 'InService', 'Standby');
      const effect = decrement(group, members.length, input.ShouldDecrementDesiredCapacity ?? false);
      const begun = [];
      for (const member of members) {
        const now = activities.stamp();
        member.activity = activities.begin(group, {
          description: `Moving EC2 instance to Standby: ${member.instanceId}`,
          cause: `At ${now} instance ${member.instanceId} was moved to standby in response to a user request${effect}.`,
          status: 'InProgress',
          place: { zone: member.zone, subnetId: member.subnetId },
        });
        member.activity.Progress = 50;
        begun.push({ ...member.activity });
        member.lifecycle = 'EnteringStandby';
        await keeper.members.leaveTargetGroups(group, member);
      }
      keeper.wake(group);
      return { Activities: begun };
    },

    ExitStandby(input) {
      const group = state.group(input.AutoScalingGroupName);
      const members = state.membersOf(group, input.InstanceIds);
      requireLifecycle(members, 'Standby', 'InService');
      if (group.desired + members.length > group.max)
        throw validationError(
          `AutoScalingGroup ${group.name} has max size ${group.max}; moving ${members.length} instance(s) out of standby would exceed it.`,
        );
      group.desired += members.length;
      const begun = members.map((member) => {
        member.activity = activities.begin(group, {
          description: `Moving EC2 instance out of Standby: ${member.instanceId}`,
          cause: `At ${activities.stamp()} instance ${member.instanceId} was moved out of standby in response to a user request, increasing the capacity from ${group.desired - members.length} to ${group.desired}.`,
          status: 'PreInService',
          place: { zone: member.zone, subnetId: member.subnetId },
        });
        member.activity.Progress = 30;
        member.lifecycle = 'Pending';
        member.health = 'Healthy';
        return { ...member.activity };
      });
      keeper.wake(group);
      return { Activities: begun };
    },

    async DetachInstances(input) {
      const group = state.group(input.AutoScalingGroupName);
      const members = state.membersOf(group, input.InstanceIds);
      if (members.some((member) => member.lifecycle !== 'InService' && member.lifecycle !== 'Standby'))
        requireLifecycle(members, 'InService', 'Detached');
      const effect = decrement(group, members.length, input.ShouldDecrementDesiredCapacity ?? false);
      const begun = [];
      for (const member of members) {
        member.activity = activities.begin(group, {
          description: `Detaching EC2 instance: ${member.instanceId}`,
          cause: `At ${activities.stamp()} instance ${member.instanceId} was detached in response to a user request${effect}.`,
          status: 'InProgress',
          place: { zone: member.zone, subnetId: member.subnetId },
        });
        member.activity.Progress = 50;
        begun.push({ ...member.activity });
        member.lifecycle = 'Detaching';
        await keeper.members.leaveTargetGroups(group, member);
      }
      keeper.wake(group);
      return { Activities: begun };
    },

    async AttachInstances(input) {
      const group = state.group(input.AutoScalingGroupName);
      const ids = input.InstanceIds ?? [];
      if (group.desired + ids.length > group.max)
        throw validationError(
          `Cannot update auto scaling group due to invalid parameter: new capacity ${group.desired + ids.length} exceeds max size ${group.max}`,
        );
      const members = ids.map((id): Member => {
        const instance = state.deps.ec2.instance(id);
        if (!instance) throw validationError(`Invalid Instance ID(s): [${id}]`);
        if (instance.State?.Name !== 'running')
          throw validationError(
            `Invalid Instance ID(s): [${id}] specified. EC2 instance ${id} is not in correct state.`,
          );
        const owner = state.groupOf(id);
        if (owner)
          throw validationError(`The instance ${id} is already part of AutoScalingGroup:${owner.name}`);
        const zone = instance.Placement?.AvailabilityZone ?? '';
        if (!group.settings.availabilityZones.includes(zone))
          throw validationError(`Instance ${id} is not in one of the group's Availability Zones.`);
        return {
          instanceId: id,
          zone,
          subnetId: instance.SubnetId,
          instanceType: instance.InstanceType,
          launchedAt: context.clock.millis(),
          lifecycle: 'Pending',
          health: 'Healthy',
          isProtected: group.settings.newInstancesProtected,
          balanced: false,
          completedHooks: new Set(),
        };
      });
      const before = group.desired;
      group.desired += members.length;
      for (const member of members) {
        member.activity = activities.begin(group, {
          description: `Attaching an existing EC2 instance: ${member.instanceId}`,
          cause: `At ${activities.stamp()} an instance was attached in response to a user request, increasing the capacity from ${before} to ${group.desired}.`,
          status: 'PreInService',
          place: { zone: member.zone, subnetId: member.subnetId },
        });
        group.members.set(member.instanceId, member);
      }
      if (ids.length > 0) await state.launcher.mark(group, ids);
      keeper.wake(group);
      return {};
    },

    PutLifecycleHook(input) {
      const group = state.group(input.AutoScalingGroupName);
      const name = input.LifecycleHookName ?? '';
      const present = group.hooks.get(name);
      const hook = readHook(group.name, input, present);
      if (!present && group.hooks.size >= 50)
        throw new AwsError(
          'LimitExceeded',
          `The Auto Scaling group ${group.name} has 50 lifecycle hooks already.`,
        );
      group.hooks.set(name, hook);
      return {};
    },

    DescribeLifecycleHooks(input) {
      const group = state.group(input.AutoScalingGroupName);
      const names = input.LifecycleHookNames ?? [];
      const hooks = [...group.hooks.values()];
      return {
        LifecycleHooks: hooks.filter(
          (hook) => names.length === 0 || names.includes(hook.LifecycleHookName ?? ''),
        ),
      };
    },

    DescribeLifecycleHookTypes: () => ({
      LifecycleHookTypes: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'],
    }),

    DeleteLifecycleHook(input) {
      const group = state.group(input.AutoScalingGroupName);
      if (!group.hooks.delete(input.LifecycleHookName ?? ''))
        throw validationError(
          `No Lifecycle Hook found for Auto Scaling group: ${group.name} with name: ${input.LifecycleHookName}`,
        );
      for (const member of group.members.values()) {
        if (member.pendingHook?.hook.LifecycleHookName === input.LifecycleHookName && member.pendingHook)
          member.pendingHook.result = 'CONTINUE';
      }
      keeper.wake(group);
      return {};
    },

    CompleteLifecycleAction(input) {
      const group = state.group(input.AutoScalingGroupName);
      checkActionResult(input.LifecycleActionResult, 'lifecycleActionResult');
      const action = findAction(group, input);
      action.result = input.LifecycleActionResult;
      keeper.wake(group);
      return {};
    },

    RecordLifecycleActionHeartbeat(input) {
      const group = state.group(input.AutoScalingGroupName);
      const action = findAction(group, input);
      action.deadline = Math.min(
        context.clock.millis() + (action.hook.HeartbeatTimeout ?? 3600) * 1000,
        action.since + (action.hook.GlobalTimeout ?? 172800) * 1000,
      );
      return {};
    },
  } satisfies OperationsOf<Client>;

  /** @returns what that changes, as activities say it */
  function decrement(group: Group, count: number, asked: boolean): string {
    if (!asked) return '';
    if (group.desired - count < group.min) {
      throw validationError(
        `AutoScalingGroup ${group.name} has min=${group.min}, max=${group.max}, and desired=${group.desired}. To place into standby or detach ${count} instance(s), please update the AutoScalingGroup sizes appropriately.`,
      );
    }
    group.desired -= count;
    return `, shrinking the capacity from ${group.desired + count} to ${group.desired}`;
  }
}

function requireLifecycle(members: readonly Member[], needed: string, wanted: string): void {
  const wrong = members.find((member) => member.lifecycle !== needed);
  if (wrong)
    throw validationError(
      `The instance ${wrong.instanceId} is not in ${needed} state; it is in ${wrong.lifecycle} and cannot become ${wanted}.`,
    );
}

function findAction(
  group: Group,
  input: { LifecycleHookName?: string; LifecycleActionToken?: string; InstanceId?: string },
) {
  for (const member of group.members.values()) {
    const action = member.pendingHook;
    if (!action || action.hook.LifecycleHookName !== input.LifecycleHookName) continue;
    if (
      input.LifecycleActionToken
        ? action.token === input.LifecycleActionToken
        : member.instanceId === input.InstanceId
    )
      return action;
  }
  throw validationError(
    `No active Lifecycle Action found with ${input.LifecycleActionToken ? `token ${input.LifecycleActionToken}` : `instance ID ${input.InstanceId}`}`,
  );
}
