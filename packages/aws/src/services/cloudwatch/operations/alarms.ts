import type { Dimension, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../core/context';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { comparisons } from '../alarms/judge';
import type { Alarms } from '../alarms/watch-alarms';
import { invalidCombination, missing, validationError } from '../errors';
import { isStatistic } from '../metrics/metric-store';
import { badToken } from './metrics';
import type { TagStore } from './tags';

/** The operations on alarms. */
export function alarmOperations(context: Context, alarms: Alarms, tags: TagStore) {
  const setActions = (names: readonly string[], ActionsEnabled: boolean) => {
    for (const name of names) {
      const alarm = alarms.alarms.get(name);
      if (alarm) alarms.alarms.set(name, { ...alarm, ActionsEnabled });
    }
    return {};
  };
  return {
    PutMetricAlarm: (input) => {
      checkAlarm(input);
      const { Tags, ...settings } = input;
      const AlarmName = input.AlarmName ?? '';
      const AlarmArn = `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${AlarmName}`;
      const old = alarms.alarms.get(AlarmName);
      const now = context.clock.now();
      alarms.put({
        ...settings,
        ActionsEnabled: input.ActionsEnabled ?? true,
        AlarmActions: input.AlarmActions ?? [],
        AlarmArn,
        AlarmConfigurationUpdatedTimestamp: now,
        AlarmName,
        Dimensions: input.Dimensions ?? [],
        InsufficientDataActions: input.InsufficientDataActions ?? [],
        OKActions: input.OKActions ?? [],
        StateReason: old?.StateReason ?? 'Unchecked: Initial alarm creation',
        StateReasonData: old?.StateReasonData,
        StateTransitionedTimestamp: old?.StateTransitionedTimestamp ?? now,
        StateUpdatedTimestamp: old?.StateUpdatedTimestamp ?? now,
        StateValue: old?.StateValue ?? 'INSUFFICIENT_DATA',
      });
      if (!old) tags.put(AlarmArn, Tags ?? []);
      return {};
    },
    DescribeAlarms: (input) => {
      if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
        throw invalidCombination('AlarmNames and AlarmNamePrefix cannot be specified together.');
      const isAsked = !input.AlarmTypes || input.AlarmTypes.includes('MetricAlarm');
      const found = [...alarms.alarms.values()]
        .filter(({ AlarmName }) => !input.AlarmNames || input.AlarmNames.includes(AlarmName))
        .filter(({ AlarmName }) => AlarmName.startsWith(input.AlarmNamePrefix ?? ''))
        .filter(({ StateValue }) => input.StateValue === undefined || StateValue === input.StateValue)
        .filter(({ AlarmActions, OKActions, InsufficientDataActions }) =>
          input.ActionPrefix === undefined
            ? true
            : [AlarmActions, OKActions, InsufficientDataActions].some((actions) =>
                actions?.some((action) => action.startsWith(input.ActionPrefix ?? '')),
              ),
        )
        .sort((a, b) => (a.AlarmName < b.AlarmName ? -1 : 1));
      const page = takePage(isAsked ? found : [], {
        token: input.NextToken,
        size: input.MaxRecords ?? 50,
        refuse: badToken,
      });
      return { CompositeAlarms: [], MetricAlarms: page.items, NextToken: page.next };
    },
    DescribeAlarmsForMetric: (input) => {
      const dimensions = writeDimensions(input.Dimensions);
      const MetricAlarms = [...alarms.alarms.values()].filter(
        (alarm) =>
          alarm.MetricName === input.MetricName &&
          alarm.Namespace === input.Namespace &&
          writeDimensions(alarm.Dimensions) === dimensions &&
          (input.Statistic === undefined || alarm.Statistic === input.Statistic) &&
          (input.ExtendedStatistic === undefined || alarm.ExtendedStatistic === input.ExtendedStatistic) &&
          (input.Period === undefined || alarm.Period === input.Period) &&
          (input.Unit === undefined || alarm.Unit === input.Unit),
      );
      return { MetricAlarms };
    },
    DescribeAlarmHistory: (input) => {
      const found = alarms.history.filter(
        ({ AlarmName, HistoryItemType, Timestamp }) =>
          (input.AlarmName === undefined || AlarmName === input.AlarmName) &&
          (input.HistoryItemType === undefined || HistoryItemType === input.HistoryItemType) &&
          (!input.StartDate || !Timestamp || Timestamp >= input.StartDate) &&
          (!input.EndDate || !Timestamp || Timestamp <= input.EndDate),
      );
      if (input.ScanBy === 'TimestampAscending') found.reverse();
      const page = takePage(found, {
        token: input.NextToken,
        size: input.MaxRecords ?? 100,
        refuse: badToken,
      });
      return { AlarmHistoryItems: page.items, NextToken: page.next };
    },
    DeleteAlarms: (input) => {
      const names = input.AlarmNames ?? [];
      for (const name of names) alarms.find(name);
      for (const name of names) {
        tags.forget(alarms.find(name).AlarmArn);
        alarms.delete(name);
      }
      return {};
    },
    SetAlarmState: async (input) => {
      const alarm = alarms.find(input.AlarmName);
      const state = input.StateValue;
      if (state !== 'OK' && state !== 'ALARM' && state !== 'INSUFFICIENT_DATA')
        throw validationError(
          `1 validation error detected: Value '${state}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]`,
        );
      const data = readReasonData(input.StateReasonData);
      await alarms.setState(alarm, { state, reason: input.StateReason ?? '', data });
      return {};
    },
    EnableAlarmActions: (input) => setActions(input.AlarmNames ?? [], true),
    DisableAlarmActions: (input) => setActions(input.AlarmNames ?? [], false),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch')>;
}

/** Dimensions in an order of their own, so that they can be compared. */
function writeDimensions(dimensions: readonly Dimension[] = []): string {
  return JSON.stringify(dimensions.map(({ Name, Value }) => [Name, Value]).sort());
}

function readReasonData(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw validationError('StateReasonData must be valid JSON.');
    throw error;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function checkAlarm(input: PutMetricAlarmInput): void {
  if (input.Metrics || input.ThresholdMetricId || input.EvaluationCriteria)
    throw validationError('The embedded AWS has no alarms on metric math, anomaly detection or queries.');
  if (!input.MetricName || !input.Namespace)
    throw validationError('MetricName and Namespace must be specified for a metric alarm');
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be specified');
  if (!isStatistic(input.Statistic ?? input.ExtendedStatistic ?? ''))
    throw validationError(`The statistic ${input.Statistic ?? input.ExtendedStatistic} is not supported`);
  if (!comparisons.includes(input.ComparisonOperator ?? ''))
    throw validationError(
      `1 validation error detected: Value '${input.ComparisonOperator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [${comparisons.join(', ')}]`,
    );
  const { Period: period, EvaluationPeriods: periods, DatapointsToAlarm: needed } = input;
  if (period === undefined) throw missing('The parameter Period is required.');
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw validationError('Metric alarm period must be 10, 20, 30 or a multiple of 60 seconds');
  if (periods === undefined || periods < 1) throw validationError('EvaluationPeriods must be at least 1');
  if (period * periods > 604_800)
    throw validationError(
      'Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).',
    );
  if (needed !== undefined && (needed < 1 || needed > periods))
    throw validationError('DatapointsToAlarm must be between 1 and EvaluationPeriods');
  if (input.Threshold === undefined) throw missing('The parameter Threshold is required.');
  const treatment = input.TreatMissingData ?? 'missing';
  if (!['breaching', 'notBreaching', 'ignore', 'missing'].includes(treatment))
    throw validationError(`Value '${treatment}' is not a valid TreatMissingData`);
}
