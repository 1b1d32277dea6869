import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Aws } from '../../src';
import { newAws } from '../../src/testing';
import { zipOf } from '../../src/testing/functions';
import { sendSigned } from '../../src/testing/signed';

const SOURCE = `
export const handler = async (event) => {
  if (event.fail) throw new RangeError('out of range');
  return event.headers;
};
`;

let embedded: Aws;
let clients: ReturnType<typeof makeClients>;
let functionArn: string;
let Role: string;

beforeAll(async () => {
  embedded = await newAws();
  clients = makeClients();
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  });
  const made = await clients.iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument }));
  Role = made.Role?.Arn ?? '';
  functionArn = await createFunction('echo', 'nodejs22.x');
  await waitUntilFunctionActiveV2(
    { client: clients.lambda, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.1 },
    { FunctionName: 'echo' },
  );
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await embedded.stop();
});

function makeClients() {
  return {
    api: new ApiGatewayV2Client(embedded.client),
    dynamodb: new DynamoDBClient(embedded.client),
    iam: new IAMClient(embedded.client),
    lambda: new LambdaClient(embedded.client),
    s3: new S3Client({ ...embedded.client, forcePathStyle: true }),
    ssm: new SSMClient(embedded.client),
    states: new SFNClient(embedded.client),
  };
}

async function createFunction(FunctionName: string, Runtime: string): Promise<string> {
  const made = await clients.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: Runtime as 'nodejs22.x',
      Role,
      Handler: 'index.handler',
      Code: { ZipFile: zipOf(SOURCE, 'index.mjs') },
    }),
  );
  return made.FunctionArn ?? '';
}

test("A function's error shows the paths that Lambda has, not those of this machine", async () => {
  const { Payload } = await clients.lambda.send(
    new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from('{"fail":true}') }),
  );
  const { errorType, trace } = JSON.parse(Buffer.from(Payload ?? []).toString());
  expect(errorType).toBe('RangeError');
  expect(trace[1]).toMatch(/file:\/\/\/var\/task\/index\.mjs:\d+:\d+/);
  expect(trace.join('\n')).not.toContain(process.cwd());
});

test('A runtime that Lambda does not have is refused', async () => {
  await expect(createFunction('old', 'nodejs1.x')).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining("Value nodejs1.x at 'runtime' failed to satisfy constraint"),
  });
});

test('A request to an HTTP API without a trace begins one', async () => {
  const api = await clients.api.send(
    new CreateApiCommand({ Name: 'echo', ProtocolType: 'HTTP', Target: functionArn }),
  );
  await clients.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'echo',
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    }),
  );
  const { hostname, port } = new URL(embedded.endpoint);
  const host = new URL(api.ApiEndpoint ?? '').host;
  const headers = await new Promise((resolve, reject) => {
    get({ hostname, port, path: '/hello', headers: { host }, agent: false }, (answer) => {
      json(answer).then(resolve, reject);
    }).once('error', reject);
  });
  expect(headers).toMatchObject({
    host,
    'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
  });
});

test('A table is as old as the clock of the embedded AWS says, and its name is taken', async () => {
  // Every answer is dated by one clock, so a parameter made before is older, whatever the machine's clock says.
  await clients.ssm.send(new PutParameterCommand({ Name: '/before', Value: '1', Type: 'String' }));
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name: '/before' }));
  const table = new CreateTableCommand({
    TableName: 'builds',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  const { TableDescription } = await clients.dynamodb.send(table);
  expect(TableDescription?.CreationDateTime?.getTime()).toBeGreaterThanOrEqual(
    Parameter?.LastModifiedDate?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  await expect(clients.dynamodb.send(table)).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: 'Table already exists: builds',
  });
});

test('A condition that fails shows the item that made it fail, when that is asked for', async () => {
  const Item = { id: { S: 'web' }, owner: { S: 'first' } };
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: 'locks',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await clients.dynamodb.send(new PutItemCommand({ TableName: 'locks', Item }));
  const taken = {
    TableName: 'locks',
    ConditionExpression: 'attribute_not_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const put = new PutItemCommand({ ...taken, Item: { id: { S: 'web' }, owner: { S: 'second' } } });
  await expect(clients.dynamodb.send(put)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item,
  });
  const update = new UpdateItemCommand({
    ...taken,
    Key: { id: { S: 'web' } },
    UpdateExpression: 'SET #o = :o',
    ExpressionAttributeNames: { '#o': 'owner' },
    ExpressionAttributeValues: { ':o': { S: 'second' } },
  });
  await expect(clients.dynamodb.send(update)).rejects.toMatchObject({ Item });
});

test('A bucket outside us-east-1 is located by its host', async () => {
  const home = await clients.s3.send(new CreateBucketCommand({ Bucket: 'strangers-home' }));
  expect(home.Location).toBe('/strangers-home');
  const away = await clients.s3.send(
    new CreateBucketCommand({
      Bucket: 'strangers-away',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  expect(away.Location).toBe('http://strangers-away.s3.amazonaws.com/');
});

test("a task's token is looked for before its output is read", async () => {
  const answer = new SendTaskSuccessCommand({ taskToken: 'none', output: '{' });
  await expect(clients.states.send(answer)).rejects.toMatchObject({ name: 'InvalidToken' });
});

/** A request that is signed for the service, or not at all. */
async function send(
  service: string | undefined,
  path: string,
  init: { body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string }> {
  const { endpoint } = embedded;
  const { body } = init;
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...init.headers };
  const answer = service
    ? await sendSigned({ endpoint, service, method, path, headers, body })
    : await fetch(`${endpoint}${path}`, { method, headers, body });
  return { status: answer.status, text: await answer.text() };
}

test.each([
  ['EC2', 'Action=DescribeRegions&Version=2016-11-15', 401, 'AuthFailure'],
  ['Auto Scaling', 'Action=DescribeTags&Version=2011-01-01', 403, 'MissingAuthenticationToken'],
  ['IAM', 'Action=ListRoles&Version=2010-05-08', 403, 'MissingAuthenticationToken'],
])('An unsigned form for %s is refused as that service does', async (_service, body, status, code) => {
  const answer = await send(undefined, '/', { body });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(`<Code>${code}</Code>`);
});

test('A region that does not exist is refused in the XML that the client reads', async () => {
  const client = new EC2Client({ ...embedded.client, region: 'mars-1' });
  await expect(client.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    name: 'InvalidRegion',
    message: "'mars-1' is not the name of a region",
  });
  client.destroy();
});

test('A request without an action is told so', async () => {
  const answer = await send('ec2', '/', { body: 'Version=2016-11-15' });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('<Code>MissingAction</Code>');
});

test('An action that EC2 does not have, and one that only the embedded AWS lacks, are named', async () => {
  const unknown = await send('ec2', '/', { body: 'Action=DescribeZebras&Version=2016-11-15' });
  expect(unknown.text).toContain('The action DescribeZebras is not valid for this web service.');
  const lacking = await send('ec2', '/', { body: 'Action=DescribeSpotFleetRequests&Version=2016-11-15' });
  expect(lacking.text).toContain('The action DescribeSpotFleetRequests of EC2 is not supported');
});

test('A path that no operation of a REST service has is named with its method', async () => {
  const answer = await send('lambda', '/2015-03-31/zebras');
  expect(answer.status).toBe(404);
  expect(answer.text).toContain('The action GET /2015-03-31/zebras is not valid');
});

test('A service that the embedded AWS does not have is named, and refused like one that the account may not use', async () => {
  const answer = await send('kinesis', '/', {
    body: '{}',
    headers: { 'x-amz-target': 'Kinesis_20131202.ListStreams' },
  });
  expect(answer.status).toBe(403);
  expect(answer.text).toContain("does not have the service 'kinesis'");
  expect(JSON.parse(answer.text).__type).toBe('AccessDeniedException');
});

test("A JSON service answers a caller's mistake with status 400", async () => {
  const client = new SSMClient(embedded.client);
  await expect(client.send(new GetParameterCommand({ Name: '/nope' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
    $metadata: { httpStatusCode: 400 },
  });
  client.destroy();
});
