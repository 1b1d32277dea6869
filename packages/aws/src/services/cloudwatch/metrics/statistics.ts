import type { StandardUnit } from '@aws-sdk/client-cloudwatch';

/** What one second (or the very moment) added to a metric. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  /** Each value, and after it how often it came: `[5, 1, 7, 2]`. Absent for a statistic set, and where all values are the same. */
  readonly values?: readonly number[];
}

/** Each value of a sample with how often it came. */
export type Values = readonly (readonly [value: number, count: number])[];

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
  readonly values: Values;
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
    values: samples.flatMap((sample) => valuesOf(sample) ?? []),
  };
}

/**
 * The values of a sample; `undefined` for a statistic set whose values nobody knows. Those of one that has the same minimum and maximum
 * are known, if its sum agrees. See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export function valuesOf({ values, minimum, maximum, count, sum }: Sample): Values | undefined {
  if (values)
    return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i] ?? 0, values[2 * i + 1] ?? 0]);
  return minimum === maximum && sum === minimum * count ? [[minimum, count]] : undefined;
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

/** The sum of numbers. */
export function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
