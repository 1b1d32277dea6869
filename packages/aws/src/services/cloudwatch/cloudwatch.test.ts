import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { accountId, callOf, makeContext, until } from '../../testing/serverless-context';
import { CloudWatch } from '.';
import { judge } from './alarms/judge';

const topic = `arn:aws:sns:us-east-1:${accountId}:failures`;
const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

const makeCloudWatch = (scale = 6000) => {
  const context = makeContext(scale);
  const published: { TopicArn?: string; Subject?: string; Message?: string }[] = [];
  const cloudwatch = new CloudWatch(context, {
    sns: { operations: { Publish: (input) => void published.push(input) } },
  });
  running.push(() => {
    cloudwatch.dispose();
    context.clock.stop();
  });
  return { context, cloudwatch, operations: cloudwatch.operations, published, call: callOf(context) };
};

const alarmOf = (changes: Partial<PutMetricAlarmCommandInput> = {}): PutMetricAlarmCommandInput => ({
  AlarmName: 'errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'app' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
  AlarmActions: [topic],
  ...changes,
});

test('an alarm goes off at the end of the period, tells its topic once, and ends by itself', async () => {
  const { cloudwatch, operations, published, call } = makeCloudWatch();
  operations.PutMetricAlarm(alarmOf(), call);
  cloudwatch.record('AWS/Lambda', 'Errors', 2, { FunctionName: 'app' });
  const history = () =>
    operations
      .DescribeAlarmHistory({ HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' }, call)
      .AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary);
  await until(() => history().at(-1) === 'Alarm updated from ALARM to OK');
  expect(history().filter((summary) => summary?.endsWith('to ALARM'))).toHaveLength(1);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ TopicArn: topic, Subject: 'ALARM: "errors" in us-east-1' });
  expect(JSON.parse(published[0]?.Message ?? '')).toMatchObject({
    AlarmName: 'errors',
    NewStateValue: 'ALARM',
    NewStateReason: expect.stringMatching(
      /^Threshold Crossed: 1 out of the last 1 datapoint \[2\.0 \(.*\)\] was greater than or equal to the threshold \(1\.0\) /,
    ),
    Region: 'us-east-1',
    Trigger: { MetricName: 'Errors', Statistic: 'SUM', Dimensions: [{ name: 'FunctionName', value: 'app' }] },
  });
});

test('a process that was busy for several periods still judges each of them', async () => {
  const { context, cloudwatch, operations, published, call } = makeCloudWatch();
  operations.PutMetricAlarm(alarmOf({ OKActions: [topic] }), call);
  cloudwatch.record('AWS/Lambda', 'Errors', 2, { FunctionName: 'app' });
  const busyUntil = context.clock.millis() + 300_000;
  while (context.clock.millis() < busyUntil);
  const told = () => published.map(({ Subject }) => Subject?.split(':')[0]);
  await until(() => told().includes('ALARM') && told().at(-1) === 'OK');
});

test.each([
  ['missing', 'INSUFFICIENT_DATA'],
  ['notBreaching', 'OK'],
  ['breaching', 'ALARM'],
  ['ignore', undefined],
])('without data an alarm that treats it as %s becomes %s', (TreatMissingData, state) => {
  const verdict = judge({ ...alarmOf(), TreatMissingData }, [{ start: 0, value: undefined }], new Date());
  expect(verdict?.state).toBe(state);
});

test.each([
  [[1, 0, 1], 'ALARM'],
  [[1, 0, 0], 'OK'],
  [[undefined, 1, 1], 'ALARM'],
  [[undefined, undefined, 1], 'OK'],
])('two of three periods raise an alarm: %j gives %s', (values, state) => {
  const alarm = { ...alarmOf(), EvaluationPeriods: 3, DatapointsToAlarm: 2 };
  const points = values.map((value, i) => ({ start: i * 60_000, value }));
  expect(judge(alarm, points, new Date())?.state).toBe(state);
});

test('a state that is set by hand runs the actions, unless they are disabled', async () => {
  const { operations, published, call } = makeCloudWatch(1);
  operations.PutMetricAlarm(alarmOf(), call);
  const set = (StateValue: 'ALARM' | 'OK') =>
    operations.SetAlarmState({ AlarmName: 'errors', StateValue, StateReason: 'test' }, call);
  await set('ALARM');
  await set('OK');
  operations.DisableAlarmActions({ AlarmNames: ['errors'] }, call);
  await set('ALARM');
  expect(published).toHaveLength(1);
  await expect(
    operations.SetAlarmState({ AlarmName: 'x', StateValue: 'OK', StateReason: '' }, call),
  ).rejects.toMatchObject({ code: 'ResourceNotFound' });
});

test('statistics of a metric are counted by period', () => {
  const { context, operations, call } = makeCloudWatch(1);
  const minute = Math.floor(context.clock.millis() / 60_000) * 60_000 - 600_000;
  const MetricData = [1, 2, 6].map((Value) => ({
    MetricName: 'm',
    Value,
    Timestamp: new Date(minute + 1000),
  }));
  operations.PutMetricData({ Namespace: 'app', MetricData }, call);
  operations.PutMetricData(
    {
      Namespace: 'app',
      MetricData: [
        { MetricName: 'm', Values: [10, 20], Counts: [3, 1], Timestamp: new Date(minute + 60_000) },
      ],
    },
    call,
  );
  const range = { StartTime: new Date(minute), EndTime: new Date(minute + 120_000) };
  const { Datapoints } = operations.GetMetricStatistics(
    {
      Namespace: 'app',
      MetricName: 'm',
      Period: 60,
      Statistics: ['Average', 'Sum', 'SampleCount'],
      ExtendedStatistics: ['p50'],
      ...range,
    },
    call,
  );
  expect(Datapoints).toMatchObject([
    { Average: 3, Sum: 9, SampleCount: 3, ExtendedStatistics: { p50: 2 } },
    { Average: 12.5, Sum: 50, SampleCount: 4, ExtendedStatistics: { p50: 10 } },
  ]);
  const query = {
    Id: 'a',
    MetricStat: { Metric: { Namespace: 'app', MetricName: 'm' }, Period: 60, Stat: 'Maximum' },
  };
  const { MetricDataResults } = operations.GetMetricData({ MetricDataQueries: [query], ...range }, call);
  expect(MetricDataResults[0]?.Values).toEqual([20, 6]);
});

test('a line in the embedded metric format becomes metrics, one for each set of dimensions', () => {
  const { context, cloudwatch, operations, call } = makeCloudWatch(1);
  const line = {
    _aws: {
      Timestamp: context.clock.millis(),
      CloudWatchMetrics: [
        {
          Namespace: 'kiln',
          Dimensions: [['service'], ['service', 'stage']],
          Metrics: [{ Name: 'Duration', Unit: 'Seconds' }],
        },
      ],
    },
    service: 'kiln',
    stage: 'Plan',
    Duration: [1, 3],
  };
  cloudwatch.fromLogLine(JSON.stringify(line));
  cloudwatch.fromLogLine('{"_aws": broken');
  cloudwatch.fromLogLine('plain text');
  expect(
    operations
      .ListMetrics({ Namespace: 'kiln' }, call)
      .Metrics.map(({ Dimensions }) => Dimensions.map(({ Name }) => Name)),
  ).toEqual([['service'], ['service', 'stage']]);
});

test.each<[Partial<PutMetricAlarmCommandInput>, string]>([
  [{ Period: 61 }, 'ValidationError'],
  [{ Statistic: undefined }, 'InvalidParameterCombination'],
  [{ DatapointsToAlarm: 2 }, 'ValidationError'],
  [{ Threshold: undefined }, 'MissingParameter'],
  [{ TreatMissingData: 'never' }, 'ValidationError'],
])('an alarm with %j is refused', (changes, code) => {
  const { operations, call } = makeCloudWatch(1);
  expect(() => operations.PutMetricAlarm(alarmOf(changes), call)).toThrow(expect.objectContaining({ code }));
});

test('alarms are found by prefix and state, carry tags, and are gone once deleted', () => {
  const { operations, call } = makeCloudWatch(1);
  for (const AlarmName of ['a1', 'a2', 'b'])
    operations.PutMetricAlarm(alarmOf({ AlarmName, Tags: [{ Key: 'k', Value: AlarmName }] }), call);
  operations.DeleteAlarms({ AlarmNames: ['a1'] }, call);
  const { MetricAlarms } = operations.DescribeAlarms(
    { AlarmNamePrefix: 'a', StateValue: 'INSUFFICIENT_DATA' },
    call,
  );
  expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(['a2']);
  expect(operations.ListTagsForResource({ ResourceARN: MetricAlarms[0]?.AlarmArn }, call).Tags).toEqual([
    { Key: 'k', Value: 'a2' },
  ]);
  expect(() => operations.DeleteAlarms({ AlarmNames: ['a1'] }, call)).toThrow(
    expect.objectContaining({ code: 'ResourceNotFound' }),
  );
});

test('a dashboard is kept as it was put, and one that is not JSON is refused', () => {
  const { operations, call } = makeCloudWatch(1);
  operations.PutDashboard({ DashboardName: 'd', DashboardBody: '{"widgets":[]}' }, call);
  expect(operations.GetDashboard({ DashboardName: 'd' }, call).DashboardBody).toBe('{"widgets":[]}');
  expect(() => operations.PutDashboard({ DashboardName: 'd', DashboardBody: 'x' }, call)).toThrow();
});

test('dashboards are listed by their names', () => {
  const { operations, call } = makeCloudWatch();
  for (const DashboardName of ['web', 'api', 'web-2'])
    operations.PutDashboard({ DashboardName, DashboardBody: '{"widgets":[]}' }, call);
  const { DashboardEntries } = operations.ListDashboards({ DashboardNamePrefix: 'web' }, call);
  expect(DashboardEntries).toMatchObject([
    { DashboardName: 'web', DashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/web`, Size: 14 },
    { DashboardName: 'web-2' },
  ]);
  expect(() => operations.PutDashboard({ DashboardName: 'a b', DashboardBody: '{}' }, call)).toThrow(
    expect.objectContaining({ code: 'InvalidParameterValue' }),
  );
});

test('the alarms of a metric are found by its name and all its dimensions', () => {
  const { operations, call } = makeCloudWatch();
  operations.PutMetricAlarm(alarmOf(), call);
  operations.PutMetricAlarm(alarmOf({ AlarmName: 'all', Dimensions: [] }), call);
  const find = (Dimensions?: { Name: string; Value: string }[]) =>
    operations
      .DescribeAlarmsForMetric({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions }, call)
      .MetricAlarms.map(({ AlarmName }) => AlarmName);
  expect(find([{ Name: 'FunctionName', Value: 'app' }])).toEqual(['errors']);
  expect(find()).toEqual(['all']);
});

test.each<[string, object | ((now: number) => object), string]>([
  [
    'an unknown unit',
    { Unit: 'Foo' },
    'The parameter MetricData.member.1.Unit must be a value in the set [ Seconds,',
  ],
  [
    'a time long past',
    (now: number) => ({ Timestamp: new Date(now - 15 * 86_400_000) }),
    'The parameter MetricData.member.1.Timestamp must specify a time no more than two weeks in the past.',
  ],
  [
    'a time to come',
    (now: number) => ({ Timestamp: new Date(now + 3 * 3_600_000) }),
    'The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future.',
  ],
])('a datum with %s is refused', (_what, changes, message) => {
  const { context, operations, call } = makeCloudWatch(1);
  const more = typeof changes === 'function' ? changes(context.clock.millis()) : changes;
  const MetricData = [{ MetricName: 'm', Value: 1, ...more }];
  expect(() => operations.PutMetricData({ Namespace: 'Kiln', MetricData }, call)).toThrow(
    expect.objectContaining({
      code: 'InvalidParameterValue',
      message: expect.stringContaining(message),
    }),
  );
});
