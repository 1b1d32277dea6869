import type { Filter, TagDescription } from '@aws-sdk/client-auto-scaling';
import type { Call, OperationsOf } from '../../../core/service';
import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { AutoScalingState } from '../state';
import { mergeTags, readTags } from './read-tags';

type Client = typeof import('@aws-sdk/client-auto-scaling');

const processes = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

const metrics = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
];

/** The operations on scaling processes, metrics and tags. */
export function processOperations(state: AutoScalingState) {
  const readProcesses = (asked: readonly string[] | undefined) => {
    const names = asked && asked.length > 0 ? asked : processes;
    for (const name of names)
      if (!processes.includes(name)) throw validationError(`Invalid process name: ${name}`);
    return names;
  };
  const readMetrics = (asked: readonly string[] | undefined) => {
    const names = asked && asked.length > 0 ? asked : metrics;
    for (const name of names)
      if (!metrics.includes(name)) throw validationError(`Metric ${name} is not a valid metric type`);
    return names;
  };

  return {
    SuspendProcesses(input) {
      const group = state.group(input.AutoScalingGroupName);
      const reason = `User suspended at ${state.activities.stamp()}`;
      for (const name of readProcesses(input.ScalingProcesses)) group.suspended.set(name, reason);
      return {};
    },

    ResumeProcesses(input) {
      const group = state.group(input.AutoScalingGroupName);
      for (const name of readProcesses(input.ScalingProcesses)) group.suspended.delete(name);
      group.nextLaunchAt = 0;
      state.keeper.wake(group);
      return {};
    },

    DescribeScalingProcessTypes: () => ({
      Processes: processes.map((ProcessName) => ({ ProcessName })),
    }),

    EnableMetricsCollection(input) {
      const group = state.group(input.AutoScalingGroupName);
      if (input.Granularity !== '1Minute')
        throw validationError(`Invalid granularity: ${input.Granularity}. The only valid value is 1Minute.`);
      for (const name of readMetrics(input.Metrics)) group.metrics.add(name);
      return {};
    },

    DisableMetricsCollection(input) {
      const group = state.group(input.AutoScalingGroupName);
      for (const name of readMetrics(input.Metrics)) group.metrics.delete(name);
      return {};
    },

    DescribeMetricCollectionTypes: () => ({
      Metrics: metrics.map((Metric) => ({ Metric })),
      Granularities: [{ Granularity: '1Minute' }],
    }),

    CreateOrUpdateTags(input, call: Call) {
      const tags = input.Tags ?? [];
      for (const name of new Set(tags.map((tag) => tag.ResourceId))) {
        const group = state.group(name);
        group.tags = mergeTags(
          group.tags,
          readTags(
            group.name,
            tags.filter((tag) => tag.ResourceId === name),
            call,
          ),
        );
      }
      return {};
    },

    DeleteTags(input) {
      for (const tag of input.Tags ?? []) {
        const group = state.group(tag.ResourceId);
        group.tags = group.tags.filter(
          (present) =>
            present.Key !== tag.Key ||
            (tag.Value !== undefined && tag.Value !== '' && present.Value !== tag.Value),
        );
      }
      return {};
    },

    DescribeTags(input) {
      const found = [...state.groups.values()]
        .flatMap((group) => group.tags)
        .filter((tag) => (input.Filters ?? []).every((filter) => matchesTag(tag, filter)));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 100 });
      return { Tags: page, NextToken };
    },
  } satisfies OperationsOf<Client>;
}

function matchesTag(tag: TagDescription, filter: Filter): boolean {
  const values = filter.Values ?? [];
  if (filter.Name === 'auto-scaling-group') return values.includes(tag.ResourceId ?? '');
  if (filter.Name === 'key') return values.includes(tag.Key ?? '');
  if (filter.Name === 'value') return values.includes(tag.Value ?? '');
  if (filter.Name === 'propagate-at-launch') return values.includes(String(tag.PropagateAtLaunch));
  throw validationError(
    `Invalid filter type ${filter.Name}. Valid filters are auto-scaling-group, key, value, propagate-at-launch.`,
  );
}
