import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Aws } from '../../index';
import { newAws, until } from '../../testing';
import { zipOf } from '../../testing/functions';

let aws: Aws;
let lambda: LambdaClient;
let states: SFNClient;
let events: EventBridgeClient;
let roleArn: string;
let functionArn: string;
let stateMachineArn: string;

/** Calls the API of the embedded AWS itself, as production code does, signed with its role's credentials: it answers the task's token. */
const source = `
const { createHash, createHmac } = require('node:crypto');
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sign = (headers, body) => {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  const date = headers['x-amz-date'];
  const scope = [date.slice(0, 8), 'us-east-1', 'states', 'aws4_request'];
  const names = Object.keys(headers).sort();
  const canonical = ['POST', '/', '', ...names.map((name) => name + ':' + headers[name]), '', names.join(';'), sha256(body)];
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical.join('\\n'))].join('\\n');
  const signature = hmac(scope.reduce(hmac, 'AWS4' + secret), text).toString('hex');
  return 'AWS4-HMAC-SHA256 Credential=' + id + '/' + scope.join('/') + ', SignedHeaders=' + names.join(';') + ', Signature=' + signature;
};
exports.handler = async (event) => {
  if (!event.token) return { greeting: 'hello ' + event.name, account: process.env.AWS_ACCESS_KEY_ID.slice(0, 4) };
  const body = JSON.stringify({ taskToken: event.token, output: JSON.stringify({ image: 'ami-1' }) });
  const { host } = new URL(process.env.AWS_ENDPOINT_URL);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': new Date().toISOString().replace(/[-:]|\\.\\d{3}/g, ''),
    'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
    'x-amz-target': 'AWSStepFunctions.SendTaskSuccess',
  };
  const authorization = sign({ ...headers, host }, body);
  const answer = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers: { ...headers, authorization }, body });
  return answer.status;
};`;

beforeAll(async () => {
  aws = await newAws();
  lambda = new LambdaClient(aws.client);
  states = new SFNClient(aws.client);
  events = new EventBridgeClient(aws.client);
  const principal = { Service: ['lambda.amazonaws.com', 'states.amazonaws.com', 'events.amazonaws.com'] };
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
  const role = await new IAMClient(aws.client).send(
    new CreateRoleCommand({
      RoleName: 'app',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  );
  roleArn = role.Role?.Arn ?? '';
  const allowed = {
    Effect: 'Allow',
    Action: ['lambda:InvokeFunction', 'states:*', 's3:*', 'dynamodb:*'],
    Resource: '*',
  };
  await new IAMClient(aws.client).send(
    new PutRolePolicyCommand({
      RoleName: 'app',
      PolicyName: 'tasks',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: allowed }),
    }),
  );
  const created = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'hello',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: roleArn,
      Code: { ZipFile: zipOf(source) },
    }),
  );
  functionArn = created.FunctionArn ?? '';
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 30, minDelay: 1 },
    { FunctionName: 'hello' },
  );
  const task = (payload: object) => ({
    Type: 'Task',
    Parameters: { FunctionName: 'hello', Payload: payload },
  });
  const machine = await states.send(
    new CreateStateMachineCommand({
      name: 'machine',
      roleArn,
      definition: JSON.stringify({
        StartAt: 'Greet',
        States: {
          Greet: {
            ...task({ 'name.$': '$.name' }),
            Resource: 'arn:aws:states:::lambda:invoke',
            ResultSelector: { 'text.$': '$.Payload.greeting' },
            ResultPath: '$.greeting',
            Next: 'Park',
          },
          Park: {
            ...task({ 'token.$': '$$.Task.Token' }),
            Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
            ResultPath: '$.parked',
            End: true,
          },
        },
      }),
    }),
  );
  stateMachineArn = machine.stateMachineArn ?? '';
});

afterAll(() => aws[Symbol.asyncDispose]());

const succeeded = async (executionArn: string | undefined) => {
  await until(async () => {
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    return status !== 'RUNNING';
  });
  return states.send(new DescribeExecutionCommand({ executionArn }));
};

test('a function runs with the credentials of its role', async () => {
  const { Payload, StatusCode } = await lambda.send(
    new InvokeCommand({ FunctionName: 'hello', Payload: JSON.stringify({ name: 'web' }) }),
  );
  expect(StatusCode).toBe(200);
  expect(JSON.parse(Payload?.transformToString() ?? '')).toEqual({ greeting: 'hello web', account: 'ASIA' });
});

test('an execution goes through a function and a token that a function answers', async () => {
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ name: 'sfn' }) }),
  );
  const { status, output } = await succeeded(executionArn);
  expect(status).toBe('SUCCEEDED');
  expect(JSON.parse(output ?? '')).toEqual({
    name: 'sfn',
    greeting: { text: 'hello sfn' },
    parked: { image: 'ami-1' },
  });
  const { events: history } = await states.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(history?.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

test('an event starts the machine through a rule', async () => {
  const EventPattern = JSON.stringify({ source: ['shop'], detail: { name: [{ prefix: 'w' }] } });
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'shop', EventPattern }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: functionArn,
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: RuleArn,
    }),
  );
  const target = { Id: 'machine', Arn: stateMachineArn, RoleArn: roleArn, InputPath: '$.detail' };
  await events.send(new PutTargetsCommand({ Rule: 'shop', Targets: [target] }));
  const entry = { Source: 'shop', DetailType: 'Order', Detail: JSON.stringify({ name: 'web' }) };
  const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
  await until(async () => (await aws.executions()).length === 2);
  const [, second] = await aws.executions();
  const { input, status } = await succeeded(second?.executionArn);
  expect(JSON.parse(input ?? '')).toEqual({ name: 'web' });
  expect(status).toBe('SUCCEEDED');
});

test('items and objects are written and read by tasks, with the errors of the integration', async () => {
  const TableName = 'locks';
  await new DynamoDBClient(aws.client).send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const put = (resource: string) => ({
    Type: 'Task',
    Resource: `arn:aws:states:::${resource}:putItem`,
    Parameters: {
      TableName,
      Item: { id: { 'S.$': '$.id' } },
      ConditionExpression: 'attribute_not_exists(id)',
    },
    ResultPath: null,
  });
  const caught = (ErrorEquals: string, Next: string) => ({ Catch: [{ ErrorEquals: [ErrorEquals], Next }] });
  const { stateMachineArn: arn } = await states.send(
    new CreateStateMachineCommand({
      name: 'locking',
      roleArn,
      definition: JSON.stringify({
        StartAt: 'First',
        States: {
          First: { ...put('dynamodb'), Next: 'Again' },
          Again: {
            ...put('dynamodb'),
            ...caught('DynamoDB.ConditionalCheckFailedException', 'ThirdTime'),
            Next: 'Wrong',
          },
          ThirdTime: {
            ...put('aws-sdk:dynamodb'),
            InputPath: '$$.Execution.Input',
            ...caught('DynamoDb.ConditionalCheckFailedException', 'Read'),
            Next: 'Wrong',
          },
          Read: {
            Type: 'Task',
            Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
            Parameters: { Bucket: 'nowhere', Key: 'x' },
            ...caught('S3.NoSuchBucketException', 'Right'),
            Next: 'Wrong',
          },
          Right: { Type: 'Succeed' },
          Wrong: { Type: 'Fail' },
        },
      }),
    }),
  );
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn: arn, input: '{"id":"web"}' }),
  );
  expect(await succeeded(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
});
