import { validationError } from '../errors';
import type { Op } from '../state';

const metrics = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
  'GroupInServiceCapacity',
  'GroupPendingCapacity',
  'GroupStandbyCapacity',
  'GroupTerminatingCapacity',
  'GroupTotalCapacity',
  'WarmPoolDesiredCapacity',
  'WarmPoolWarmedCapacity',
  'WarmPoolPendingCapacity',
  'WarmPoolTerminatingCapacity',
  'WarmPoolTotalCapacity',
  'GroupAndWarmPoolDesiredCapacity',
  'GroupAndWarmPoolTotalCapacity',
];

export const EnableMetricsCollection: Op<'EnableMetricsCollection'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  if (input.Granularity !== '1Minute')
    throw validationError(`Invalid granularity: ${input.Granularity}. The only valid value is 1Minute.`);
  for (const name of readMetrics(input.Metrics)) group.metrics.add(name);
  return {};
};

export const DisableMetricsCollection: Op<'DisableMetricsCollection'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  for (const name of readMetrics(input.Metrics)) group.metrics.delete(name);
  return {};
};

export const DescribeMetricCollectionTypes: Op<'DescribeMetricCollectionTypes'> = () => ({
  Metrics: metrics.map((Metric) => ({ Metric })),
  Granularities: [{ Granularity: '1Minute' }],
});

function readMetrics(asked: readonly string[] | undefined) {
  const names = asked && asked.length > 0 ? asked : metrics;
  for (const name of names)
    if (!metrics.includes(name)) throw validationError(`Metric ${name} is not a valid metric type`);
  return names;
}
