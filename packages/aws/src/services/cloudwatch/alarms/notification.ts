import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../core/context';
import type { Alarm } from '../state';

const STATISTIC_NAMES: Readonly<Record<string, string>> = { SampleCount: 'SAMPLE_COUNT' };

/** An alarm's state, as its event tells it. */
export function describeState(alarm: Alarm, value: StateValue | undefined) {
  return {
    value,
    reason: alarm.StateReason,
    reasonData: alarm.StateReasonData,
    timestamp: alarm.StateUpdatedTimestamp?.toISOString().replace('Z', '+0000'),
  };
}

/** The JSON that subscribers of the topic get. */
export function writeMessage(context: Context, alarm: Alarm, old: StateValue, now: Date) {
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
