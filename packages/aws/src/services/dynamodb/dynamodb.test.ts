import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type Tag,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type NewRegion, newRegion } from '../../testing/region';
import { sendSigned } from '../../testing/signed';
import { until } from '../../testing/until';

let region: NewRegion;
let client: DynamoDBClient;

beforeAll(async () => {
  region = await newRegion({ region: 'eu-north-1' });
  client = new DynamoDBClient({ ...region.aws.client, region: 'eu-north-1', maxAttempts: 1 });
});

afterAll(() => region.aws.stop());

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
  await expect(makeTable('active')).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: 'Table already exists: active',
  });
});

test('items are found in a table that is named by its ARN', async () => {
  await makeTable('by-arn');
  const TableName = 'arn:aws:dynamodb:eu-north-1:000000000000:table/by-arn';
  await client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } }));
  const { Item } = await client.send(new GetItemCommand({ TableName: 'by-arn', Key: { pk: { S: 'a' } } }));
  expect(Item).toEqual({ pk: { S: 'a' } });
});

test('a conditional write that loses fails with the modelled error, and the item where it is asked for', async () => {
  await makeTable('races');
  const input = {
    TableName: 'races',
    Item: { pk: { S: 'lock' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  await client.send(new PutItemCommand(input));
  const again = client.send(new PutItemCommand(input));
  await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  await expect(
    client.send(new PutItemCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
  ).rejects.toMatchObject({ Item: { pk: { S: 'lock' } } });
});

test('a table that is protected against deletion stays', async () => {
  await makeTable('protected', { DeletionProtectionEnabled: true });
  await expect(client.send(new DeleteTableCommand({ TableName: 'protected' }))).rejects.toThrow(
    'protected against deletion',
  );
  const aws = region.api('dynamodb');
  const { TableDescription } = await aws.UpdateTable({
    TableName: 'protected',
    DeletionProtectionEnabled: false,
  });
  expect(TableDescription).toMatchObject({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: false });
  const deleted = await client.send(new DeleteTableCommand({ TableName: 'protected' }));
  expect(deleted.TableDescription?.TableStatus).toBe('DELETING');
  await until(async () => !(await aws.ListTables({})).TableNames?.includes('protected'));
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
  const now = Math.floor(region.aws.clock.now().getTime() / 1000);
  await put('old', now - 10);
  await put('new', 10_000_000_000);
  // More than five years ago: AWS takes it for a mistake.
  await put('ancient', now - 6 * 366 * 86_400);
  const has = async (pk: string) =>
    (await client.send(new GetItemCommand({ TableName: 'expiring', Key: { pk: { S: pk } } }))).Item !==
    undefined;
  while (await has('old')) await region.aws.clock.sleep(100);
  expect(await has('new')).toBe(true);
  expect(await has('ancient')).toBe(true);
});

test('a table that does not exist is named as missing', async () => {
  await expect(client.send(new DescribeTableCommand({ TableName: 'nowhere' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('items are written, changed, found and deleted, one by one and together', async () => {
  await makeTable('items');
  const aws = region.api('dynamodb');
  const TableName = 'items';
  const keyOf = (pk: string) => ({ pk: { S: pk } });
  const { UnprocessedItems } = await aws.BatchWriteItem({
    RequestItems: { items: ['a', 'b', 'c'].map((pk) => ({ PutRequest: { Item: keyOf(pk) } })) },
  });
  expect(UnprocessedItems).toEqual({});
  const { Attributes } = await aws.UpdateItem({
    TableName,
    Key: keyOf('a'),
    UpdateExpression: 'ADD seen :one SET photo = :bytes',
    ExpressionAttributeValues: { ':one': { N: '1' }, ':bytes': { B: Buffer.from('jpg') } },
    ReturnValues: 'ALL_NEW',
  });
  expect(Attributes).toEqual({
    pk: { S: 'a' },
    seen: { N: '1' },
    photo: { B: Uint8Array.from(Buffer.from('jpg')) },
  });
  const { Responses } = await aws.BatchGetItem({
    RequestItems: { items: { Keys: [keyOf('a'), keyOf('none')], ProjectionExpression: 'seen' } },
  });
  expect(Responses).toEqual({ items: [{ seen: { N: '1' } }] });
  const found = await aws.Query({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: 'b' } },
  });
  expect(found).toMatchObject({ Count: 1, Items: [{ pk: { S: 'b' } }] });
  const { Attributes: deleted } = await aws.DeleteItem({
    TableName,
    Key: keyOf('b'),
    ReturnValues: 'ALL_OLD',
  });
  expect(deleted).toEqual({ pk: { S: 'b' } });
  expect((await aws.Scan({ TableName, Select: 'COUNT' })).Count).toBe(2);
});

test('tables are listed page by page', async () => {
  await makeTable('page-1');
  await makeTable('page-2');
  const aws = region.api('dynamodb');
  const first = await aws.ListTables({ Limit: 1, ExclusiveStartTableName: 'page-' });
  expect(first).toMatchObject({ TableNames: ['page-1'], LastEvaluatedTableName: 'page-1' });
  const next = await aws.ListTables({ Limit: 1, ExclusiveStartTableName: first.LastEvaluatedTableName });
  expect(next.TableNames).toEqual(['page-2']);
});

test('a table has tags, and backups of which it says whether they are kept', async () => {
  await makeTable('told', { Tags: [{ Key: 'team', Value: 'web' }] });
  const aws = region.api('dynamodb');
  const TableName = 'told';
  const ResourceArn = 'arn:aws:dynamodb:eu-north-1:000000000000:table/told';
  await aws.TagResource({ ResourceArn, Tags: [{ Key: 'stage', Value: 'dev' }] });
  await aws.UntagResource({ ResourceArn, TagKeys: ['team'] });
  expect((await aws.ListTagsOfResource({ ResourceArn })).Tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
  const statusOf = (answer: Awaited<ReturnType<typeof aws.DescribeContinuousBackups>>) =>
    answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  expect(statusOf(await aws.DescribeContinuousBackups({ TableName }))).toBe('DISABLED');
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  const updated = await aws.UpdateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
  expect(statusOf(updated)).toBe('ENABLED');
});

/** Sends a body as it is. */
async function sendBody(operation: string, body: string) {
  const response = await sendSigned({
    endpoint: region.aws.endpoint,
    service: 'dynamodb',
    region: 'eu-north-1',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
    },
    body,
  });
  const { __type = '' } = (await response.json()) as { __type?: string };
  return { status: response.status, type: __type.replace(/^.*#/, '') };
}

test.each([
  '',
  'null',
  '1',
  '[]',
  '{',
  '{"TableName":1}',
  '{"TableName":"strange","Item":[]}',
  '{"TableName":"strange","Item":{"pk":"a"}}',
  '{"TableName":"strange","Item":{"pk":{"S":1}}}',
  '{"TableName":"strange","Item":{"pk":{"B":"!"}}}',
])('the body %j is no request', async (body) => {
  expect(await sendBody('PutItem', body)).toEqual({ status: 400, type: 'SerializationException' });
});

test.each([
  ['PutItem', '{"TableName":"nulls","Item":{"pk":null}}', 'ValidationException'],
  ['GetItem', '{"TableName":"nulls","Key":{"pk":null}}', 'ValidationException'],
  ['BatchGetItem', '{"RequestItems":{"nulls":{"Keys":[null]}}}', 'ValidationException'],
  ['BatchWriteItem', '{"RequestItems":{"nulls":[null]}}', 'ValidationException'],
  [
    'CreateTable',
    '{"TableName":"xyz","AttributeDefinitions":[null],"KeySchema":[null]}',
    'ValidationException',
  ],
  [
    'TagResource',
    '{"ResourceArn":"arn:aws:dynamodb:eu-north-1:000000000000:table/nulls","Tags":[null]}',
    'ValidationException',
  ],
  [
    'TagResource',
    '{"ResourceArn":"arn:aws:dynamodb:eu-north-1:000000000000:table/nulls","Tags":[{"Key":"a"}]}',
    'ValidationException',
  ],
  [
    'UntagResource',
    '{"ResourceArn":"arn:aws:dynamodb:eu-north-1:000000000000:table/nulls","TagKeys":[null]}',
    'ValidationException',
  ],
  ['ExecuteTransaction', '{"TransactStatements":[]}', 'UnknownOperationException'],
])('%s with %s is refused', async (operation, body, type) => {
  const made = region.api('dynamodb').DescribeTable({ TableName: 'nulls' });
  await made.catch(() => makeTable('nulls'));
  expect(await sendBody(operation, body)).toEqual({ status: 400, type });
});

test.each([
  ['the first', [{ Key: 'a' }], "1 validation error detected: Value null at 'tags.1.member.value'"],
  [
    'another',
    [
      { Key: 'a', Value: '' },
      { Key: 'b', Value: null },
    ],
    "Value null at 'tags.2.member.value'",
  ],
  ['none', [{ Value: 'a' }], "Value null at 'tags.1.member.key'"],
])('tags that lack a key or a value are refused, and none is kept: %s', async (_which, Tags, message) => {
  const aws = region.api('dynamodb');
  await aws.DescribeTable({ TableName: 'untagged' }).catch(() => makeTable('untagged'));
  const ResourceArn = 'arn:aws:dynamodb:eu-north-1:000000000000:table/untagged';
  const refused = { code: 'ValidationException', status: 400, message: expect.stringContaining(message) };
  await expect(aws.TagResource({ ResourceArn, Tags: Tags as Tag[] })).rejects.toMatchObject(refused);
  expect((await aws.ListTagsOfResource({ ResourceArn })).Tags).toEqual([]);
});

test('a table with a tag that lacks its value is not made', async () => {
  const made = makeTable('half-tagged', { Tags: [{ Key: 'a' } as Tag] });
  await expect(made).rejects.toMatchObject({ name: 'ValidationException' });
  const { TableNames } = await region.api('dynamodb').ListTables({});
  expect(TableNames).not.toContain('half-tagged');
});

test.each([
  ['{"TableName":"lasting"}', 'timeToLiveSpecification'],
  [
    '{"TableName":"lasting","TimeToLiveSpecification":{"AttributeName":"a"}}',
    'timeToLiveSpecification.enabled',
  ],
  [
    '{"TableName":"lasting","TimeToLiveSpecification":{"Enabled":true}}',
    'timeToLiveSpecification.attributeName',
  ],
  ['{"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"a"}}', 'tableName'],
])('a time to live of %s is refused', async (body, path) => {
  const aws = region.api('dynamodb');
  const TableName = 'lasting';
  await aws.DescribeTable({ TableName }).catch(() => makeTable(TableName));
  await expect(aws.UpdateTimeToLive(JSON.parse(body))).rejects.toMatchObject({
    code: 'ValidationException',
    message: `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  });
  const { TimeToLiveDescription } = await aws.DescribeTimeToLive({ TableName });
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
});
