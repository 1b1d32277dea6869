import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AwsError } from '../core/aws-error';
import type { Call } from '../core/service';
import type { ServiceName } from '../services';
import { apiWith, requestOf } from '../testing/api';
import { wireHandler } from '../testing/wire-handler';

type Operation = (input: never, call: Call) => unknown;

/** An SDK client's settings that end in the wire with these operations. */
function wired(name: ServiceName, operations: Record<string, Operation>) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    region: 'eu-north-1',
    credentials,
    maxAttempts: 1,
    requestHandler: wireHandler(name, operations),
  };
}

/** An operation that keeps its inputs and gives one answer. */
function recorder(answer: unknown) {
  const inputs: unknown[] = [];
  const operation: Operation = (input) => {
    inputs.push(input);
    return answer;
  };
  return { inputs, operation };
}

const RUN_INSTANCES = {
  ImageId: 'ami-0123456789abcdef0',
  MinCount: 1,
  MaxCount: 2,
  EbsOptimized: false,
  ClientToken: 'once',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
  SecurityGroupIds: ['sg-1', 'sg-2'],
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: 'a&b <c>' }] }],
  MetadataOptions: { HttpTokens: 'required' as const },
};

test('an EC2 request arrives as the SDK was given it', async () => {
  const run = recorder({ ReservationId: 'r-1', Instances: [] });
  await new EC2Client(wired('ec2', { RunInstances: run.operation })).send(
    new RunInstancesCommand(RUN_INSTANCES),
  );
  expect(run.inputs).toEqual([RUN_INSTANCES]);
});

test('an EC2 answer arrives as the service gave it, dates and entities included', async () => {
  const launched = new Date('2026-11-01T02:03:04.000Z');
  const answer = {
    NextToken: 'more',
    Reservations: [
      {
        ReservationId: 'r-1',
        Instances: [
          {
            InstanceId: 'i-1',
            LaunchTime: launched,
            EbsOptimized: true,
            Tags: [{ Key: 'Name', Value: '"a" & <b>' }],
          },
        ],
      },
    ],
  };
  const client = new EC2Client(wired('ec2', { DescribeInstances: recorder(answer).operation }));
  const { $metadata: _metadata, ...got } = await client.send(new DescribeInstancesCommand({}));
  expect(got).toMatchObject(answer);
});

test('an EC2 operation without output answers with success', async () => {
  const client = new EC2Client(wired('ec2', { DeleteSecurityGroup: () => undefined }));
  const answer = await client.send(new DeleteSecurityGroupCommand({ GroupId: 'sg-1' }));
  expect(answer.$metadata.httpStatusCode).toBe(200);
});

test('an error reaches the SDK with its code, message and status', async () => {
  const client = new EC2Client(
    wired('ec2', {
      DescribeInstances: () => {
        throw new AwsError('InvalidInstanceID.NotFound', "The instance ID 'i-9' does not exist");
      },
    }),
  );
  await expect(client.send(new DescribeInstancesCommand({ InstanceIds: ['i-9'] }))).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-9' does not exist",
    $metadata: { httpStatusCode: 400 },
  });
});

test('the query protocol carries lists, nested structures and the modelled faults', async () => {
  const start = recorder({ InstanceRefreshId: '42' });
  const client = new AutoScalingClient(
    wired('auto-scaling', {
      StartInstanceRefresh: start.operation,
      DescribeAutoScalingGroups: () => {
        throw new AwsError('InstanceRefreshInProgress', 'one is under way');
      },
    }),
  );
  const input = {
    AutoScalingGroupName: 'web',
    Preferences: { MinHealthyPercentage: 100, AutoRollback: true, CheckpointPercentages: [50, 100] },
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '2' } },
  };
  await expect(client.send(new StartInstanceRefreshCommand(input))).resolves.toMatchObject({
    InstanceRefreshId: '42',
  });
  expect(start.inputs).toEqual([input]);
  await expect(client.send(new DescribeAutoScalingGroupsCommand({}))).rejects.toMatchObject({
    name: 'InstanceRefreshInProgressFault',
  });
});

test('maps travel in the query protocol', async () => {
  const publish = recorder({ MessageId: '1' });
  const client = new SNSClient(wired('sns', { Publish: publish.operation }));
  const input = {
    TopicArn: 'arn:aws:sns:eu-north-1:000000000000:t',
    Message: 'hello',
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
  };
  await client.send(new PublishCommand(input));
  expect(publish.inputs).toEqual([input]);
});

test('the JSON protocol carries timestamps both ways', async () => {
  const startDate = new Date('2026-11-01T00:00:00.000Z');
  const start = recorder({ executionArn: 'arn:1', startDate });
  const client = new SFNClient(wired('sfn', { StartExecution: start.operation }));
  const answer = await client.send(
    new StartExecutionCommand({ stateMachineArn: 'arn:sm', input: '{"a":1}' }),
  );
  expect(start.inputs).toEqual([{ stateMachineArn: 'arn:sm', input: '{"a":1}' }]);
  expect(answer.startDate).toEqual(startDate);
});

test('REST takes labels, headers and the raw payload, and gives status, headers and payload', async () => {
  const invoke = recorder({ StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from('{"b":2}') });
  const client = new LambdaClient(wired('lambda', { Invoke: invoke.operation }));
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: 'a:b',
      InvocationType: 'RequestResponse',
      Payload: Buffer.from('{"a":1}'),
    }),
  );
  expect(invoke.inputs).toEqual([
    { FunctionName: 'a:b', InvocationType: 'RequestResponse', Payload: Buffer.from('{"a":1}') },
  ]);
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(Buffer.from(answer.Payload ?? []).toString()).toBe('{"b":2}');
});

test('CBOR, which the SDK speaks to CloudWatch, carries numbers and dates', async () => {
  const put = recorder(undefined);
  const client = new CloudWatchClient(wired('cloudwatch', { PutMetricData: put.operation }));
  const input = {
    Namespace: 'shop',
    MetricData: [{ MetricName: 'stage', Value: 1.5, Timestamp: new Date('2026-11-01T00:00:00.000Z') }],
  };
  await client.send(new PutMetricDataCommand(input));
  expect(put.inputs).toEqual([input]);
});

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  rawQuery: '',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from(new URLSearchParams(fields).toString()),
  host: 'localhost',
});

async function sendForm(
  name: ServiceName,
  fields: Record<string, string>,
  operations: Record<string, Operation> = {},
) {
  const response = await apiWith(name, operations).answer(name, requestOf(form(fields)));
  return `${response.status} ${response.body}`;
}

test('a parameter that EC2 does not have is refused by its name', async () => {
  const answer = await sendForm(
    'ec2',
    { Action: 'DescribeVpcs', 'Filter.1.Nam': 'x' },
    { DescribeVpcs: () => ({}) },
  );
  expect(answer).toContain('<Code>UnknownParameter</Code>');
  expect(answer).toContain('Filter.1.Nam');
});

test('a missing parameter is refused as each protocol refuses it', async () => {
  const tagging = await sendForm('ec2', { Action: 'CreateTags' }, { CreateTags: () => ({}) });
  expect(tagging).toContain('<Code>MissingParameter</Code>');
  expect(tagging).toContain('The request must contain the parameter ResourceId<');
  const answer = await sendForm(
    'auto-scaling',
    { Action: 'StartInstanceRefresh' },
    { StartInstanceRefresh: () => ({}) },
  );
  expect(answer).toContain('<Code>ValidationError</Code>');
  expect(answer).toContain('Value null at &#39;autoScalingGroupName&#39; failed to satisfy constraint');
});

test('an operation that is missing is named', async () => {
  expect(await sendForm('ec2', { Action: 'DescribeVpnGateways' })).toMatch(
    /^400 .*DescribeVpnGateways of EC2 is not supported/s,
  );
  expect(await sendForm('ec2', { Action: 'Nonsense' })).toMatch(
    /InvalidAction.*The action Nonsense is not valid/s,
  );
});

async function sendJson(name: ServiceName, target: string, body: string, operation: Operation = () => ({})) {
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  const api = apiWith(name, { [target.split('.')[1] ?? '']: operation });
  const response = await api.answer(name, requestOf({ headers, body: Buffer.from(body) }));
  return `${response.status} ${response.body}`;
}

test.each([
  ['{"Name":7}', 'NUMBER_VALUE can not be converted to a String'],
  ['{"Name":["a"]}', 'Start of list found where not expected'],
  ['{"Name":{}}', 'Start of structure or map found where not expected.'],
  ['{"Name":"a","WithDecryption":"yes"}', 'STRING_VALUE can not be converted to a Boolean'],
  ['["a"]', 'Start of list found where not expected'],
  ['{', 'the request body is not valid'],
])('the JSON protocol refuses %s before the service sees it', async (body, message) => {
  const get = recorder({});
  const answer = await sendJson('ssm', 'AmazonSSM.GetParameter', body, get.operation);
  expect(answer).toMatch(/^400 .*SerializationException/);
  expect(answer).toContain(message);
  expect(get.inputs).toEqual([]);
});

test('what is null in JSON is left out', async () => {
  expect(await sendJson('ssm', 'AmazonSSM.GetParameter', '{"Name":"a","WithDecryption":null}')).toMatch(
    /^200/,
  );
});

test('an action that no version of a query API has is named with the version', async () => {
  expect(await sendForm('sts', { Action: 'Nonsense', Version: '2011-06-15' })).toMatch(
    /InvalidAction.*Could not find operation Nonsense for version 2011-06-15/s,
  );
});

test('CBOR that cannot be read is the mistake of the caller', async () => {
  const request = requestOf({
    path: '/service/GraniteServiceVersion20100801/operation/ListMetrics',
    headers: { 'smithy-protocol': 'rpc-v2-cbor' },
    body: Buffer.from('zzzz'),
  });
  const { status, body } = await apiWith('cloudwatch', { ListMetrics: () => ({}) }).answer(
    'cloudwatch',
    request,
  );
  expect([status, String(body)]).toEqual([400, expect.stringContaining('SerializationException')]);
});
