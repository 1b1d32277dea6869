import type { Activity } from '@aws-sdk/client-auto-scaling';
import { scalingActivityInProgress, validationError } from '../errors';
import { pageOf } from '../paging';
import { weightIn } from '../records/configuration';
import {
  activeInstances,
  allInstances,
  capacityOf,
  type Group,
  type GroupInstance,
  isRetained,
  isTerminating,
} from '../records/group';
import { isLeavingPool } from '../records/warm-pool';
import type { Op } from '../state';

export const DescribeAutoScalingInstances: Op<'DescribeAutoScalingInstances'> = (autoScaling, input) => {
  const ids = input.InstanceIds ?? [];
  const found = [...autoScaling.groups.values()]
    .flatMap((group) => allInstances(group).map((instance) => ({ group, instance })))
    .filter(({ instance }) => ids.length === 0 || ids.includes(instance.instanceId))
    .map(({ group, instance }) => ({
      InstanceId: instance.instanceId,
      InstanceType: instance.instanceType,
      AutoScalingGroupName: group.name,
      AvailabilityZone: instance.zone,
      LifecycleState: instance.lifecycle,
      HealthStatus: instance.health.toUpperCase(),
      LaunchTemplate: instance.launchedFrom,
      WeightedCapacity: instance.weight?.toString(),
      ProtectedFromScaleIn: instance.isProtected,
    }));
  const { items, next } = pageOf(found, ({ InstanceId }) => InstanceId, input, { byDefault: 50, most: 50 });
  return { AutoScalingInstances: items, NextToken: next };
};

export const TerminateInstanceInAutoScalingGroup: Op<'TerminateInstanceInAutoScalingGroup'> = async (
  autoScaling,
  input,
) => {
  const { group, instance } = autoScaling.managedInstance(input.InstanceId);
  if (isRetained(instance) && input.ShouldDecrementDesiredCapacity)
    throw validationError(
      `The instance ${instance.instanceId} is retained and does not count toward the desired capacity, which cannot be decremented.`,
    );
  if (isTerminating(instance) && !isRetained(instance))
    throw scalingActivityInProgress(
      `Scaling activity ${instance.activity?.ActivityId} is in progress and blocks this action`,
    );
  if (group.warmPool?.instances.has(instance.instanceId)) {
    if (isLeavingPool(instance))
      throw scalingActivityInProgress(
        `Scaling activity ${instance.activity?.ActivityId} is in progress and blocks this action`,
      );
    const at = autoScaling.activities.stamp();
    await autoScaling.warmPools.terminate(
      group,
      instance,
      `At ${at} instance ${instance.instanceId} was taken out of the warm pool in response to a user request.`,
    );
    autoScaling.wake(group);
    return { Activity: { ...(instance.activity ?? group.activities[0]) } as Activity };
  }
  const active = activeInstances(group);
  const count = active.length;
  const shrink = input.ShouldDecrementDesiredCapacity ?? false;
  const units = capacityOf([instance]);
  if (shrink && group.desired - units < group.min) {
    throw validationError(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  if (shrink) group.desired -= units;
  const now = autoScaling.activities.stamp();
  const effect = shrink ? `, shrinking the capacity from ${count} to ${count - 1}` : '';
  await autoScaling.lifecycle.terminate(
    group,
    instance,
    `At ${now} instance ${instance.instanceId} was taken out of service in response to a user request${effect}.`,
  );
  if (!shrink && active.includes(instance)) group.replacements += 1;
  autoScaling.wake(group);
  const activity = instance.activity ?? group.activities[0];
  return { Activity: activity && { ...activity } };
};

export const SetInstanceHealth: Op<'SetInstanceHealth'> = (autoScaling, input) => {
  const { group, instance } = autoScaling.managedInstance(input.InstanceId);
  if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy')
    throw validationError(
      `Invalid HealthStatus: ${input.HealthStatus}. Valid values are [Healthy, Unhealthy].`,
    );
  const graceUntil = (instance.inServiceAt ?? 0) + group.settings.healthCheckGracePeriod * 1000;
  if ((input.ShouldRespectGracePeriod ?? true) && autoScaling.context.clock.millis() < graceUntil) return {};
  instance.health = input.HealthStatus;
  instance.unhealthyCause = undefined;
  autoScaling.wake(group);
  return {};
};

export const SetInstanceProtection: Op<'SetInstanceProtection'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  for (const instance of autoScaling.instancesOf(group, input.InstanceIds))
    instance.isProtected = input.ProtectedFromScaleIn ?? false;
  autoScaling.wake(group);
  return {};
};

export const EnterStandby: Op<'EnterStandby'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const instances = autoScaling.instancesOf(group, input.InstanceIds);
  requireLifecycle(instances, 'InService', 'Standby');
  const effect = decrement(group, capacityOf(instances), input.ShouldDecrementDesiredCapacity ?? false);
  const begun = [];
  for (const instance of instances) {
    const now = autoScaling.activities.stamp();
    instance.activity = autoScaling.activities.begin(group, {
      description: `Moving EC2 instance to Standby: ${instance.instanceId}`,
      cause: `At ${now} instance ${instance.instanceId} was moved to standby in response to a user request${effect}.`,
      status: 'InProgress',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.activity.Progress = 50;
    begun.push({ ...instance.activity });
    instance.lifecycle = 'EnteringStandby';
    await autoScaling.lifecycle.leaveTargetGroups(group, instance);
  }
  autoScaling.wake(group);
  return { Activities: begun };
};

export const ExitStandby: Op<'ExitStandby'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const instances = autoScaling.instancesOf(group, input.InstanceIds);
  requireLifecycle(instances, 'Standby', 'InService');
  const units = capacityOf(instances);
  if (group.desired + units > group.max)
    throw validationError(
      `AutoScalingGroup ${group.name} has max size ${group.max}; moving ${instances.length} instance(s) out of standby would exceed it.`,
    );
  group.desired += units;
  const begun = instances.map((instance) => {
    instance.activity = autoScaling.activities.begin(group, {
      description: `Moving EC2 instance out of Standby: ${instance.instanceId}`,
      cause: `At ${autoScaling.activities.stamp()} instance ${instance.instanceId} was moved out of standby in response to a user request, increasing the capacity from ${group.desired - units} to ${group.desired}.`,
      status: 'PreInService',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.activity.Progress = 30;
    instance.lifecycle = 'Pending';
    instance.health = 'Healthy';
    return { ...instance.activity };
  });
  autoScaling.wake(group);
  return { Activities: begun };
};

export const DetachInstances: Op<'DetachInstances'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const instances = autoScaling.instancesOf(group, input.InstanceIds);
  if (instances.some((instance) => instance.lifecycle !== 'InService' && instance.lifecycle !== 'Standby'))
    requireLifecycle(instances, 'InService', 'Detached');
  const effect = decrement(group, capacityOf(instances), input.ShouldDecrementDesiredCapacity ?? false);
  const begun = [];
  for (const instance of instances) {
    instance.activity = autoScaling.activities.begin(group, {
      description: `Detaching EC2 instance: ${instance.instanceId}`,
      cause: `At ${autoScaling.activities.stamp()} instance ${instance.instanceId} was detached in response to a user request${effect}.`,
      status: 'InProgress',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.activity.Progress = 50;
    begun.push({ ...instance.activity });
    instance.lifecycle = 'Detaching';
    await autoScaling.lifecycle.leaveTargetGroups(group, instance);
  }
  autoScaling.wake(group);
  return { Activities: begun };
};

export const AttachInstances: Op<'AttachInstances'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const ids = input.InstanceIds ?? [];
  if (group.desired + ids.length > group.max)
    throw validationError(
      `Cannot update auto scaling group due to invalid parameter: new capacity ${group.desired + ids.length} exceeds max size ${group.max}`,
    );
  const instances = ids.map((id): GroupInstance => {
    const instance = autoScaling.ec2.instance(id);
    if (!instance) throw validationError(`Invalid Instance ID(s): [${id}]`);
    if (instance.State?.Name !== 'running')
      throw validationError(
        `Invalid Instance ID(s): [${id}] specified. EC2 instance ${id} is not in correct state.`,
      );
    const owner = autoScaling.groupOf(id);
    if (owner) throw validationError(`The instance ${id} is already part of AutoScalingGroup:${owner.name}`);
    const zone = instance.Placement?.AvailabilityZone ?? '';
    if (!group.settings.availabilityZones.includes(zone))
      throw validationError(`Instance ${id} is not in one of the group's Availability Zones.`);
    return {
      instanceId: id,
      zone,
      subnetId: instance.SubnetId,
      instanceType: instance.InstanceType,
      isSpot: instance.InstanceLifecycle === 'spot',
      weight: weightIn(group.configuration, instance.InstanceType),
      launchedAt: autoScaling.context.clock.millis(),
      lifecycle: 'Pending',
      health: 'Healthy',
      isProtected: group.settings.newInstancesProtected,
      balanced: false,
      completedHooks: new Set(),
    };
  });
  const before = group.desired;
  group.desired += capacityOf(instances);
  for (const instance of instances) {
    instance.activity = autoScaling.activities.begin(group, {
      description: `Attaching an existing EC2 instance: ${instance.instanceId}`,
      cause: `At ${autoScaling.activities.stamp()} an instance was attached in response to a user request, increasing the capacity from ${before} to ${group.desired}.`,
      status: 'PreInService',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    group.instances.set(instance.instanceId, instance);
  }
  if (ids.length > 0) await autoScaling.launches.mark(group, ids);
  autoScaling.wake(group);
  return {};
};

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

function requireLifecycle(instances: readonly GroupInstance[], needed: string, wanted: string): void {
  const wrong = instances.find((instance) => instance.lifecycle !== needed);
  if (wrong)
    throw validationError(
      `The instance ${wrong.instanceId} is not in ${needed} state; it is in ${wrong.lifecycle} and cannot become ${wanted}.`,
    );
}
