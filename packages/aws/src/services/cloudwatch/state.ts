import type {
  AlarmHistoryItem,
  HistoryItemType,
  MetricAlarm,
  StandardUnit,
  Tag,
} from '@aws-sdk/client-cloudwatch';
import type { Cancel } from '../../core/clock';
import type { Context } from '../../core/context';
import type { Operation, OperationsOf } from '../../core/service';
import { notFound, unknownResource } from './errors';
import { readEmbeddedMetrics } from './metrics/embedded-metrics';
import { MetricStore } from './metrics/metric-store';

export type Client = typeof import('@aws-sdk/client-cloudwatch');

/** One of CloudWatch's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, CloudWatchState, Name>;

export type Alarm = MetricAlarm & { readonly AlarmName: string; readonly AlarmArn: string };

export interface Dashboard {
  readonly body: string;
  readonly modified: Date;
}

/** An entry of the history of alarms, with a number of its own. */
export interface HistoryEntry {
  readonly id: string;
  readonly item: AlarmHistoryItem;
}

/** The judging of an alarm. */
export interface Watch {
  readonly cancel: Cancel;
  /** When the alarm is judged next, in the clock's milliseconds. */
  dueAt: number;
}

/** The newest entries of the history that are remembered. */
const MOST_HISTORY = 1000;

/** CloudWatch of one region: metrics, alarms and dashboards. */
export class CloudWatchState {
  readonly metrics: MetricStore;
  readonly alarms = new Map<string, Alarm>();
  /** The newest first. */
  readonly history: HistoryEntry[] = [];
  /** By the name of the alarm. */
  readonly watches = new Map<string, Watch>();
  readonly dashboards = new Map<string, Dashboard>();
  private readonly tags = new Map<string, Map<string, string>>();
  private remembered = 0;

  constructor(readonly context: Context) {
    this.metrics = new MetricStore(context.clock);
  }

  /** @throws AwsError ResourceNotFound */
  alarm(name: string | undefined): Alarm {
    const found = this.alarms.get(name ?? '');
    if (!found) throw notFound(`Unknown alarm: ${name}`);
    return found;
  }

  /** Adds to the history of an alarm. */
  remember(alarm: Alarm, type: HistoryItemType, summary: string): void {
    this.remembered += 1;
    const item: AlarmHistoryItem = {
      AlarmName: alarm.AlarmName,
      AlarmType: 'MetricAlarm',
      HistoryData: JSON.stringify({
        version: '1.0',
        stateValue: alarm.StateValue,
        stateReason: alarm.StateReason,
      }),
      HistoryItemType: type,
      HistorySummary: summary,
      Timestamp: this.context.clock.now(),
    };
    this.history.unshift({ id: String(this.remembered), item });
    if (this.history.length > MOST_HISTORY) this.history.pop();
  }

  setTags(arn: string, tags: readonly Tag[]): void {
    this.tags.set(arn, new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])));
  }

  forgetTags(arn: string): void {
    this.tags.delete(arn);
  }

  /** @throws AwsError ResourceNotFoundException for what is no resource that carries tags */
  tagsOf(arn: string | undefined): Map<string, string> {
    const found = this.tags.get(arn ?? '');
    if (!found) throw unknownResource(arn);
    return found;
  }

  /** Adds one value to a metric now, as AWS services do for their own (`AWS/Lambda`, `AWS/States`). */
  record(
    namespace: string,
    name: string,
    value: number,
    dimensions: Readonly<Record<string, string>> = {},
    unit: StandardUnit = 'Count',
  ): void {
    this.metrics.add(namespace, {
      MetricName: name,
      Value: value,
      Unit: unit,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    });
  }

  /** Takes the metrics out of a log line in the embedded metric format; any other line says nothing. */
  fromLogLine(line: string): void {
    for (const { namespace, datum } of readEmbeddedMetrics(line)) this.metrics.add(namespace, datum);
  }
}
