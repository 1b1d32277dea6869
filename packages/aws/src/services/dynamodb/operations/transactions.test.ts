import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { rootCall } from '../../../testing/api';
import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  for (const TableName of ['one', 'two'])
    await api().CreateTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
});
afterEach(() => region[Symbol.asyncDispose]());

const api = () => region.api('dynamodb');
const write = (TransactItems: TransactWriteItem[], more: object = {}) =>
  api().TransactWriteItems({ TransactItems, ...more });
const put = (TableName: string, id: string, more: object = {}) => ({
  Put: { TableName, Item: { id: { S: id }, n: { N: '1' } }, ...more },
});
const Key = (id: string) => ({ id: { S: id } });
const itemsOf = async (TableName: string) =>
  ((await api().Scan({ TableName })).Items ?? []).map(({ id, n }) => `${id?.S} ${n?.N}`).sort();

test('all writes of a transaction are done, in whatever tables', async () => {
  await write([put('one', 'a'), put('one', 'b'), put('two', 'c')]);
  await write([
    {
      Update: {
        ...{ TableName: 'one', Key: Key('a'), UpdateExpression: 'SET n = n + :n' },
        ExpressionAttributeValues: { ':n': { N: '4' } },
      },
    },
    { Delete: { TableName: 'one', Key: Key('b') } },
    { ConditionCheck: { TableName: 'two', Key: Key('c'), ConditionExpression: 'attribute_exists(id)' } },
    { ConditionCheck: { TableName: 'two', Key: Key('d'), ConditionExpression: 'attribute_not_exists(id)' } },
  ]);
  expect(await itemsOf('one')).toEqual(['a 5']);
  expect(await itemsOf('two')).toEqual(['c 1']);
});

test('none is done where the condition of one fails, which is told with the item where that is asked', async () => {
  await write([put('one', 'a')]);
  const failing = put('one', 'a', {
    ConditionExpression: 'attribute_not_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await expect(
    write([put('one', 'b'), { Delete: { TableName: 'two', Key: Key('x') } }, failing]),
  ).rejects.toMatchObject({
    code: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, None, ConditionalCheckFailed]',
    details: {
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { id: { S: 'a' }, n: { N: '1' } },
        },
      ],
    },
  });
  expect(await itemsOf('one')).toEqual(['a 1']);
  const check = { TableName: 'one', Key: Key('ghost'), ConditionExpression: 'attribute_exists(id)' };
  await expect(write([put('one', 'b'), { ConditionCheck: check }])).rejects.toMatchObject({
    code: 'TransactionCanceledException',
  });
  expect(await itemsOf('one')).toEqual(['a 1']);
});

test.each([
  ['nothing', () => [], /^1 validation error detected: .*'transactItems'/],
  ['two writes to one item', () => [put('one', 'a'), put('one', 'a')], /multiple operations on one item$/],
  [
    'two writes in one item',
    () => [{ ...put('one', 'a'), Delete: { TableName: 'one', Key: Key('a') } }],
    /can only contain one of Check, Put, Update or Delete/,
  ],
  [
    'a name that is not used',
    () => [
      put('one', 'a', {
        ExpressionAttributeNames: { '#n': 'n' },
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    ],
    /^Value provided in ExpressionAttributeNames unused in expressions: keys: \{#n\}$/,
  ],
])('a transaction with %s is refused', async (_what, items, message) => {
  await expect(write(items())).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringMatching(message),
  });
});

test('a transaction on a table that is not there, or with a key that is none, does nothing', async () => {
  await expect(write([put('one', 'a'), put('ghost', 'a')])).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'Requested resource not found',
  });
  const wrong = { Delete: { TableName: 'one', Key: { other: { S: 'a' } } } };
  await expect(write([put('one', 'a'), wrong])).rejects.toMatchObject({
    code: 'TransactionCanceledException',
    details: { CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }] },
  });
  expect(await itemsOf('one')).toEqual([]);
});

test('a token does its transaction once in ten minutes, and no other', async () => {
  const ClientRequestToken = 'again';
  await write([put('one', 'a')], { ClientRequestToken });
  await api().DeleteItem({ TableName: 'one', Key: Key('a') });
  await write([put('one', 'a')], { ClientRequestToken });
  expect(await itemsOf('one')).toEqual([]);
  await expect(write([put('one', 'b')], { ClientRequestToken })).rejects.toMatchObject({
    code: 'IdempotentParameterMismatchException',
  });
  await region.aws.clock.sleep(601);
  await write([put('one', 'a')], { ClientRequestToken });
  expect(await itemsOf('one')).toEqual(['a 1']);
});

test('several items are read at one moment, in order', async () => {
  await write([put('one', 'a'), put('two', 'b')]);
  const get = (TableName: string, id: string) => ({ Get: { TableName, Key: Key(id) } });
  const { Responses } = await api().TransactGetItems({
    TransactItems: [get('two', 'b'), get('one', 'ghost'), get('one', 'a')],
  });
  expect(Responses).toEqual([
    { Item: { id: { S: 'b' }, n: { N: '1' } } },
    {},
    { Item: { id: { S: 'a' }, n: { N: '1' } } },
  ]);
});

test('nobody sees a transaction half done', async () => {
  const failing = put('two', 'x', { ConditionExpression: 'attribute_exists(id)' });
  const seen = new Set<number>();
  const look = async () => {
    for (let at = 0; at < 20; at += 1) seen.add((await itemsOf('one')).length);
  };
  const many = Array.from({ length: 20 }, (_one, at) => put('one', `k${at}`));
  await Promise.all([look(), write([...many, failing]).catch(() => {}), look(), write(many), look()]);
  expect([...seen].filter((count) => count !== 0 && count !== 20)).toEqual([]);
});

test('who asks for a transaction must be allowed each of its writes', async () => {
  const iam = region.api('iam');
  await iam.CreateUser({ UserName: 'writer' });
  await iam.PutUserPolicy({
    ...{ UserName: 'writer', PolicyName: 'p' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: '*' },
    }),
  });
  const { AccessKey } = await iam.CreateAccessKey({ UserName: 'writer' });
  const principal = region.state('iam').principalOf(AccessKey?.AccessKeyId ?? '');
  const writer = region.apiAs('dynamodb', { ...rootCall(), principal });
  await writer.TransactWriteItems({ TransactItems: [put('one', 'a')] });
  await writer.TransactGetItems({ TransactItems: [{ Get: { TableName: 'one', Key: Key('a') } }] });
  await expect(
    writer.TransactWriteItems({
      TransactItems: [put('one', 'b'), { Delete: { TableName: 'one', Key: Key('a') } }],
    }),
  ).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: expect.stringContaining(
      'dynamodb:DeleteItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/one',
    ),
  });
});

test('a transaction says what it consumes of each table, twice what its items would, where that is asked', async () => {
  const writes = [put('one', 'a'), put('one', 'b'), put('two', 'c')];
  expect(await write(writes)).not.toHaveProperty('ConsumedCapacity');
  const { ConsumedCapacity } = await write(writes, { ReturnConsumedCapacity: 'TOTAL' });
  expect(ConsumedCapacity).toEqual([
    { TableName: 'one', CapacityUnits: 4, WriteCapacityUnits: 4 },
    { TableName: 'two', CapacityUnits: 2, WriteCapacityUnits: 2 },
  ]);
  const read = await api().TransactGetItems({
    TransactItems: [{ Get: { TableName: 'one', Key: Key('a') } }],
    ReturnConsumedCapacity: 'TOTAL',
  });
  expect(read.ConsumedCapacity).toEqual([{ TableName: 'one', CapacityUnits: 2, ReadCapacityUnits: 2 }]);
});
