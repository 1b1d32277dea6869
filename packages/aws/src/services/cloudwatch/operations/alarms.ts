import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { takePage } from '../../../core/paging';
import { setState } from '../alarms/set-state';
import { endWatch, watchAlarm } from '../alarms/watch-alarms';
import { badToken, invalidCombination, validationError } from '../errors';
import type { Alarm, CloudWatchState, Op } from '../state';
import { checkAlarm } from './check-alarm';

export const PutMetricAlarm: Op<'PutMetricAlarm'> = (cloudwatch, input) => {
  checkAlarm(input);
  const { Tags, ...settings } = input;
  const AlarmName = input.AlarmName ?? '';
  const { region, accountId, clock } = cloudwatch.context;
  const AlarmArn = `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}`;
  const old = cloudwatch.alarms.get(AlarmName);
  const now = clock.now();
  const alarm: Alarm = {
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
  };
  cloudwatch.alarms.set(AlarmName, alarm);
  cloudwatch.remember(alarm, 'ConfigurationUpdate', `Alarm "${AlarmName}" ${old ? 'updated' : 'created'}`);
  watchAlarm(cloudwatch, alarm);
  if (!old) cloudwatch.setTags(AlarmArn, Tags ?? []);
  return {};
};

export const DescribeAlarms: Op<'DescribeAlarms'> = (cloudwatch, input) => {
  if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
    throw invalidCombination('AlarmNames and AlarmNamePrefix cannot be specified together.');
  const isAsked = !input.AlarmTypes || input.AlarmTypes.includes('MetricAlarm');
  const found = [...cloudwatch.alarms.values()]
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
    idOf: ({ AlarmName }) => AlarmName,
    refuse: badToken,
  });
  return { CompositeAlarms: [], MetricAlarms: page.items, NextToken: page.next };
};

export const DescribeAlarmsForMetric: Op<'DescribeAlarmsForMetric'> = (cloudwatch, input) => {
  const dimensions = writeDimensions(input.Dimensions);
  const MetricAlarms = [...cloudwatch.alarms.values()].filter(
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
};

export const DescribeAlarmHistory: Op<'DescribeAlarmHistory'> = (cloudwatch, input) => {
  const found = cloudwatch.history.filter(
    ({ item: { AlarmName, HistoryItemType, Timestamp } }) =>
      (input.AlarmName === undefined || AlarmName === input.AlarmName) &&
      (input.HistoryItemType === undefined || HistoryItemType === input.HistoryItemType) &&
      (!input.StartDate || !Timestamp || Timestamp >= input.StartDate) &&
      (!input.EndDate || !Timestamp || Timestamp <= input.EndDate),
  );
  if (input.ScanBy === 'TimestampAscending') found.reverse();
  const page = takePage(found, {
    token: input.NextToken,
    size: input.MaxRecords ?? 100,
    idOf: ({ id }) => id,
    refuse: badToken,
    question: input.ScanBy,
  });
  return { AlarmHistoryItems: page.items.map(({ item }) => item), NextToken: page.next };
};

export const DeleteAlarms: Op<'DeleteAlarms'> = (cloudwatch, input) => {
  for (const alarm of (input.AlarmNames ?? []).map((name) => cloudwatch.alarm(name))) {
    cloudwatch.remember(alarm, 'ConfigurationUpdate', `Alarm "${alarm.AlarmName}" deleted`);
    cloudwatch.forgetTags(alarm.AlarmArn);
    endWatch(cloudwatch, alarm.AlarmName);
    cloudwatch.alarms.delete(alarm.AlarmName);
  }
  return {};
};

export const SetAlarmState: Op<'SetAlarmState'> = async (cloudwatch, input) => {
  const alarm = cloudwatch.alarm(input.AlarmName);
  const data = readReasonData(input.StateReasonData);
  const state = input.StateValue ?? 'INSUFFICIENT_DATA';
  await setState(cloudwatch, alarm, { state, reason: input.StateReason ?? '', data });
  return {};
};

export const EnableAlarmActions: Op<'EnableAlarmActions'> = (cloudwatch, input) =>
  setActions(cloudwatch, input.AlarmNames ?? [], true);

export const DisableAlarmActions: Op<'DisableAlarmActions'> = (cloudwatch, input) =>
  setActions(cloudwatch, input.AlarmNames ?? [], false);

function setActions(cloudwatch: CloudWatchState, names: readonly string[], ActionsEnabled: boolean) {
  for (const name of names) {
    const alarm = cloudwatch.alarms.get(name);
    if (alarm) cloudwatch.alarms.set(name, { ...alarm, ActionsEnabled });
  }
  return {};
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
