import type { AlarmHistoryItem, HistoryItemType, MetricAlarm, StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { serviceCall } from '../../../core/service-call';
import type { SnsTopics } from '../../target-services';
import type { MetricStore } from '../metrics/metric-store';
import { judge, readPoints, type Verdict } from './judge';

export type Alarm = MetricAlarm & { readonly AlarmName: string; readonly AlarmArn: string };

/** CloudWatch looks at alarms once a minute, and more often where the period is shorter. */
const EVALUATION_SECONDS = 60;

const STATISTIC_NAMES: Readonly<Record<string, string>> = { SampleCount: 'SAMPLE_COUNT' };

/** The alarms of one region: what they are, and the clock that judges them. */
export class Alarms {
  readonly alarms = new Map<string, Alarm>();
  /** The newest first. */
  readonly history: AlarmHistoryItem[] = [];
  private readonly timers = new Map<string, Cancel>();
  /** When each alarm is judged next, in the clock's milliseconds. */
  private readonly dueAt = new Map<string, number>();

  constructor(
    private readonly context: Context,
    private readonly metrics: MetricStore,
    /** Read at every notification, so it may be a getter. */
    private readonly deps: { readonly sns?: SnsTopics },
  ) {}

  put(alarm: Alarm): void {
    const isNew = !this.alarms.has(alarm.AlarmName);
    this.alarms.set(alarm.AlarmName, alarm);
    this.remember(
      alarm,
      'ConfigurationUpdate',
      `Alarm "${alarm.AlarmName}" ${isNew ? 'created' : 'updated'}`,
    );
    this.timers.get(alarm.AlarmName)?.();
    const seconds = Math.min(EVALUATION_SECONDS, alarm.Period ?? EVALUATION_SECONDS);
    this.dueAt.set(alarm.AlarmName, this.context.clock.millis() + seconds * 1000);
    this.timers.set(
      alarm.AlarmName,
      this.context.clock.every(seconds, () => void this.evaluate(alarm.AlarmName, seconds)),
    );
  }

  delete(name: string): void {
    const alarm = this.alarms.get(name);
    if (alarm) this.remember(alarm, 'ConfigurationUpdate', `Alarm "${name}" deleted`);
    this.timers.get(name)?.();
    this.timers.delete(name);
    this.dueAt.delete(name);
    this.alarms.delete(name);
  }

  /** @throws AwsError ResourceNotFound */
  find(name: string | undefined): Alarm {
    const found = this.alarms.get(name ?? '');
    if (!found) throw new AwsError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
    return found;
  }

  /** Gives the alarm a state, and tells its actions when that is a change. */
  async setState(alarm: Alarm, verdict: Verdict): Promise<void> {
    const now = this.context.clock.now();
    const old = alarm.StateValue ?? 'INSUFFICIENT_DATA';
    const changed: Alarm = {
      ...alarm,
      StateReason: verdict.reason,
      StateReasonData: JSON.stringify(verdict.data),
      StateUpdatedTimestamp: now,
      StateTransitionedTimestamp: old === verdict.state ? alarm.StateTransitionedTimestamp : now,
      StateValue: verdict.state,
    };
    this.alarms.set(alarm.AlarmName, changed);
    if (old === verdict.state) return;
    this.remember(changed, 'StateUpdate', `Alarm updated from ${old} to ${verdict.state}`);
    this.announce(alarm, changed, old);
    await this.notify(changed, old, now);
  }

  dispose(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  /** Judges an alarm at each moment that was due: where AWS's time runs fast a timer comes late, and loses no period. */
  private async evaluate(name: string, seconds: number): Promise<void> {
    const until = this.context.clock.millis();
    for (;;) {
      const alarm = this.alarms.get(name);
      const moment = this.dueAt.get(name);
      if (!alarm || moment === undefined || moment > until) return;
      this.dueAt.set(name, moment + seconds * 1000);
      const verdict = judge(alarm, readPoints(this.metrics, alarm, moment), new Date(moment));
      if (verdict && verdict.state !== alarm.StateValue) await this.setState(alarm, verdict);
    }
  }

  private remember(alarm: Alarm, type: HistoryItemType, summary: string): void {
    this.history.unshift({
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
    });
    if (this.history.length > 1000) this.history.pop();
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
  private announce(before: Alarm, after: Alarm, old: StateValue): void {
    this.context.bus.announce({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [after.AlarmArn],
      detail: {
        alarmName: after.AlarmName,
        state: describeState(after, after.StateValue),
        previousState: describeState(before, old),
        configuration: { description: after.AlarmDescription },
      },
    });
  }

  private async notify(alarm: Alarm, old: StateValue, now: Date): Promise<void> {
    if (alarm.ActionsEnabled === false) return;
    const byState: Readonly<Record<StateValue, readonly string[] | undefined>> = {
      ALARM: alarm.AlarmActions,
      INSUFFICIENT_DATA: alarm.InsufficientDataActions,
      OK: alarm.OKActions,
    };
    for (const action of byState[alarm.StateValue ?? 'OK'] ?? []) {
      if (action.split(':')[2] !== 'sns') continue;
      await this.publish(alarm, action, old, now);
    }
  }

  private async publish(alarm: Alarm, topicArn: string, old: StateValue, now: Date): Promise<void> {
    try {
      if (!this.deps.sns) throw new AwsError('NotFound', 'there is no SNS here', 404);
      await this.deps.sns.operations.Publish(
        {
          TopicArn: topicArn,
          Subject: `${alarm.StateValue}: "${alarm.AlarmName}" in ${this.context.region}`.slice(0, 100),
          Message: JSON.stringify(writeMessage(this.context, alarm, old, now)),
        },
        serviceCall(this.context, 'cloudwatch'),
      );
      this.remember(alarm, 'Action', `Successfully executed action ${topicArn}`);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.remember(
        alarm,
        'Action',
        `Failed to execute action ${topicArn}. Received error: "${error.message}"`,
      );
    }
  }
}

function describeState(alarm: Alarm, value: StateValue | undefined) {
  return {
    value,
    reason: alarm.StateReason,
    reasonData: alarm.StateReasonData,
    timestamp: alarm.StateUpdatedTimestamp?.toISOString().replace('Z', '+0000'),
  };
}

/** The JSON that subscribers of the topic get. */
function writeMessage(context: Context, alarm: Alarm, old: StateValue, now: Date) {
  return {
    AlarmName: alarm.AlarmName,
    AlarmDescription: alarm.AlarmDescription ?? null,
    AWSAccountId: context.accountId,
    AlarmConfigurationUpdatedTimestamp: alarm.AlarmConfigurationUpdatedTimestamp?.toISOString().replace(
      'Z',
      '+0000',
    ),
    NewStateValue: alarm.StateValue,
    NewStateReason: alarm.StateReason,
    StateChangeTime: now.toISOString().replace('Z', '+0000'),
    Region: context.region,
    AlarmArn: alarm.AlarmArn,
    OldStateValue: old,
    OKActions: alarm.OKActions,
    AlarmActions: alarm.AlarmActions,
    InsufficientDataActions: alarm.InsufficientDataActions,
    Trigger: {
      MetricName: alarm.MetricName,
      Namespace: alarm.Namespace,
      StatisticType: alarm.Statistic ? 'Statistic' : 'ExtendedStatistic',
      Statistic: alarm.Statistic
        ? (STATISTIC_NAMES[alarm.Statistic] ?? alarm.Statistic.toUpperCase())
        : alarm.ExtendedStatistic,
      Unit: alarm.Unit ?? null,
      Dimensions: alarm.Dimensions?.map(({ Name, Value }) => ({ value: Value, name: Name })),
      Period: alarm.Period,
      EvaluationPeriods: alarm.EvaluationPeriods,
      DatapointsToAlarm: alarm.DatapointsToAlarm,
      ComparisonOperator: alarm.ComparisonOperator,
      Threshold: alarm.Threshold,
      TreatMissingData: alarm.TreatMissingData ?? 'missing',
      EvaluateLowSampleCountPercentile: alarm.EvaluateLowSampleCountPercentile ?? '',
    },
  };
}
