import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { judge } from './judge';

const alarmOf = (): MetricAlarm => ({
  AlarmName: 'errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
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
