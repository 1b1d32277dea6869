import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
beforeAll(async () => {
  region = await newRegion();
  await api().CreateTable({
    TableName: 'table',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'index',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
afterAll(() => region[Symbol.asyncDispose]());

const api = () => region.api('dynamodb');
const TableName = 'table';
const Key = { id: { S: 'a' } };
const COUNTED = '1 validation error detected: ';
const UNUSED = 'Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}';
const unused = { ExpressionAttributeNames: { '#n': 'n' }, ConditionExpression: 'attribute_exists(id)' };

test.each([
  ['PutItem', () => api().PutItem({ TableName, Item: Key, ...unused }), UNUSED],
  ['DeleteItem', () => api().DeleteItem({ TableName, Key, ...unused }), UNUSED],
  ['UpdateItem', () => api().UpdateItem({ TableName, Key, ...unused }), UNUSED],
  [
    'UpdateItem without anything in its expression',
    () => api().UpdateItem({ TableName, Key, UpdateExpression: '' }),
    'Invalid UpdateExpression: The expression can not be empty;',
  ],
  [
    'PutItem of an empty set',
    () => api().PutItem({ TableName, Item: { ...Key, set: { SS: [] } } }),
    'One or more parameter values were invalid: An string set  may not be empty',
  ],
])('%s counts what is wrong before it says it', async (_what, act, message) => {
  await expect(act()).rejects.toMatchObject({ code: 'ValidationException', message: COUNTED + message });
});

test('reads count nothing, nor what is wrong with a key', async () => {
  const ExpressionAttributeNames = { '#n': 'n' };
  await expect(
    api().GetItem({ TableName, Key, ExpressionAttributeNames, ProjectionExpression: 'id' }),
  ).rejects.toMatchObject({ message: UNUSED });
  await expect(api().DeleteItem({ TableName, Key: { other: { S: 'a' } } })).rejects.toMatchObject({
    message: 'The provided key element does not match the schema',
  });
});

test.each([
  [
    { Select: 'SPECIFIC_ATTRIBUTES' },
    'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
  ],
  [
    { Select: 'ALL_PROJECTED_ATTRIBUTES' },
    'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
  ],
  [
    { Select: 'COUNT', ProjectionExpression: 'id' },
    'Cannot specify the ProjectionExpression when choosing to get only the Count',
  ],
  [
    { Select: 'ALL_ATTRIBUTES', ProjectionExpression: 'id' },
    'Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES',
  ],
] as const)('what is to be given must fit together: %j', async (asked, message) => {
  await expect(api().Scan({ TableName, ...asked })).rejects.toMatchObject({ message });
  const query = {
    TableName,
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': { S: 'a' } },
  };
  await expect(api().Query({ ...query, ...asked })).rejects.toMatchObject({ message: COUNTED + message });
});

test('all projected attributes are given of an index', async () => {
  const { Count } = await api().Scan({ TableName, IndexName: 'index', Select: 'ALL_PROJECTED_ATTRIBUTES' });
  expect(Count).toBe(0);
});

test('what a deletion returns is what was there, or nothing', async () => {
  await api().PutItem({ TableName, Item: { id: { S: 'gone' } } });
  const remove = (ReturnValues: 'ALL_OLD' | 'ALL_NEW') =>
    api().DeleteItem({ TableName, Key: { id: { S: 'gone' } }, ReturnValues });
  await expect(remove('ALL_NEW')).rejects.toMatchObject({ code: 'ValidationException' });
  expect(await remove('ALL_OLD')).toMatchObject({ Attributes: { id: { S: 'gone' } } });
});
