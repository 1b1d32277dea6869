import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { Clock } from '../../core/clock';
import { EventBus } from '../../core/event-bus';
import { Faults } from '../../core/faults';
import { Ledger } from '../../core/ledger';
import { noCorridor } from '../../testing/no-corridor';
import { wireHandler } from '../../testing/wire-handler';
import { DynamoDb } from './index';

const clock = new Clock(20_000);
const dynamo = new DynamoDb({
  region: 'eu-north-1',
  accountId: '000000000000',
  clock,
  ledger: new Ledger(() => clock.millis()),
  bus: new EventBus('eu-north-1', '000000000000', () => clock.now()),
  faults: new Faults(),
  endpoint: 'http://127.0.0.1:1',
  ...noCorridor,
});
const client = new DynamoDBClient({
  region: 'eu-north-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
  requestHandler: wireHandler('dynamodb', dynamo.operations as never),
});

afterAll(async () => {
  await dynamo.dispose();
  clock.stop();
});

async function makeTable(TableName: string, more: Partial<CreateTableCommand['input']> = {}) {
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );
}

test('a table is active at once, with the ARN of its region and account', async () => {
  await makeTable('active');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'active' }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    TableArn: 'arn:aws:dynamodb:eu-north-1:000000000000:table/active',
  });
  expect(Table?.CreationDateTime).toBeInstanceOf(Date);
  // Both by AWS's clock, which is far ahead of the machine's here.
  expect(Table?.BillingModeSummary?.LastUpdateToPayPerRequestDateTime).toEqual(Table?.CreationDateTime);
});

test('items are found in a table that is named by its ARN', async () => {
  await makeTable('by-arn');
  const TableName = 'arn:aws:dynamodb:eu-north-1:000000000000:table/by-arn';
  await client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } }));
  const { Item } = await client.send(new GetItemCommand({ TableName: 'by-arn', Key: { pk: { S: 'a' } } }));
  expect(Item).toEqual({ pk: { S: 'a' } });
});

test('a conditional write that loses fails with the modelled error', async () => {
  await makeTable('races');
  const put = new PutItemCommand({
    TableName: 'races',
    Item: { pk: { S: 'lock' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await client.send(put);
  await expect(client.send(put)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
});

test('a table that is protected against deletion stays', async () => {
  await makeTable('protected', { DeletionProtectionEnabled: true });
  await expect(client.send(new DeleteTableCommand({ TableName: 'protected' }))).rejects.toThrow(
    'protected against deletion',
  );
});

test('an item whose time to live is over is deleted, and others are kept', async () => {
  await makeTable('expiring');
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: 'expiring',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
    }),
  );
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: 'expiring' }),
  );
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  const put = (pk: string, expiresAt: number) =>
    client.send(
      new PutItemCommand({
        TableName: 'expiring',
        Item: { pk: { S: pk }, expiresAt: { N: String(expiresAt) } },
      }),
    );
  await put('old', 1);
  await put('new', 10_000_000_000);
  const has = async (pk: string) =>
    (await client.send(new GetItemCommand({ TableName: 'expiring', Key: { pk: { S: pk } } }))).Item !==
    undefined;
  while (await has('old')) await clock.sleep(100);
  expect(await has('new')).toBe(true);
});

test('a table that does not exist is named as missing', async () => {
  await expect(client.send(new DescribeTableCommand({ TableName: 'nowhere' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
