import {
  ApiGatewayV2Client,
  CreateApiCommand,
  GetApiCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ApiGateway } from '../services/apigatewayv2';
import { CloudWatch } from '../services/cloudwatch';
import { Scheduler } from '../services/scheduler';
import { makeContext } from '../testing/serverless-context';
import { wireHandler } from '../testing/wire-handler';

const context = makeContext(1);
const lambda = {
  invokeLater: () => 'id',
  allows: () => true,
  invoke: () => Promise.reject(new Error('not called')),
};
const scheduler = new Scheduler(context, { lambda });
const cloudwatch = new CloudWatch(context, {});
const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
afterAll(() => {
  scheduler.dispose();
  cloudwatch.dispose();
  context.clock.stop();
});

test('the SDK creates and reads an HTTP API', async () => {
  const requestHandler = wireHandler('apigatewayv2', new ApiGateway(context, { lambda }).operations);
  const client = new ApiGatewayV2Client({ ...settings, requestHandler });
  const { ApiId } = await client.send(new CreateApiCommand({ Name: 'a', ProtocolType: 'HTTP' }));
  const { Items } = await client.send(new GetApisCommand({}));
  expect(Items?.map((api) => [api.ApiId, api.CreatedDate instanceof Date])).toEqual([[ApiId, true]]);
  await expect(client.send(new GetApiCommand({ ApiId: 'x' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

test('the SDK creates and reads a schedule', async () => {
  const client = new SchedulerClient({
    ...settings,
    requestHandler: wireHandler('scheduler', scheduler.operations),
  });
  const Target = {
    Arn: 'arn:aws:lambda:us-east-1:000000000000:function:app',
    RoleArn: 'arn:aws:iam::000000000000:role/r',
  };
  const FlexibleTimeWindow = { Mode: 'OFF' as const };
  await client.send(
    new CreateScheduleCommand({
      Name: 'n',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      FlexibleTimeWindow,
      Target,
    }),
  );
  expect(await client.send(new GetScheduleCommand({ Name: 'n' }))).toMatchObject({
    Name: 'n',
    FlexibleTimeWindow,
  });
  await expect(client.send(new GetScheduleCommand({ Name: 'x' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('the SDK creates and reads an alarm', async () => {
  const client = new CloudWatchClient({
    ...settings,
    requestHandler: wireHandler('cloudwatch', cloudwatch.operations),
  });
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
