import type { MetricDatum, Statistic } from '@aws-sdk/client-cloudwatch';
import { takePage } from '../../../core/paging';
import { badToken, invalidCombination, invalidValue, missing, validationError } from '../errors';
import { isStatistic, type Metric, readStatistic, summarize } from '../metrics/statistics';
import type { Op } from '../state';
import { checkDatum } from './check-datum';

export const PutMetricData: Op<'PutMetricData'> = (cloudwatch, input) => {
  const data = input.MetricData ?? [];
  if (data.length === 0) throw missing('The parameter MetricData is required.');
  if (data.length > 1000)
    throw invalidValue('The collection MetricData must not have a size greater than 1000.');
  const now = cloudwatch.context.clock.millis();
  data.forEach((datum, i) => {
    checkDatum(datum, i + 1, now);
  });
  for (const datum of data) cloudwatch.metrics.add(input.Namespace ?? '', datum);
  return {};
};

export const ListMetrics: Op<'ListMetrics'> = (cloudwatch, input) => {
  const found = cloudwatch.metrics
    .list()
    .filter(
      ({ namespace, name, dimensions }) =>
        (input.Namespace === undefined || namespace === input.Namespace) &&
        (input.MetricName === undefined || name === input.MetricName) &&
        (input.Dimensions ?? []).every(({ Name, Value }) =>
          dimensions.some((own) => own.Name === Name && (Value === undefined || own.Value === Value)),
        ),
    );
  const page = takePage(found, {
    token: input.NextToken,
    size: 500,
    idOf: ({ namespace, name, dimensions }) => JSON.stringify([namespace, name, dimensions]),
    refuse: badToken,
  });
  return { Metrics: page.items.map(describeMetric), NextToken: page.next };
};

export const GetMetricStatistics: Op<'GetMetricStatistics'> = (cloudwatch, input) => {
  const statistics = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (statistics.length === 0)
    throw missing('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  for (const statistic of statistics) checkStatistic(statistic);
  const { from, to, period } = readRange(input.StartTime, input.EndTime, input.Period);
  if ((to - from) / period > 1440)
    throw invalidCombination(
      `You have requested up to ${Math.ceil((to - from) / period)} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  const metric = cloudwatch.metrics.find(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions);
  const Datapoints = periodsOf(metric, from, to, period).flatMap((start) => {
    const summary = summarize(metric, start, start + period, input.Unit);
    if (!summary) return [];
    const simple = (input.Statistics ?? []).map((name: Statistic) => [name, readStatistic(summary, name)]);
    const extended = (input.ExtendedStatistics ?? []).map((name) => [name, readStatistic(summary, name)]);
    return [
      {
        Timestamp: new Date(start),
        Unit: summary.unit as MetricDatum['Unit'],
        ...(Object.fromEntries(simple) as Partial<Record<Statistic, number>>),
        ExtendedStatistics: extended.length > 0 ? Object.fromEntries(extended) : undefined,
      },
    ];
  });
  return { Label: input.MetricName, Datapoints };
};

export const GetMetricData: Op<'GetMetricData'> = (cloudwatch, input) => {
  const MetricDataResults = (input.MetricDataQueries ?? []).flatMap((query) => {
    const stat = query.MetricStat;
    if (!stat)
      throw validationError(
        `The embedded AWS has no metric math: the expression of query '${query.Id}' is not supported.`,
      );
    checkStatistic(stat.Stat ?? '');
    const { from, to, period } = readRange(input.StartTime, input.EndTime, stat.Period);
    const { Namespace = '', MetricName = '', Dimensions } = stat.Metric ?? {};
    const metric = cloudwatch.metrics.find(Namespace, MetricName, Dimensions);
    const points = periodsOf(metric, from, to, period).flatMap((start) => {
      const summary = summarize(metric, start, start + period, stat.Unit);
      return summary ? [{ time: new Date(start), value: readStatistic(summary, stat.Stat ?? '') }] : [];
    });
    if (input.ScanBy !== 'TimestampAscending') points.reverse();
    if (query.ReturnData === false) return [];
    return [
      {
        Id: query.Id,
        Label: query.Label ?? MetricName,
        StatusCode: 'Complete' as const,
        Timestamps: points.map(({ time }) => time),
        Values: points.map(({ value }) => value),
      },
    ];
  });
  return { MetricDataResults, Messages: [] };
};

function describeMetric({ namespace, name, dimensions }: Metric) {
  return { Namespace: namespace, MetricName: name, Dimensions: [...dimensions] };
}

/** The starts of the periods that touch the range and have data. */
function periodsOf(metric: Metric | undefined, from: number, to: number, period: number): number[] {
  const first = Math.floor(from / period) * period;
  const starts = (metric?.samples ?? []).map(({ time }) => Math.floor(time / period) * period);
  return [...new Set(starts)].filter((start) => start >= first && start < to);
}

function readRange(start: Date | undefined, end: Date | undefined, seconds: number | undefined) {
  if (!start || !end) throw missing('The parameters StartTime and EndTime are required.');
  if (start >= end)
    throw invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
  const period = seconds ?? 0;
  if (![1, 5, 10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw invalidValue('The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.');
  return { from: start.getTime(), to: end.getTime(), period: period * 1000 };
}

function checkStatistic(statistic: string): void {
  if (!isStatistic(statistic)) throw invalidValue(`The statistic ${statistic} is not supported.`);
}
