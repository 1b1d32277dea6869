import type { CancellationReason, ConsumedCapacity, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../core/aws-error';
import type { Engine } from '../engine/engine';
import { InvalidInput } from '../engine/invalid-input';
import { transactionCanceled, validationException } from '../errors';
import type { DynamoDbState, Op } from '../state';
import { nameOf } from '../table-name';
import { callEngine } from './call-engine';
import { ConsumedCapacities } from './consumed-capacities';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MOST_ACTIONS = 100;

type Attributes = NonNullable<NonNullable<TransactWriteItem['Put']>['Item']>;
type Action = {
  readonly TableName: string | undefined;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
};

/** One write of a transaction: the operation by which it is done, and its input. */
interface Write {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem';
  readonly input: Action & { readonly TableName: string };
  readonly key: Attributes;
}

/** What dynalite answers, as far as transactions look at it. */
interface Got {
  readonly Item?: Attributes;
  readonly ConsumedCapacity?: ConsumedCapacity;
}

const COUNTED = { ReturnConsumedCapacity: 'TOTAL' };

/** The tables, while nobody else uses them. */
type Tables = { readonly context: DynamoDbState['context']; readonly engine: Pick<Engine, 'call'> };

/**
 * Does all writes, or none: they are done one by one while the tables are used by nobody else, and taken back when one fails.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export const TransactWriteItems: Op<'TransactWriteItems'> = async (dynamodb, input) => {
  const items = input.TransactItems ?? [];
  checkCount(items);
  const { ClientRequestToken: token } = input;
  if (dynamodb.transactions.isDone(token, items)) return {};
  const consumed = new ConsumedCapacities('WriteCapacityUnits');
  await dynamodb.engine.exclusively(async (call) => {
    const tables = { context: dynamodb.context, engine: { call } };
    const writes = await Promise.all(items.map((item) => readWrite(tables, item)));
    checkDistinct(writes);
    await writeAll(tables, writes, consumed);
  });
  dynamodb.transactions.note(token, items);
  return consumed.show(input.ReturnConsumedCapacity);
};

export const TransactGetItems: Op<'TransactGetItems'> = async (dynamodb, input) => {
  const items = input.TransactItems ?? [];
  checkCount(items);
  return dynamodb.engine.exclusively(async (call) => {
    const tables = { context: dynamodb.context, engine: { call } };
    const outcomes: { readonly Item?: Attributes; readonly error?: AwsError }[] = [];
    const consumed = new ConsumedCapacities('ReadCapacityUnits');
    for (const { Get } of items) {
      const outcome = await attempt(() =>
        callEngine<Got>(tables, 'GetItem', { ...Get, ConsistentRead: true, ...COUNTED }),
      );
      if ('ConsumedCapacity' in outcome) consumed.add(outcome.ConsumedCapacity);
      outcomes.push(outcome);
    }
    checkReasons(outcomes);
    return {
      Responses: outcomes.map(({ Item }) => (Item ? { Item } : {})),
      ...consumed.show(input.ReturnConsumedCapacity),
    };
  });
};

function checkCount(items: readonly unknown[]): void {
  const refuse = (constraint: string) =>
    validationException(
      `1 validation error detected: Value '[${items.length > 0 ? '...' : ''}]' at 'transactItems' failed to satisfy constraint: Member must have length ${constraint}`,
    );
  if (items.length === 0) throw refuse('greater than or equal to 1');
  if (items.length > MOST_ACTIONS) throw refuse(`less than or equal to ${MOST_ACTIONS}`);
}

async function readWrite(tables: Tables, item: TransactWriteItem): Promise<Write> {
  const given = Object.entries(item).filter(([, action]) => action !== undefined);
  const [first] = given;
  if (!first || given.length > 1)
    throw validationException('TransactItems can only contain one of Check, Put, Update or Delete');
  const [kind, action] = first as [string, Action];
  const TableName = nameOf(action.TableName);
  const names = await keyNamesOf(tables, TableName);
  const of = action.Key ?? action.Item ?? {};
  const key = Object.fromEntries(names.flatMap((name) => (of[name] ? [[name, of[name]] as const] : [])));
  const operation =
    kind === 'Put'
      ? ('PutItem' as const)
      : kind === 'Delete'
        ? ('DeleteItem' as const)
        : // A check is a change of nothing, which is taken back.
          ('UpdateItem' as const);
  return { operation, input: { ...action, TableName }, key };
}

async function keyNamesOf(tables: Tables, TableName: string): Promise<string[]> {
  try {
    const { Table } = await callEngine<{ Table: { KeySchema: { AttributeName: string }[] } }>(
      tables,
      'DescribeTable',
      { TableName },
    );
    return Table.KeySchema.map(({ AttributeName }) => AttributeName);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    throw new AwsError(error.code, 'Requested resource not found');
  }
}

function checkDistinct(writes: readonly Write[]): void {
  const sorted = (key: Attributes) => Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = writes.map(({ input, key }) => JSON.stringify([input.TableName, sorted(key)]));
  if (new Set(names).size < names.length)
    throw validationException('Transaction request cannot include multiple operations on one item');
}

async function writeAll(
  tables: Tables,
  writes: readonly Write[],
  consumed: ConsumedCapacities,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  const takeBack = async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  const outcomes: { readonly error?: AwsError; readonly isCheck?: boolean }[] = [];
  try {
    for (const { operation, input, key } of writes) {
      const { TableName } = input;
      const outcome = await attempt(async () => {
        const { Item } = await callEngine<{ Item?: Attributes }>(tables, 'GetItem', { TableName, Key: key });
        const { ConsumedCapacity } = await callEngine<Got>(tables, operation, { ...input, ...COUNTED });
        consumed.add(ConsumedCapacity);
        undo.push(() =>
          Item
            ? callEngine(tables, 'PutItem', { TableName, Item })
            : callEngine(tables, 'DeleteItem', { TableName, Key: key }),
        );
        return { isCheck: operation === 'UpdateItem' && !('UpdateExpression' in input) };
      });
      // A check leaves nothing behind.
      if ('isCheck' in outcome && outcome.isCheck) await undo.pop()?.();
      outcomes.push(outcome);
    }
    checkReasons(outcomes);
  } catch (error) {
    await takeBack();
    throw error;
  }
}

/** What refuses an item, which others do not depend on. @throws AwsError for a request that is none */
async function attempt<Result extends object>(
  act: () => Promise<Result>,
): Promise<Result | { readonly error: AwsError }> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AwsError) || error instanceof InvalidInput) throw error;
    if (error.code === 'ResourceNotFoundException')
      throw new AwsError(error.code, 'Requested resource not found');
    if (error.status >= 500) throw error;
    return { error };
  }
}

/** @throws AwsError TransactionCanceledException with the reason of each item, where one has one */
function checkReasons(outcomes: readonly { readonly error?: AwsError }[]): void {
  if (outcomes.every(({ error }) => error === undefined)) return;
  throw transactionCanceled(
    outcomes.map(({ error }): CancellationReason => {
      if (!error) return { Code: 'None' };
      const { Item } = error.details as { readonly Item?: Attributes };
      return {
        Code: error.code
          .replace(/FailedException$/, 'Failed')
          .replace(/^ValidationException$/, 'ValidationError'),
        Message: error.message,
        ...(Item && { Item }),
      };
    }),
  );
}
