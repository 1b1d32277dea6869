import type { MetricAlarm, StateValue } from '@aws-sdk/client-cloudwatch';
import type { MetricStore } from '../metrics/metric-store';
import { readStatistic, summarize } from '../metrics/statistics';

/** One period of an alarm's metric: `undefined` has no data. */
export interface Point {
  readonly start: number;
  readonly value: number | undefined;
}

export interface Verdict {
  readonly state: StateValue;
  readonly reason: string;
  readonly data: Record<string, unknown>;
  /** The newest point of the metric; undefined where there is none. */
  readonly value?: number | undefined;
}

const COMPARISONS: Readonly<
  Record<string, { words: string; holds: (value: number, threshold: number) => boolean }>
> = {
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    holds: (value, threshold) => value >= threshold,
  },
  GreaterThanThreshold: { words: 'greater than', holds: (value, threshold) => value > threshold },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to',
    holds: (value, threshold) => value <= threshold,
  },
  LessThanThreshold: { words: 'less than', holds: (value, threshold) => value < threshold },
};

/** What `TreatMissingData` makes of an alarm without any data. */
const NO_DATA: Readonly<Record<string, StateValue>> = {
  missing: 'INSUFFICIENT_DATA',
  breaching: 'ALARM',
  notBreaching: 'OK',
};

/** Comparisons that need no anomaly detection. */
export const comparisons = Object.keys(COMPARISONS);

/** The last complete periods of an alarm's metric, the oldest first. */
export function readPoints(store: MetricStore, alarm: MetricAlarm, now: number): Point[] {
  const period = (alarm.Period ?? 60) * 1000;
  const end = Math.floor(now / period) * period;
  const metric = store.find(alarm.Namespace ?? '', alarm.MetricName ?? '', alarm.Dimensions);
  return Array.from({ length: alarm.EvaluationPeriods ?? 1 }, (_, i) => {
    const start = end - ((alarm.EvaluationPeriods ?? 1) - i) * period;
    const summary = summarize(metric, start, start + period, alarm.Unit);
    const statistic = alarm.Statistic ?? alarm.ExtendedStatistic ?? '';
    return { start, value: summary ? readStatistic(summary, statistic) : emptyOf(alarm) };
  });
}

/**
 * What a period without samples comes to: load balancers report zeros of this metric.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html#target-tracking-choose-metrics
 */
function emptyOf({ Namespace, MetricName }: MetricAlarm): number | undefined {
  return Namespace === 'AWS/ApplicationELB' && MetricName === 'RequestCountPerTarget' ? 0 : undefined;
}

/**
 * Judges the periods as the alarm asks; `undefined` leaves its state as it is.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function judge(alarm: MetricAlarm, points: readonly Point[], now: Date): Verdict | undefined {
  const needed = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods ?? 1;
  const treatment = alarm.TreatMissingData ?? 'missing';
  const comparison = COMPARISONS[alarm.ComparisonOperator ?? ''];
  const known = points.filter((point): point is Point & { value: number } => point.value !== undefined);
  const missing = points.length - known.length;
  const breaching = known.filter(({ value }) => comparison?.holds(value, alarm.Threshold ?? 0));
  const data = {
    version: '1.0',
    queryDate: writeDate(now),
    startDate: points[0] && writeDate(new Date(points[0].start)),
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic,
    period: alarm.Period,
    recentDatapoints: known.map(({ value }) => value),
    threshold: alarm.Threshold,
    evaluatedDatapoints: [...known]
      .reverse()
      .map(({ start, value }) => ({ timestamp: writeDate(new Date(start)), value })),
  };
  if (known.length === 0) {
    if (treatment === 'ignore') return undefined;
    const state = NO_DATA[treatment] ?? 'INSUFFICIENT_DATA';
    return { state, reason: sayNoData(treatment, points.length, alarm), data };
  }
  const counted = breaching.length + (treatment === 'breaching' ? missing : 0);
  const state: StateValue = counted >= needed ? 'ALARM' : 'OK';
  // With data ignored, too few known periods neither raise nor end an alarm.
  if (treatment === 'ignore' && state === 'OK' && breaching.length + missing >= needed) return undefined;
  const shown = state === 'ALARM' ? breaching : known.filter((point) => !breaching.includes(point));
  return {
    state,
    reason: sayCrossed(
      alarm,
      shown.length > 0 ? shown : known,
      state,
      comparison?.words ?? '',
      points.length,
    ),
    data,
    value: known.at(-1)?.value,
  };
}

function sayCrossed(
  alarm: MetricAlarm,
  shown: readonly { start: number; value: number }[],
  state: StateValue,
  words: string,
  periods: number,
): string {
  const list = [...shown]
    .reverse()
    .map(({ start, value }) => `${writeNumber(value)} (${writeShortDate(new Date(start))})`);
  const plural = periods === 1 ? 'datapoint' : 'datapoints';
  const verb = shown.length === 1 ? 'was' : 'were';
  const change = state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
  const minimum = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods ?? 1;
  return `Threshold Crossed: ${shown.length} out of the last ${periods} ${plural} [${list.join(', ')}] ${verb} ${state === 'ALARM' ? '' : 'not '}${words} the threshold (${writeNumber(alarm.Threshold ?? 0)}) (minimum ${minimum} ${minimum === 1 ? 'datapoint' : 'datapoints'} for ${change} transition).`;
}

function sayNoData(treatment: string, periods: number, alarm: MetricAlarm): string {
  if (treatment === 'missing')
    return `Insufficient Data: ${periods} ${periods === 1 ? 'datapoint was' : 'datapoints were'} unknown.`;
  const words = treatment === 'breaching' ? '[Breaching]' : '[NonBreaching]';
  return `Threshold Crossed: no datapoints were received for ${periods} ${periods === 1 ? 'period' : 'periods'} and ${periods} missing ${periods === 1 ? 'datapoint was' : 'datapoints were'} treated as ${words} (threshold ${writeNumber(alarm.Threshold ?? 0)}).`;
}

function writeNumber(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** As in StateReasonData: `2026-11-23T14:00:00.000+0000`. */
function writeDate(date: Date): string {
  return date.toISOString().replace('Z', '+0000');
}

/** As in StateReason: `23/11/26 14:00:00`. */
function writeShortDate(date: Date): string {
  const [year = '', month, day] = date.toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year.slice(2)} ${date.toISOString().slice(11, 19)}`;
}
