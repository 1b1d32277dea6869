import type { Engine, EngineAnswer } from './engine';

type Attributes = Record<string, unknown>;

/** The part of PutItem, UpdateItem and DeleteItem that is looked at here. */
interface ConditionalWrite {
  readonly TableName: string;
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

/**
 * Adds the item that made a condition fail to the refusal, when the caller asked for it: dynalite does not know
 * `ReturnValuesOnConditionCheckFailure`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export async function showFailedItem(
  engine: Engine,
  body: Buffer,
  answer: EngineAnswer,
): Promise<EngineAnswer> {
  if (answer.status !== 400 || !answer.body.includes('#ConditionalCheckFailedException')) return answer;
  const write = JSON.parse(body.toString()) as ConditionalWrite;
  if (write.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return answer;
  const { TableName } = write;
  const Key = write.Key ?? (await keyOf(engine, TableName, write.Item ?? {}));
  const { Item } = await engine.call('GetItem', { TableName, Key, ConsistentRead: true });
  if (!Item) return answer;
  // The length and the checksum were those of the shorter body.
  const { 'content-length': _length, 'x-amz-crc32': _checksum, ...headers } = answer.headers;
  return { ...answer, headers, body: JSON.stringify({ ...JSON.parse(answer.body), Item }) };
}

async function keyOf(engine: Engine, TableName: string, item: Attributes): Promise<Attributes> {
  const { Table } = await engine.call('DescribeTable', { TableName });
  const { KeySchema } = Table as { KeySchema: { AttributeName: string }[] };
  return Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
}
