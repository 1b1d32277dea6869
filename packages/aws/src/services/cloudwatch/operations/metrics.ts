import type { MetricDatum, Statistic } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { invalidCombination, invalidValue, missing, validationError } from '../errors';
import {
  isStatistic,
  type Metric,
  type MetricStore,
  readStatistic,
  summarize,
} from '../metrics/metric-store';

/** How old and how far ahead a datum may be, in milliseconds. */
const OLDEST = 14 * 86_400_000;
const NEWEST = 2 * 3_600_000;

const SIZES = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const BITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];
const UNITS: readonly string[] = [
  ...['Seconds', 'Microseconds', 'Milliseconds', ...SIZES, ...BITS, 'Percent', 'Count'],
  ...[...SIZES, ...BITS, 'Count'].map((unit) => `${unit}/Second`),
  'None',
];

/** The operations on metrics. */
export function metricOperations(store: MetricStore) {
  return {
    PutMetricData: (input) => {
      const namespace = input.Namespace ?? '';
      if (!namespace) throw missing('The parameter Namespace is required.');
      const data = input.MetricData ?? [];
      if (data.length === 0) throw missing('The parameter MetricData is required.');
      if (data.length > 1000)
        throw invalidValue('The collection MetricData must not have a size greater than 1000.');
      const now = store.context.clock.millis();
      data.forEach((datum, i) => {
        checkDatum(datum, i + 1, now);
      });
      for (const datum of data) store.add(namespace, datum);
      return {};
    },
    ListMetrics: (input) => {
      const found = [...store.metrics.values()].filter(
        ({ namespace, name, dimensions }) =>
          (input.Namespace === undefined || namespace === input.Namespace) &&
          (input.MetricName === undefined || name === input.MetricName) &&
          (input.Dimensions ?? []).every(({ Name, Value }) =>
            dimensions.some((own) => own.Name === Name && (Value === undefined || own.Value === Value)),
          ),
      );
      const page = takePage(found, { token: input.NextToken, size: 500, refuse: badToken });
      return { Metrics: page.items.map(describeMetric), NextToken: page.next };
    },
    GetMetricStatistics: (input) => {
      const statistics = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
      if (statistics.length === 0)
        throw missing('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
      for (const statistic of statistics) checkStatistic(statistic);
      const { from, to, period } = readRange(input.StartTime, input.EndTime, input.Period);
      if ((to - from) / period > 1440)
        throw invalidCombination(
          `You have requested up to ${Math.ceil((to - from) / period)} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        );
      const metric = store.find(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions);
      const Datapoints = periodsOf(from, to, period).flatMap((start) => {
        const summary = summarize(metric, start, start + period, input.Unit);
        if (!summary) return [];
        const simple = (input.Statistics ?? []).map((name: Statistic) => [
          name,
          readStatistic(summary, name),
        ]);
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
    },
    GetMetricData: (input) => {
      const MetricDataResults = (input.MetricDataQueries ?? []).flatMap((query) => {
        const stat = query.MetricStat;
        if (!stat)
          throw validationError(
            `The embedded AWS has no metric math: the expression of query '${query.Id}' is not supported.`,
          );
        checkStatistic(stat.Stat ?? '');
        const { from, to, period } = readRange(input.StartTime, input.EndTime, stat.Period);
        const { Namespace = '', MetricName = '', Dimensions } = stat.Metric ?? {};
        const metric = store.find(Namespace, MetricName, Dimensions);
        const points = periodsOf(from, to, period).flatMap((start) => {
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
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch')>;
}

function describeMetric({ namespace, name, dimensions }: Metric) {
  return { Namespace: namespace, MetricName: name, Dimensions: [...dimensions] };
}

/** The starts of the periods that touch the range. */
function periodsOf(from: number, to: number, period: number): number[] {
  const first = Math.floor(from / period) * period;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / period)) }, (_, i) => first + i * period);
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

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
function checkDatum(datum: MetricDatum, member: number, now: number): void {
  const name = `MetricData.member.${member}`;
  if (!datum.MetricName) throw missing(`The parameter ${name}.MetricName is required.`);
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter((value) => value !== undefined);
  if (given.length === 0)
    throw missing(
      `At least one of the parameters ${name}.Value, ${name}.Values or ${name}.StatisticValues must be specified.`,
    );
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${name}.Value, ${name}.Values and ${name}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  const age = datum.Timestamp && now - datum.Timestamp.getTime();
  if (age !== undefined && age > OLDEST)
    throw invalidValue(
      `The parameter ${name}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (age !== undefined && -age > NEWEST)
    throw invalidValue(
      `The parameter ${name}.Timestamp must specify a time no more than two hours in the future.`,
    );
  if (datum.Unit !== undefined && !UNITS.includes(datum.Unit))
    throw invalidValue(`The parameter ${name}.Unit must be a value in the set [ ${UNITS.join(', ')} ].`);
  if (datum.Values?.length === 0) throw invalidValue(`The collection ${name}.Values must not be empty.`);
  if (datum.Counts && datum.Counts.length !== datum.Values?.length)
    throw invalidValue(`The collections ${name}.Values and ${name}.Counts must be of the same size.`);
  for (const value of datum.Values ?? [datum.Value ?? 0])
    if (!Number.isFinite(value))
      throw invalidValue(`The value ${value} for parameter ${name}.Value is invalid.`);
  if ((datum.Dimensions?.length ?? 0) > 30)
    throw invalidValue(`The collection ${name}.Dimensions must not have a size greater than 30.`);
}

export function badToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The next token is not valid.');
}
