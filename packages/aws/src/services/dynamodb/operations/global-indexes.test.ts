import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
let tables = 0;
beforeAll(async () => {
  region = await newRegion();
});
afterAll(() => region.aws.stop());

const aws = () => region.api('dynamodb');
const team = {
  AttributeDefinitions: [{ AttributeName: 'team', AttributeType: 'S' }] as const,
  index: {
    IndexName: 'by-team',
    KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  } as const,
};

/** A table of people, of whom one has no team and one a number for it. */
async function makeTable(): Promise<string> {
  tables += 1;
  const TableName = `people-${tables}`;
  await aws().CreateTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const people = [{ pk: 'ada', team: { S: 'web' } }, { pk: 'bob', team: { N: '1' } }, { pk: 'cy' }];
  for (const { pk, ...more } of people)
    await aws().PutItem({ TableName, Item: { pk: { S: pk }, ...more } as never });
  return TableName;
}

const addIndex = (TableName: string, more: object = {}) =>
  aws().UpdateTable({
    TableName,
    AttributeDefinitions: [...team.AttributeDefinitions],
    GlobalSecondaryIndexUpdates: [{ Create: { ...team.index, ...more } as never }],
  });
const findTeam = async (TableName: string) => {
  const { Items = [] } = await aws().Query({
    TableName,
    IndexName: 'by-team',
    KeyConditionExpression: 'team = :t',
    ExpressionAttributeValues: { ':t': { S: 'web' } },
  });
  return Items.map(({ pk }) => pk?.S).sort();
};

test('an index that is made later has the items of before and after', async () => {
  const TableName = await makeTable();
  const { TableDescription } = await addIndex(TableName);
  expect(TableDescription).toMatchObject({
    AttributeDefinitions: expect.arrayContaining([...team.AttributeDefinitions]),
    GlobalSecondaryIndexes: [{ ...team.index, IndexArn: expect.stringMatching(/\/index\/by-team$/) }],
  });
  expect(await findTeam(TableName)).toEqual(['ada']);
  await aws().PutItem({ TableName, Item: { pk: { S: 'dot' }, team: { S: 'web' } } });
  await aws().DeleteItem({ TableName, Key: { pk: { S: 'ada' } } });
  expect(await findTeam(TableName)).toEqual(['dot']);
});

test('an index goes again, and its attribute with it', async () => {
  const TableName = await makeTable();
  await addIndex(TableName);
  const remove = () =>
    aws().UpdateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-team' } }],
    });
  const { TableDescription } = await remove();
  expect(TableDescription).not.toHaveProperty('GlobalSecondaryIndexes');
  expect(TableDescription?.AttributeDefinitions).toEqual([{ AttributeName: 'pk', AttributeType: 'S' }]);
  await expect(findTeam(TableName)).rejects.toMatchObject({ code: 'ValidationException' });
  await expect(remove()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await addIndex(TableName);
  expect(await findTeam(TableName)).toEqual(['ada']);
});

test('an index is made beside a change of the throughput', async () => {
  const TableName = await makeTable();
  const ProvisionedThroughput = { ReadCapacityUnits: 2, WriteCapacityUnits: 1 };
  await aws().UpdateTable({
    TableName,
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput,
    AttributeDefinitions: [...team.AttributeDefinitions],
    GlobalSecondaryIndexUpdates: [
      { Create: { ...team.index, KeySchema: [...team.index.KeySchema], ProvisionedThroughput } },
    ],
  });
  expect((await aws().DescribeTable({ TableName })).Table).toMatchObject({
    ProvisionedThroughput,
    GlobalSecondaryIndexes: [{ IndexName: 'by-team', ProvisionedThroughput }],
  });
});

test('an index that cannot be is refused, and nothing is changed', async () => {
  const TableName = await makeTable();
  const unknown = { KeySchema: [{ AttributeName: 'age', KeyType: 'HASH' }] };
  await expect(addIndex(TableName, unknown)).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringContaining('Some index key attributes are not defined'),
  });
  const ProvisionedThroughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
  await expect(addIndex(TableName, { ProvisionedThroughput })).rejects.toMatchObject({
    code: 'ValidationException',
  });
  await expect(
    aws().UpdateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'one' } }, { Delete: { IndexName: 'two' } }],
    }),
  ).rejects.toMatchObject({ code: 'LimitExceededException' });
  await addIndex(TableName);
  await expect(addIndex(TableName)).rejects.toThrow('Attempting to create an index which already exists');
});

test('a stream is refused with a word on what to do', async () => {
  const TableName = await makeTable();
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const;
  await expect(aws().UpdateTable({ TableName, StreamSpecification })).rejects.toThrow(
    'leave StreamSpecification out',
  );
});
