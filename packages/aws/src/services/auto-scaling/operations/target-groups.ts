import type { OperationsOf } from '../../../core/service';
import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { Group } from '../records/group';
import { trafficSources } from '../records/group';
import type { AutoScalingState } from '../state';

type Client = typeof import('@aws-sdk/client-auto-scaling');

/** The operations on the target groups and other traffic sources of groups. */
export function targetOperations(state: AutoScalingState) {
  const { balancing, keeper } = state;

  const attach = async (group: Group, arns: readonly string[]) => {
    await balancing.check(arns);
    const inService = [...group.members.values()].filter((member) => member.lifecycle === 'InService');
    for (const arn of arns) {
      if (!group.settings.targetGroupArns.includes(arn)) group.settings.targetGroupArns.push(arn);
      group.attachments.set(arn, 'Adding');
      await balancing.register(
        arn,
        inService.map((member) => member.instanceId),
      );
    }
    keeper.wake(group);
  };

  const detach = async (group: Group, arns: readonly string[]) => {
    for (const arn of arns) {
      if (!group.settings.targetGroupArns.includes(arn))
        throw validationError(
          `The target group ${arn} is not attached to the Auto Scaling group ${group.name}`,
        );
    }
    for (const arn of arns) {
      group.settings.targetGroupArns = group.settings.targetGroupArns.filter((one) => one !== arn);
      group.attachments.set(arn, 'Removing');
      for (const member of group.members.values())
        if (member.inServiceAt !== undefined) await balancing.deregister(arn, member.instanceId);
    }
    keeper.wake(group);
  };

  return {
    async AttachLoadBalancerTargetGroups(input) {
      await attach(state.group(input.AutoScalingGroupName), input.TargetGroupARNs ?? []);
      return {};
    },

    async DetachLoadBalancerTargetGroups(input) {
      await detach(state.group(input.AutoScalingGroupName), input.TargetGroupARNs ?? []);
      return {};
    },

    DescribeLoadBalancerTargetGroups(input) {
      const group = state.group(input.AutoScalingGroupName);
      const found = [...group.attachments].map(([arn, State]) => ({
        LoadBalancerTargetGroupARN: arn,
        State,
      }));
      const { page, NextToken } = pageOf(found, input, { byDefault: 100, most: 100 });
      return { LoadBalancerTargetGroups: page, NextToken };
    },

    async AttachTrafficSources(input) {
      const group = state.group(input.AutoScalingGroupName);
      const sources = input.TrafficSources ?? [];
      await attach(
        group,
        sources.filter((source) => isTargetGroup(source.Type)).map((one) => one.Identifier ?? ''),
      );
      for (const source of sources.filter((one) => !isTargetGroup(one.Type))) {
        if (!group.settings.trafficSources.some((one) => one.Identifier === source.Identifier))
          group.settings.trafficSources.push(source);
      }
      return {};
    },

    async DetachTrafficSources(input) {
      const group = state.group(input.AutoScalingGroupName);
      const sources = input.TrafficSources ?? [];
      await detach(
        group,
        sources.filter((source) => isTargetGroup(source.Type)).map((one) => one.Identifier ?? ''),
      );
      const gone = new Set(sources.map((source) => source.Identifier));
      group.settings.trafficSources = group.settings.trafficSources.filter(
        (source) => !gone.has(source.Identifier),
      );
      return {};
    },

    DescribeTrafficSources(input) {
      const group = state.group(input.AutoScalingGroupName);
      const found = trafficSources(group)
        .filter((source) => input.TrafficSourceType === undefined || source.Type === input.TrafficSourceType)
        .map((source) => ({
          TrafficSource: source.Identifier,
          Identifier: source.Identifier,
          Type: source.Type,
          State: group.attachments.get(source.Identifier ?? '') ?? 'Added',
        }));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 50 });
      return { TrafficSources: page, NextToken };
    },

    DescribeLoadBalancers(input) {
      state.group(input.AutoScalingGroupName);
      return { LoadBalancers: [] };
    },
  } satisfies OperationsOf<Client>;
}

function isTargetGroup(type: string | undefined): boolean {
  return type === undefined || type === 'elbv2';
}
