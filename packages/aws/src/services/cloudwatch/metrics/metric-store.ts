import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../../core/clock';
import { mergeByTime } from './merge-samples';
import { type Metric, type Sample, total } from './statistics';

/** CloudWatch keeps points of one minute for 15 days. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MILLIS = 15 * 86_400_000;

/** Until when CloudWatch tells seconds apart: points of less than a minute are there for 3 hours. */
const FINE_MILLIS = 3 * 3_600_000;
const MINUTE = 60_000;
/** After so many new samples of a metric its old ones are put together. */
const TIDIED_AFTER = 1000;

/** The metrics of one region. */
export class MetricStore {
  private readonly metrics = new Map<string, Metric>();
  /** Samples of each metric since its old ones were last put together. */
  private readonly untidy = new WeakMap<Metric, number>();

  constructor(private readonly clock: Pick<Clock, 'millis'>) {}

  list(): Metric[] {
    this.forgetSilent();
    return [...this.metrics.values()];
  }

  find(namespace: string, name: string, dimensions: readonly Dimension[] = []): Metric | undefined {
    const metric = this.metrics.get(keyOf(namespace, name, sortDimensions(dimensions)));
    if (metric) this.forgetOld(metric);
    return metric;
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
    if (!this.metrics.has(key)) this.forgetSilent();
    // Behind all others: those that had no point for longest come first.
    this.metrics.delete(key);
    this.metrics.set(key, metric);
    const sample = readSample(datum, datum.Timestamp?.getTime() ?? this.clock.millis());
    const { samples } = metric;
    let at = samples.length;
    while (at > 0 && (samples[at - 1]?.time ?? 0) > sample.time) at -= 1;
    samples.splice(at, 0, sample);
    this.forgetOld(metric);
    this.tidy(metric);
  }

  private forgetOld({ samples }: Metric): void {
    const oldest = this.clock.millis() - KEPT_MILLIS;
    const kept = samples.findIndex(({ time }) => time >= oldest);
    if (kept !== 0) samples.splice(0, kept < 0 ? samples.length : kept);
  }

  /** Puts samples together that nobody can tell apart any more. */
  private tidy(metric: Metric): void {
    const added = (this.untidy.get(metric) ?? 0) + 1;
    this.untidy.set(metric, added % TIDIED_AFTER);
    if (added < TIDIED_AFTER) return;
    const fineFrom = this.clock.millis() - FINE_MILLIS;
    const fine = metric.samples.findIndex(({ time }) => time >= fineFrom);
    const old = metric.samples.splice(0, fine < 0 ? metric.samples.length : fine);
    metric.samples.unshift(...mergeByTime(old, MINUTE));
  }

  /** Forgets metrics of which no point is left. */
  private forgetSilent(): void {
    const oldest = this.clock.millis() - KEPT_MILLIS;
    for (const [key, { samples }] of this.metrics) {
      if ((samples.at(-1)?.time ?? Number.NEGATIVE_INFINITY) >= oldest) return;
      this.metrics.delete(key);
    }
  }
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
    ...(new Set(numbers).size > 1 && { values: values.flat() }),
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

/** What makes a metric this metric and no other. */
function keyOf(namespace: string, name: string, dimensions: Metric['dimensions']): string {
  return JSON.stringify([namespace, name, dimensions.map(({ Name, Value }) => [Name, Value])]);
}
