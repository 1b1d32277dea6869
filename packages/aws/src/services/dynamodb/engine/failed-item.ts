import type { Engine } from './engine';

type Attributes = Record<string, unknown>;

/** The part of PutItem, UpdateItem and DeleteItem that is looked at here, as it is in JSON. */
interface ConditionalWrite {
  readonly TableName: string;
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/**
 * The item that made a condition fail, when the caller asked for it: dynalite does not know
 * `ReturnValuesOnConditionCheckFailure`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export async function failedItem(
  engine: Pick<Engine, 'call'>,
  code: string,
  write: ConditionalWrite,
): Promise<unknown> {
  if (code !== 'ConditionalCheckFailedException') return undefined;
  if (write.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return undefined;
  const { TableName } = write;
  const Key = write.Key ?? (await keyOf(engine, TableName, write.Item ?? {}));
  const { Item } = await engine.call('GetItem', { TableName, Key, ConsistentRead: true });
  return Item;
}

async function keyOf(engine: Pick<Engine, 'call'>, TableName: string, item: Attributes): Promise<Attributes> {
  const { Table } = await engine.call('DescribeTable', { TableName });
  const { KeySchema } = Table as { KeySchema: { AttributeName: string }[] };
  return Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
}
