import { type NewRegion, newRegion } from '../../testing/region';
import { cloudFormationOf } from '../cloudformation/testing';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  await logs().CreateLogGroup({ logGroupName: 'app' });
  await logs().CreateLogStream({ logGroupName: 'app', logStreamName: 's' });
});
afterEach(() => region[Symbol.asyncDispose]());

const logs = () => region.api('cloudwatch-logs');
const write = (...lines: unknown[]) =>
  logs().PutLogEvents({
    ...{ logGroupName: 'app', logStreamName: 's' },
    logEvents: lines.map((line) => ({
      timestamp: region.context.clock.millis(),
      message: typeof line === 'string' ? line : JSON.stringify(line),
    })),
  });
const filter = (filterName: string, filterPattern: string, more: object = {}) =>
  logs().PutMetricFilter({
    ...{ logGroupName: 'app', filterName, filterPattern },
    metricTransformations: [{ metricName: filterName, metricNamespace: 'App', metricValue: '1', ...more }],
  });

async function sumOf(MetricName: string, Dimensions: { Name: string; Value: string }[] = []) {
  const now = region.context.clock.millis();
  const { Datapoints = [] } = await region.api('cloudwatch').GetMetricStatistics({
    ...{ Namespace: 'App', MetricName, Dimensions, Period: 3600, Statistics: ['Sum'] },
    ...{ StartTime: new Date(now - 3_600_000), EndTime: new Date(now + 3_600_000) },
  });
  return Datapoints.map(({ Sum }) => Sum);
}

test('lines that match a pattern are counted, or their values added', async () => {
  await filter('errors', 'ERROR');
  await filter('took', '{ $.took > 10 }', { metricValue: '$.took', dimensions: { route: '$.route' } });
  await filter('quiet', 'never', { defaultValue: 0 });
  await write(
    'ERROR one',
    'fine',
    'ERROR two',
    { took: 20, route: '/a' },
    { took: 30, route: '/a' },
    { took: 5 },
  );
  await write({ took: 40 });
  expect(await sumOf('errors')).toEqual([2]);
  expect(await sumOf('took', [{ Name: 'route', Value: '/a' }])).toEqual([50]);
  expect(await sumOf('took')).toEqual([]);
  expect(await sumOf('quiet')).toEqual([0]);
});

test('filters are described, changed and deleted', async () => {
  await filter('b', 'one');
  await filter('a', 'two');
  await filter('b', 'three');
  const describe = async (asked: object = {}) =>
    (await logs().DescribeMetricFilters(asked)).metricFilters?.map(
      (one) => `${one.filterName} ${one.filterPattern}`,
    );
  expect(await describe()).toEqual(['a two', 'b three']);
  expect(await describe({ logGroupName: 'app', filterNamePrefix: 'b' })).toEqual(['b three']);
  expect(await describe({ metricName: 'a', metricNamespace: 'App' })).toEqual(['a two']);
  const { logGroups } = await logs().DescribeLogGroups({});
  expect(logGroups?.[0]?.metricFilterCount).toBe(2);
  const gone = { logGroupName: 'app', filterName: 'a' };
  await logs().DeleteMetricFilter(gone);
  await expect(logs().DeleteMetricFilter(gone)).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'The specified metric filter does not exist.',
  });
  await expect(describe({ metricName: 'a' })).rejects.toMatchObject({ code: 'InvalidParameterException' });
});

test('a pattern is tried on lines', async () => {
  const { matches } = await logs().TestMetricFilter({
    filterPattern: '{ $.level = "ERROR" }',
    logEventMessages: ['{"level":"INFO"}', '{"level":"ERROR"}'],
  });
  expect(matches).toEqual([
    { eventNumber: 2, eventMessage: '{"level":"ERROR"}', extractedValues: { '$.level': 'ERROR' } },
  ]);
});

test.each([
  ['a default value beside dimensions', { dimensions: { a: '$.a' }, defaultValue: 0 }],
  ['a field between spaces', { metricValue: '$bytes' }],
])('a filter with %s is refused', async (_what, more) => {
  await expect(filter('x', '{ $.a = 1 }', more)).rejects.toMatchObject({ code: 'InvalidParameterException' });
});

test('a stack makes, changes and removes a filter', async () => {
  const cfn = cloudFormationOf(region);
  const body = (pattern: string) => `
Resources:
  F:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: app
      FilterName: f
      FilterPattern: ${pattern}
      MetricTransformations: [{ MetricName: m, MetricNamespace: n, MetricValue: '1' }]`;
  await cfn.create('s', body('one'));
  expect(await cfn.state('s')).toEqual({ status: 'CREATE_COMPLETE', failures: [] });
  await cfn.update('s', body('two'));
  const { metricFilters } = await logs().DescribeMetricFilters({});
  expect(metricFilters).toMatchObject([{ filterName: 'f', filterPattern: 'two' }]);
  await cfn.aws.DeleteStack({ StackName: 's' });
  await cfn.settled('s');
  expect((await logs().DescribeMetricFilters({})).metricFilters).toEqual([]);
});
