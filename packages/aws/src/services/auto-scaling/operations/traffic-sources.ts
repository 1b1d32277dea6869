import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { Group } from '../records/group';
import type { AutoScalingState, Op } from '../state';
import { trafficSources } from './describe-group';

export const AttachLoadBalancerTargetGroups: Op<'AttachLoadBalancerTargetGroups'> = async (
  autoScaling,
  input,
) => {
  await attach(autoScaling, autoScaling.group(input.AutoScalingGroupName), input.TargetGroupARNs ?? []);
  return {};
};

export const DetachLoadBalancerTargetGroups: Op<'DetachLoadBalancerTargetGroups'> = async (
  autoScaling,
  input,
) => {
  await detach(autoScaling, autoScaling.group(input.AutoScalingGroupName), input.TargetGroupARNs ?? []);
  return {};
};

export const DescribeLoadBalancerTargetGroups: Op<'DescribeLoadBalancerTargetGroups'> = (
  autoScaling,
  input,
) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const found = [...group.attachments].map(([arn, State]) => ({
    LoadBalancerTargetGroupARN: arn,
    State,
  }));
  const { items, next } = pageOf(found, ({ LoadBalancerTargetGroupARN: arn }) => arn, input, {
    byDefault: 100,
    most: 100,
  });
  return { LoadBalancerTargetGroups: items, NextToken: next };
};

export const AttachTrafficSources: Op<'AttachTrafficSources'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const sources = input.TrafficSources ?? [];
  await attach(
    autoScaling,
    group,
    sources.filter((source) => isTargetGroup(source.Type)).map((one) => one.Identifier ?? ''),
  );
  for (const source of sources.filter((one) => !isTargetGroup(one.Type))) {
    if (!group.settings.trafficSources.some((one) => one.Identifier === source.Identifier))
      group.settings.trafficSources.push(source);
  }
  return {};
};

export const DetachTrafficSources: Op<'DetachTrafficSources'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const sources = input.TrafficSources ?? [];
  await detach(
    autoScaling,
    group,
    sources.filter((source) => isTargetGroup(source.Type)).map((one) => one.Identifier ?? ''),
  );
  const gone = new Set(sources.map((source) => source.Identifier));
  group.settings.trafficSources = group.settings.trafficSources.filter(
    (source) => !gone.has(source.Identifier),
  );
  return {};
};

export const DescribeTrafficSources: Op<'DescribeTrafficSources'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const found = trafficSources(group)
    .filter((source) => input.TrafficSourceType === undefined || source.Type === input.TrafficSourceType)
    .map((source) => ({
      TrafficSource: source.Identifier,
      Identifier: source.Identifier,
      Type: source.Type,
      State: group.attachments.get(source.Identifier ?? '') ?? 'Added',
    }));
  const { items, next } = pageOf(found, ({ Identifier = '' }) => Identifier, input, {
    byDefault: 50,
    most: 50,
  });
  return { TrafficSources: items, NextToken: next };
};

export const DescribeLoadBalancers: Op<'DescribeLoadBalancers'> = (autoScaling, input) => {
  autoScaling.group(input.AutoScalingGroupName);
  return { LoadBalancers: [] };
};

async function attach(autoScaling: AutoScalingState, group: Group, arns: readonly string[]) {
  await autoScaling.targetGroups.check(arns);
  const inService = [...group.instances.values()].filter((instance) => instance.lifecycle === 'InService');
  for (const arn of arns) {
    if (!group.settings.targetGroupArns.includes(arn)) group.settings.targetGroupArns.push(arn);
    group.attachments.set(arn, 'Adding');
    await autoScaling.targetGroups.register(
      arn,
      inService.map((instance) => instance.instanceId),
    );
  }
  autoScaling.wake(group);
}

async function detach(autoScaling: AutoScalingState, group: Group, arns: readonly string[]) {
  for (const arn of arns) {
    if (!group.settings.targetGroupArns.includes(arn))
      throw validationError(
        `The target group ${arn} is not attached to the Auto Scaling group ${group.name}`,
      );
  }
  for (const arn of arns) {
    group.settings.targetGroupArns = group.settings.targetGroupArns.filter((one) => one !== arn);
    group.attachments.set(arn, 'Removing');
    for (const instance of group.instances.values())
      if (instance.inServiceAt !== undefined)
        await autoScaling.targetGroups.deregister(arn, instance.instanceId);
  }
  autoScaling.wake(group);
}

function isTargetGroup(type: string | undefined): boolean {
  return type === undefined || type === 'elbv2';
}
