import {
  type Done,
  type Index,
  type Item,
  type Store,
  type Table,
  updateIndexes,
} from 'dynalite/db/index.js';

/** Does one of dynalite's operations. */
type Call = (operation: string, input: object) => Promise<Record<string, unknown>>;

/** How the global indexes of a table are to change, beside their throughput. */
export interface IndexChange {
  readonly create?: Index & { readonly ProvisionedThroughput?: object };
  /** The index that is to go, by its name. */
  readonly remove?: string;
  /** Definitions of the attributes by which the new index goes; those that no key needs any more are forgotten. */
  readonly definitions?: Readonly<Table['AttributeDefinitions']>;
}

/** Makes or deletes a global index of a table, which dynalite cannot. A new one has all items at once. */
export async function changeIndexes(
  store: Store,
  call: Call,
  tableName: string,
  { create, remove, definitions = [] }: IndexChange,
): Promise<void> {
  const table = await ask<Table>((done) => store.tableDb.get(tableName, done));
  const left = (table.GlobalSecondaryIndexes ?? []).filter(({ IndexName }) => IndexName !== remove);
  const added = create ? [describeIndex(table, create)] : [];
  const indexes = [...left, ...added];
  const keys = [table, ...indexes, ...(table.LocalSecondaryIndexes ?? [])].flatMap(({ KeySchema }) =>
    KeySchema.map(({ AttributeName }) => AttributeName),
  );
  const known = new Map(
    [...definitions, ...table.AttributeDefinitions].map((one) => [one.AttributeName, one]),
  );
  const { GlobalSecondaryIndexes: _before, ...rest } = table;
  const changed: Table = {
    ...rest,
    AttributeDefinitions: [...known.values()].filter(({ AttributeName }) => keys.includes(AttributeName)),
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  };
  if (remove !== undefined) await ask<void>((done) => store.deleteIndexDb('Global', tableName, remove, done));
  await ask<void>((done) => store.tableDb.put(tableName, changed, done));
  for (const index of added) await fill(store, call, changed, index);
}

function describeIndex(
  { TableArn }: Table,
  { ProvisionedThroughput, ...index }: NonNullable<IndexChange['create']>,
) {
  return {
    ...index,
    IndexArn: `${TableArn}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexStatus: 'ACTIVE',
    ProvisionedThroughput: {
      ...(ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }),
      NumberOfDecreasesToday: 0,
    },
  };
}

/** Puts the items of a table into an index: those with its keys, in their types. */
async function fill(store: Store, call: Call, table: Table, index: Index): Promise<void> {
  const types = new Map(
    table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const alone: Table = { ...table, LocalSecondaryIndexes: [], GlobalSecondaryIndexes: [index] };
  let ExclusiveStartKey: unknown;
  do {
    const page = await call('Scan', { TableName: table.TableName, ExclusiveStartKey });
    for (const item of page.Items as Item[])
      if (index.KeySchema.every(({ AttributeName }) => item[AttributeName]?.[types.get(AttributeName) ?? '']))
        await ask<void>((done) => updateIndexes(store, alone, undefined, item, done));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

function ask<Value>(work: (done: Done<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => work((error, value) => (error ? reject(error) : resolve(value))));
}
