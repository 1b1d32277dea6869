import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { type NewRegion, newRegion, type RegionOptions } from '../../testing/region';
import { until } from '../../testing/until';

const accountId = '000000000000';
const topic = `arn:aws:sns:us-east-1:${accountId}:failures`;
const running: NewRegion[] = [];
afterEach(async () => {
  for (const region of running.splice(0)) await region.aws.stop();
});

/** CloudWatch whose topics keep what is published to them. */
const makeCloudWatch = async (time: Pick<RegionOptions, 'timeScale'> = {}) => {
  const published: { TopicArn?: string; Subject?: string; Message?: string }[] = [];
  const region = await newRegion({
    ...time,
    instead: {
      sns: { Publish: (input: (typeof published)[number]) => ({ MessageId: String(published.push(input)) }) },
    },
  });
  running.push(region);
  return {
    region,
    context: region.context,
    cloudwatch: region.state('cloudwatch'),
    operations: region.api('cloudwatch'),
    published,
  };
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
  const { cloudwatch, operations, published } = await makeCloudWatch();
  await operations.PutMetricAlarm(alarmOf());
  cloudwatch.record('AWS/Lambda', 'Errors', 2, { FunctionName: 'app' });
  const history = async () => {
    const asked = { HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' } as const;
    const { AlarmHistoryItems = [] } = await operations.DescribeAlarmHistory(asked);
    return AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary);
  };
  await until(async () => (await history()).at(-1) === 'Alarm updated from ALARM to OK');
  expect((await history()).filter((summary) => summary?.endsWith('to ALARM'))).toHaveLength(1);
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
  const { context, cloudwatch, operations, published } = await makeCloudWatch({ timeScale: 6000 });
  await operations.PutMetricAlarm(alarmOf({ OKActions: [topic] }));
  cloudwatch.record('AWS/Lambda', 'Errors', 2, { FunctionName: 'app' });
  const busyUntil = context.clock.millis() + 300_000;
  while (context.clock.millis() < busyUntil);
  const told = () => published.map(({ Subject }) => Subject?.split(':')[0]);
  await until(() => told().includes('ALARM') && told().at(-1) === 'OK');
});

test('a state that is set by hand runs the actions, unless they are disabled', async () => {
  const { operations, published } = await makeCloudWatch();
  await operations.PutMetricAlarm(alarmOf());
  const set = (StateValue: 'ALARM' | 'OK') =>
    operations.SetAlarmState({ AlarmName: 'errors', StateValue, StateReason: 'test' });
  await set('ALARM');
  await set('OK');
  await operations.DisableAlarmActions({ AlarmNames: ['errors'] });
  await set('ALARM');
  expect(published).toHaveLength(1);
  await expect(
    operations.SetAlarmState({ AlarmName: 'x', StateValue: 'OK', StateReason: '' }),
  ).rejects.toMatchObject({ code: 'ResourceNotFound' });
});

test('statistics of a metric are counted by period', async () => {
  const { context, operations } = await makeCloudWatch();
  const minute = Math.floor(context.clock.millis() / 60_000) * 60_000 - 600_000;
  const MetricData = [1, 2, 6].map((Value) => ({
    MetricName: 'm',
    Value,
    Timestamp: new Date(minute + 1000),
  }));
  await operations.PutMetricData({ Namespace: 'app', MetricData });
  await operations.PutMetricData({
    Namespace: 'app',
    MetricData: [{ MetricName: 'm', Values: [10, 20], Counts: [3, 1], Timestamp: new Date(minute + 60_000) }],
  });
  const range = { StartTime: new Date(minute), EndTime: new Date(minute + 120_000) };
  const { Datapoints } = await operations.GetMetricStatistics({
    Namespace: 'app',
    MetricName: 'm',
    Period: 60,
    Statistics: ['Average', 'Sum', 'SampleCount'],
    ExtendedStatistics: ['p50'],
    ...range,
  });
  expect(Datapoints).toMatchObject([
    { Average: 3, Sum: 9, SampleCount: 3, ExtendedStatistics: { p50: 2 } },
    { Average: 12.5, Sum: 50, SampleCount: 4, ExtendedStatistics: { p50: 10 } },
  ]);
  const query = {
    Id: 'a',
    MetricStat: { Metric: { Namespace: 'app', MetricName: 'm' }, Period: 60, Stat: 'Maximum' },
  };
  const { MetricDataResults } = await operations.GetMetricData({ MetricDataQueries: [query], ...range });
  expect(MetricDataResults?.[0]?.Values).toEqual([20, 6]);
});

test('a line in the embedded metric format becomes metrics, one for each set of dimensions', async () => {
  const { context, cloudwatch, operations } = await makeCloudWatch();
  const line = {
    _aws: {
      Timestamp: context.clock.millis(),
      CloudWatchMetrics: [
        {
          Namespace: 'shop',
          Dimensions: [['service'], ['service', 'stage']],
          Metrics: [{ Name: 'Duration', Unit: 'Seconds' }],
        },
      ],
    },
    service: 'shop',
    stage: 'Plan',
    Duration: [1, 3],
  };
  cloudwatch.fromLogLine(JSON.stringify(line));
  cloudwatch.fromLogLine('{"_aws": broken');
  cloudwatch.fromLogLine('plain text');
  const { Metrics = [] } = await operations.ListMetrics({ Namespace: 'shop' });
  expect(Metrics.map(({ Dimensions = [] }) => Dimensions.map(({ Name }) => Name))).toEqual([
    ['service'],
    ['service', 'stage'],
  ]);
});

test.each<[Partial<PutMetricAlarmCommandInput>, string]>([
  [{ Period: 61 }, 'ValidationError'],
  [{ Statistic: undefined }, 'InvalidParameterCombination'],
  [{ DatapointsToAlarm: 2 }, 'ValidationError'],
  [{ Threshold: undefined }, 'MissingParameter'],
  [{ TreatMissingData: 'never' }, 'ValidationError'],
])('an alarm with %j is refused', async (changes, code) => {
  const { operations } = await makeCloudWatch();
  await expect(operations.PutMetricAlarm(alarmOf(changes))).rejects.toMatchObject({ code });
});

test('alarms are found by prefix and state, carry tags, and are gone once deleted', async () => {
  const { operations } = await makeCloudWatch();
  for (const AlarmName of ['a1', 'a2', 'b'])
    await operations.PutMetricAlarm(alarmOf({ AlarmName, Tags: [{ Key: 'k', Value: AlarmName }] }));
  await operations.DeleteAlarms({ AlarmNames: ['a1'] });
  const { MetricAlarms = [] } = await operations.DescribeAlarms({
    AlarmNamePrefix: 'a',
    StateValue: 'INSUFFICIENT_DATA',
  });
  expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(['a2']);
  const { Tags } = await operations.ListTagsForResource({ ResourceARN: MetricAlarms[0]?.AlarmArn });
  expect(Tags).toEqual([{ Key: 'k', Value: 'a2' }]);
  await expect(operations.DeleteAlarms({ AlarmNames: ['a1'] })).rejects.toMatchObject({
    code: 'ResourceNotFound',
  });
});

test('a dashboard is kept as it was put, and one that is not JSON is refused', async () => {
  const { operations } = await makeCloudWatch();
  await operations.PutDashboard({ DashboardName: 'd', DashboardBody: '{"widgets":[]}' });
  expect(await operations.GetDashboard({ DashboardName: 'd' })).toEqual({
    DashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/d`,
    DashboardBody: '{"widgets":[]}',
    DashboardName: 'd',
  });
  expect(await operations.DeleteDashboards({ DashboardNames: ['d'] })).toEqual({});
  await expect(operations.GetDashboard({ DashboardName: 'd' })).rejects.toMatchObject({
    code: 'ResourceNotFound',
  });
  await expect(operations.PutDashboard({ DashboardName: 'd', DashboardBody: 'x' })).rejects.toMatchObject({
    code: 'InvalidParameterInput',
  });
});

test('dashboards are listed by their names', async () => {
  const { operations } = await makeCloudWatch();
  for (const DashboardName of ['web', 'api', 'web-2'])
    await operations.PutDashboard({ DashboardName, DashboardBody: '{"widgets":[]}' });
  const { DashboardEntries } = await operations.ListDashboards({ DashboardNamePrefix: 'web' });
  expect(DashboardEntries).toMatchObject([
    { DashboardName: 'web', DashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/web`, Size: 14 },
    { DashboardName: 'web-2' },
  ]);
  expect(() => operations.PutDashboard({ DashboardName: 'a b', DashboardBody: '{}' })).rejects.toMatchObject({
    code: 'InvalidParameterValue',
  });
});

test('the alarms of a metric are found by its name and all its dimensions', async () => {
  const { operations } = await makeCloudWatch();
  await operations.PutMetricAlarm(alarmOf());
  await operations.PutMetricAlarm(alarmOf({ AlarmName: 'all', Dimensions: [] }));
  const find = async (Dimensions?: { Name: string; Value: string }[]) => {
    const metric = { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions };
    const { MetricAlarms = [] } = await operations.DescribeAlarmsForMetric(metric);
    return MetricAlarms.map(({ AlarmName }) => AlarmName);
  };
  expect(await find([{ Name: 'FunctionName', Value: 'app' }])).toEqual(['errors']);
  expect(await find()).toEqual(['all']);
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
])('a datum with %s is refused', async (_what, changes, message) => {
  const { context, operations } = await makeCloudWatch();
  const more = typeof changes === 'function' ? changes(context.clock.millis()) : changes;
  const MetricData = [{ MetricName: 'm', Value: 1, ...more }];
  await expect(operations.PutMetricData({ Namespace: 'Shop', MetricData })).rejects.toMatchObject({
    code: 'InvalidParameterValue',
    message: expect.stringContaining(message),
  });
});

test('actions are told of again once they are enabled', async () => {
  const { operations, published } = await makeCloudWatch();
  await operations.PutMetricAlarm(alarmOf({ ActionsEnabled: false }));
  expect(await operations.EnableAlarmActions({ AlarmNames: ['errors', 'nosuch'] })).toEqual({});
  await operations.SetAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'test' });
  expect(published).toHaveLength(1);
  expect(await operations.DisableAlarmActions({ AlarmNames: ['errors'] })).toEqual({});
  const { MetricAlarms } = await operations.DescribeAlarms({});
  expect(MetricAlarms).toMatchObject([{ ActionsEnabled: false, StateValue: 'ALARM' }]);
});

test('an action that its topic refuses is in the history', async () => {
  await using region = await newRegion();
  const cloudwatch = region.api('cloudwatch');
  await cloudwatch.PutMetricAlarm(alarmOf());
  await cloudwatch.SetAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'test' });
  const { AlarmHistoryItems } = await cloudwatch.DescribeAlarmHistory({ HistoryItemType: 'Action' });
  expect(AlarmHistoryItems).toMatchObject([
    { HistorySummary: `Failed to execute action ${topic}. Received error: "Topic does not exist"` },
  ]);
});

test('tags of an alarm are added and removed, and what is no resource has none', async () => {
  const { operations } = await makeCloudWatch();
  await operations.PutMetricAlarm(alarmOf());
  const ResourceARN = `arn:aws:cloudwatch:us-east-1:${accountId}:alarm:errors`;
  const Tags = ['a', 'b'].map((Key) => ({ Key, Value: '1' }));
  expect(await operations.TagResource({ ResourceARN, Tags })).toEqual({});
  expect(await operations.UntagResource({ ResourceARN, TagKeys: ['a'] })).toEqual({});
  expect(await operations.ListTagsForResource({ ResourceARN })).toEqual({ Tags: [{ Key: 'b', Value: '1' }] });
  await expect(operations.ListTagsForResource({ ResourceARN: `${ResourceARN}x` })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

test('history goes on where its page ended, and a token that no answer held is refused', async () => {
  const { operations } = await makeCloudWatch();
  for (const AlarmName of ['a', 'b', 'c']) await operations.PutMetricAlarm(alarmOf({ AlarmName }));
  const first = await operations.DescribeAlarmHistory({ MaxRecords: 2 });
  await operations.PutMetricAlarm(alarmOf({ AlarmName: 'd' }));
  const second = await operations.DescribeAlarmHistory({ MaxRecords: 2, NextToken: first.NextToken });
  const names = [first, second].map(({ AlarmHistoryItems = [] }) =>
    AlarmHistoryItems.map(({ AlarmName }) => AlarmName),
  );
  expect(names).toEqual([['c', 'b'], ['a']]);
  for (const call of [
    operations.DescribeAlarmHistory({ NextToken: 'foreign' }),
    operations.DescribeAlarms({ NextToken: 'foreign' }),
    operations.ListMetrics({ NextToken: 'foreign' }),
    operations.ListDashboards({ NextToken: 'foreign' }),
  ])
    await expect(call).rejects.toMatchObject({ code: 'InvalidNextToken' });
});

test('statistics of years by the second are those of the seconds that have data', async () => {
  const { context, operations } = await makeCloudWatch();
  await operations.PutMetricData({ Namespace: 'app', MetricData: [{ MetricName: 'm', Value: 1 }] });
  const query = {
    Id: 'a',
    MetricStat: { Metric: { Namespace: 'app', MetricName: 'm' }, Period: 1, Stat: 'Sum' },
  };
  const range = { StartTime: new Date(0), EndTime: new Date(context.clock.millis() + 60_000) };
  const { MetricDataResults } = await operations.GetMetricData({ MetricDataQueries: [query], ...range });
  expect(MetricDataResults).toMatchObject([{ Id: 'a', StatusCode: 'Complete', Values: [1] }]);
});

test('the SDK creates and reads an alarm', async () => {
  await using region = await newRegion();
  const client = new CloudWatchClient(region.aws.client);
  const alarm = {
    AlarmName: 'a',
    Namespace: 'n',
    MetricName: 'm',
    Statistic: 'Sum' as const,
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold' as const,
  };
  await client.send(new PutMetricAlarmCommand(alarm));
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({}));
  expect(MetricAlarms).toMatchObject([{ ...alarm, StateValue: 'INSUFFICIENT_DATA' }]);
  const unknown = new SetAlarmStateCommand({ AlarmName: 'x', StateValue: 'OK', StateReason: 'r' });
  await expect(client.send(unknown)).rejects.toMatchObject({ name: 'ResourceNotFound' });
});
