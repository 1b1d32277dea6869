import type {
  AlarmHistoryItem,
  HistoryItemType,
  MetricAlarm,
  StandardUnit,
  StateValue,
  Tag,
} from '@aws-sdk/client-cloudwatch';
import { parseArn } from 'aws-languages/arn';
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

/** What an alarm tells a scaling policy that is among its actions. */
export interface ScalingCall {
  readonly policyArn: string;
  readonly alarmName: string;
  readonly state: StateValue;
  readonly threshold: number;
  /** The newest point of its metric; undefined where there is none. */
  readonly value?: number;
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
  private readonly scalings = new Set<(call: ScalingCall) => void>();
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

  /** Called whenever an alarm has a scaling policy act. Returns how to end it. */
  onScaling(listener: (call: ScalingCall) => void): () => void {
    this.scalings.add(listener);
    return () => this.scalings.delete(listener);
  }

  /** Has those scaling policies act that are the alarm's actions in its state. */
  scale(alarm: Alarm, value: number | undefined): void {
    const state = alarm.StateValue ?? 'INSUFFICIENT_DATA';
    for (const policyArn of actionsOf(alarm)) {
      if (parseArn(policyArn)?.service !== 'autoscaling') continue;
      const { AlarmName: alarmName, Threshold: threshold = 0 } = alarm;
      const call = { policyArn, alarmName, state, threshold, ...(value !== undefined && { value }) };
      for (const listener of this.scalings) listener(call);
    }
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

/** What an alarm does in the state that it has; nothing where its actions are switched off. */
export function actionsOf(alarm: Alarm): readonly string[] {
  if (alarm.ActionsEnabled === false) return [];
  const byState: Readonly<Record<StateValue, readonly string[] | undefined>> = {
    ALARM: alarm.AlarmActions,
    INSUFFICIENT_DATA: alarm.InsufficientDataActions,
    OK: alarm.OKActions,
  };
  return byState[alarm.StateValue ?? 'OK'] ?? [];
}
