import type { TrafficSourceIdentifier } from '@aws-sdk/client-auto-scaling';
import { validationError } from '../errors';
import { isTargetGroupArn } from '../health/balancers';
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
  const found = [...group.attachments]
    .filter(([id]) => isTargetGroupArn(id))
    .map(([arn, State]) => ({ LoadBalancerTargetGroupARN: arn, State }));
  const { items, next } = pageOf(found, ({ LoadBalancerTargetGroupARN: arn }) => arn, input, {
    byDefault: 100,
    most: 100,
  });
  return { LoadBalancerTargetGroups: items, NextToken: next };
};

export const AttachLoadBalancers: Op<'AttachLoadBalancers'> = async (autoScaling, input) => {
  await attach(autoScaling, autoScaling.group(input.AutoScalingGroupName), input.LoadBalancerNames ?? []);
  return {};
};

export const DetachLoadBalancers: Op<'DetachLoadBalancers'> = async (autoScaling, input) => {
  await detach(autoScaling, autoScaling.group(input.AutoScalingGroupName), input.LoadBalancerNames ?? []);
  return {};
};

export const DescribeLoadBalancers: Op<'DescribeLoadBalancers'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const found = [...group.attachments]
    .filter(([id]) => !isTargetGroupArn(id))
    .map(([LoadBalancerName, State]) => ({ LoadBalancerName, State }));
  const { items, next } = pageOf(found, ({ LoadBalancerName }) => LoadBalancerName, input, {
    byDefault: 100,
    most: 100,
  });
  return { LoadBalancers: items, NextToken: next };
};

export const AttachTrafficSources: Op<'AttachTrafficSources'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const { balancers, others } = sort(input.TrafficSources);
  await attach(autoScaling, group, balancers);
  for (const source of others) {
    if (!group.settings.trafficSources.some((one) => one.Identifier === source.Identifier))
      group.settings.trafficSources.push(source);
  }
  return {};
};

export const DetachTrafficSources: Op<'DetachTrafficSources'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const { balancers, others } = sort(input.TrafficSources);
  await detach(autoScaling, group, balancers);
  const gone = new Set(others.map((source) => source.Identifier));
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

async function attach(autoScaling: AutoScalingState, group: Group, ids: readonly string[]) {
  await autoScaling.balancers.check(ids);
  const inService = [...group.instances.values()].filter((instance) => instance.lifecycle === 'InService');
  for (const id of ids) {
    const list = isTargetGroupArn(id) ? group.settings.targetGroupArns : group.settings.loadBalancerNames;
    if (!list.includes(id)) list.push(id);
    group.attachments.set(id, 'Adding');
    await autoScaling.balancers.register(
      id,
      inService.map((instance) => instance.instanceId),
    );
  }
  autoScaling.wake(group);
}

async function detach(autoScaling: AutoScalingState, group: Group, ids: readonly string[]) {
  const { settings } = group;
  for (const id of ids) {
    if (isTargetGroupArn(id) && !settings.targetGroupArns.includes(id))
      throw validationError(`The target group ${id} is not attached to the Auto Scaling group ${group.name}`);
    if (!isTargetGroupArn(id) && !settings.loadBalancerNames.includes(id))
      throw validationError('Trying to remove Load Balancers that are not part of the group');
  }
  for (const id of ids) {
    settings.targetGroupArns = settings.targetGroupArns.filter((one) => one !== id);
    settings.loadBalancerNames = settings.loadBalancerNames.filter((one) => one !== id);
    group.attachments.set(id, 'Removing');
    for (const instance of group.instances.values())
      if (instance.inServiceAt !== undefined) await autoScaling.balancers.deregister(id, instance.instanceId);
  }
  autoScaling.wake(group);
}

/** What balances load is asked about its instances; other sources are kept. */
function sort(sources: readonly TrafficSourceIdentifier[] = []) {
  const isBalancer = ({ Type }: TrafficSourceIdentifier) =>
    Type === undefined || Type === 'elbv2' || Type === 'elb';
  return {
    balancers: sources.filter(isBalancer).map(({ Identifier = '' }) => Identifier),
    others: sources.filter((source) => !isBalancer(source)),
  };
}
