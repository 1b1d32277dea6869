import type { Dimension, MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../core/context';

/** What one second (or the very moment) added to a metric. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  /** Each value with how often it came; absent for a statistic set. */
  readonly values?: readonly (readonly [value: number, count: number])[];
}

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** Sorted by name. */
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  /** In the order of their times. */
  readonly samples: Sample[];
}

/** What a period of a metric comes to. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly values: readonly (readonly [value: number, count: number])[];
}

/** CloudWatch keeps points of one minute for 15 days. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MILLIS = 15 * 86_400_000;

/** The metrics of one region. */
export class MetricStore {
  readonly metrics = new Map<string, Metric>();

  constructor(readonly context: Context) {}

  find(namespace: string, name: string, dimensions: readonly Dimension[] = []): Metric | undefined {
    return this.metrics.get(keyOf(namespace, name, sortDimensions(dimensions)));
  }

  /** Adds a datum. Its values were checked before. */
  add(namespace: string, datum: MetricDatum): void {
    const dimensions = sortDimensions(datum.Dimensions ?? []);
    const key = keyOf(namespace, datum.MetricName ?? '', dimensions);
    const metric = this.metrics.get(key) ?? {
      namespace,
      name: datum.MetricName ?? '',
      dimensions,
      samples: [],
    };
    this.metrics.set(key, metric);
    const sample = readSample(datum, datum.Timestamp?.getTime() ?? this.context.clock.millis());
    const { samples } = metric;
    let at = samples.length;
    while (at > 0 && (samples[at - 1]?.time ?? 0) > sample.time) at -= 1;
    samples.splice(at, 0, sample);
    const oldest = this.context.clock.millis() - KEPT_MILLIS;
    while ((samples[0]?.time ?? oldest) < oldest) samples.shift();
  }
}

/**
 * What the samples from one moment until before another come to; `undefined` when there are none.
 * @param unit only samples of this unit
 */
export function summarize(
  metric: Metric | undefined,
  from: number,
  to: number,
  unit?: StandardUnit,
): Summary | undefined {
  const samples = (metric?.samples ?? []).filter(
    (sample) => sample.time >= from && sample.time < to && (unit === undefined || sample.unit === unit),
  );
  const [first] = samples;
  if (!first) return undefined;
  return {
    count: total(samples.map(({ count }) => count)),
    sum: total(samples.map(({ sum }) => sum)),
    minimum: samples.reduce((least, { minimum }) => Math.min(least, minimum), first.minimum),
    maximum: samples.reduce((most, { maximum }) => Math.max(most, maximum), first.maximum),
    unit: first.unit,
    values: samples.flatMap(({ values }) => values ?? []),
  };
}

/** Whether CloudWatch knows the statistic: `Sum`, `p99`, `p99.9`. */
export function isStatistic(statistic: string): boolean {
  return (
    ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'].includes(statistic) ||
    (/^p(\d{1,2}(\.\d{1,10})?|100)$/.test(statistic) && statistic !== 'p')
  );
}

/** A statistic of a period. */
export function readStatistic(summary: Summary, statistic: string): number {
  switch (statistic) {
    case 'SampleCount':
      return summary.count;
    case 'Sum':
      return summary.sum;
    case 'Average':
      return summary.sum / summary.count;
    case 'Minimum':
      return summary.minimum;
    case 'Maximum':
      return summary.maximum;
    default:
      return readPercentile(summary, Number(statistic.slice(1)));
  }
}

function readPercentile(summary: Summary, percent: number): number {
  const sorted = [...summary.values].sort(([a], [b]) => a - b);
  const rank = (percent / 100) * total(sorted.map(([, count]) => count));
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (seen >= rank) return value;
  }
  return summary.maximum;
}

function readSample(datum: MetricDatum, time: number): Sample {
  const unit = datum.Unit ?? 'None';
  const set = datum.StatisticValues;
  if (set)
    return {
      time,
      unit,
      count: set.SampleCount ?? 0,
      sum: set.Sum ?? 0,
      minimum: set.Minimum ?? 0,
      maximum: set.Maximum ?? 0,
    };
  const numbers = datum.Values ?? [datum.Value ?? 0];
  const values = numbers.map((value, i) => [value, datum.Counts?.[i] ?? 1] as const);
  return {
    time,
    unit,
    values,
    count: total(values.map(([, count]) => count)),
    sum: total(values.map(([value, count]) => value * count)),
    minimum: Math.min(...numbers),
    maximum: Math.max(...numbers),
  };
}

function sortDimensions(dimensions: readonly Dimension[]): Metric['dimensions'] {
  return dimensions
    .map(({ Name = '', Value = '' }) => ({ Name, Value }))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function keyOf(namespace: string, name: string, dimensions: Metric['dimensions']): string {
  return JSON.stringify([namespace, name, dimensions.map(({ Name, Value }) => [Name, Value])]);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
