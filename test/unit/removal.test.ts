import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { endAllBuilds } from '../../serverless/removal';

const dynamo = mockClient(DynamoDBClient);
const BUILD = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6';

test('a server that comes to be held only once the removal has begun is taken, too', async () => {
  let rounds = 0;
  mockClient(SFNClient)
    .on(ListExecutionsCommand)
    .callsFake(async () => {
      rounds += 1;
      if (rounds > 2) throw new Error('nobody has looked again');
      return { executions: [] };
    });
  mockClient(EC2Client).on(DescribeInstancesCommand).resolves({ Reservations: [] });
  let asked = 0;
  let isTaken = false;
  dynamo.on(QueryCommand).callsFake(async ({ ExpressionAttributeValues: { ':pk': pk } }) => ({
    Items: pk.S === 'OUTBOX' && !isTaken ? [{ sk: { S: BUILD } }] : [],
  }));
  dynamo.on(UpdateItemCommand).callsFake(async ({ UpdateExpression }) => {
    if (UpdateExpression.startsWith('REMOVE')) return {};
    asked += 1;
    // Who looked for the server had read the record before.
    if (asked === 1) throw new ConditionalCheckFailedException({ message: 'none is held', $metadata: {} });
    isTaken = true;
    return {};
  });
  const said: string[] = [];
  await endAllBuilds(
    {
      ...{ config: {}, region: 'us-east-1', stack: 'kiln', stage: 'test', folder: 'pipelines' },
      say: (text) => said.push(text),
    },
    { service: 'kiln@us-east-1', table: 'kiln', bucket: 'artifacts', stateMachine: 'arn' },
  );
  expect(said.at(-1)).toContain(`since build ${BUILD} failed is taken now`);
});
