import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { dynamo } from './aws/dynamo';
import { isAwsError } from './aws/error';
import { env } from './env';

/** Where an item stands in the one table of Kiln. */
export interface Key {
  pk: string;
  sk: string;
}

/** A condition on a write, with its values; the names of attributes stand in it as `#name`. */
export interface Condition {
  expression: string;
  /** Names that are no words of their own: `#stage` stands for `AwaitCopy/eu-north-1`. */
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/** Reads an item, with everything that was written before. */
export async function getItem<Item>(key: Key): Promise<Item | undefined> {
  const { Item } = await dynamo().send(
    new GetCommand({ TableName: env('KILN_TABLE'), Key: key, ConsistentRead: true }),
  );
  return Item as Item | undefined;
}

/**
 * Writes an item.
 *
 * @returns whether it was written: false if the condition did not hold
 */
export async function putItem(item: Key & Record<string, unknown>, condition?: Condition): Promise<boolean> {
  return holds(() =>
    dynamo().send(new PutCommand({ TableName: env('KILN_TABLE'), Item: item, ...conditionOf(condition) })),
  );
}

/**
 * Deletes an item.
 *
 * @returns whether the condition held
 */
export async function deleteItem(key: Key, condition?: Condition): Promise<boolean> {
  return holds(() =>
    dynamo().send(new DeleteCommand({ TableName: env('KILN_TABLE'), Key: key, ...conditionOf(condition) })),
  );
}

/**
 * Sets attributes of an item. A name may be a path of two names (`stages.Plan`), split at its first dot.
 *
 * @returns whether the condition held
 */
export async function setAttributes(
  key: Key,
  attributes: Record<string, unknown>,
  condition?: Condition,
): Promise<boolean> {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const sets = given.map(([path, value]) => [path.split(/\.(.*)/s).filter(Boolean), value] as const);
  return setPaths(key, sets, condition);
}

/** A value, with the names on the way to it; `unlessThere` leaves what stands there already. */
type Change = readonly [path: readonly string[], value: unknown, how?: 'unlessThere'];

/** Instead of a value: the attribute goes. */
export const REMOVED = Symbol('removed');

/**
 * Sets attributes of an item that stand at any depth of it, or removes them.
 *
 * @param sets each with the names on the way to it
 * @returns whether the condition held
 */
export async function setPaths(key: Key, sets: readonly Change[], condition?: Condition): Promise<boolean> {
  return holds(() => updateItem(key, sets, condition));
}

/** As `setPaths`. @returns the item as it is then; undefined if the condition did not hold */
export async function changeItem<Item>(
  key: Key,
  sets: readonly Change[],
  condition?: Condition,
): Promise<Item | undefined> {
  let changed: Item | undefined;
  await holds(async () => {
    changed = (await updateItem(key, sets, condition, 'ALL_NEW')) as Item | undefined;
  });
  return changed;
}

/** @returns the item as it is then, if that is asked for */
async function updateItem(
  key: Key,
  sets: readonly Change[],
  condition?: Condition,
  ReturnValues: 'NONE' | 'ALL_NEW' = 'NONE',
): Promise<unknown> {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const asked = conditionOf(condition);
  const expressions = sets.map(([path, value, how], at) => {
    const steps = path.map((name, depth) => {
      names[`#a${at}_${depth}`] = name;
      return `#a${at}_${depth}`;
    });
    if (value === REMOVED) return { removes: steps.join('.') };
    values[`:a${at}`] = value;
    const place = steps.join('.');
    return { sets: `${place} = ${how === 'unlessThere' ? `if_not_exists(${place}, :a${at})` : `:a${at}`}` };
  });
  const written = expressions.flatMap(({ sets }) => sets ?? []).join(', ');
  const removed = expressions.flatMap(({ removes }) => removes ?? []).join(', ');
  const allValues = { ...values, ...asked.ExpressionAttributeValues };
  const hasValues = Object.keys(allValues).length > 0;
  const { Attributes } = await dynamo().send(
    new UpdateCommand({
      TableName: env('KILN_TABLE'),
      Key: key,
      ReturnValues,
      UpdateExpression: [written && `SET ${written}`, removed && `REMOVE ${removed}`].join(' ').trim(),
      ConditionExpression: asked.ConditionExpression,
      ExpressionAttributeNames: { ...names, ...asked.ExpressionAttributeNames },
      // DynamoDB takes no empty mapping.
      ...(hasValues && { ExpressionAttributeValues: allValues }),
    }),
  );
  return Attributes;
}

/**
 * Takes attributes of an item away.
 *
 * @returns whether the condition held
 */
export async function deleteAttributes(key: Key, names: string[], condition: Condition): Promise<boolean> {
  const asked = conditionOf(condition);
  return holds(() =>
    dynamo().send(
      new UpdateCommand({
        TableName: env('KILN_TABLE'),
        Key: key,
        UpdateExpression: `REMOVE ${names.map((name) => `#${name}`).join(', ')}`,
        ...asked,
        ExpressionAttributeNames: {
          ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ...asked.ExpressionAttributeNames,
        },
      }),
    ),
  );
}

/** What a query asks for beside the partition. */
export interface Range {
  /** What the sort key begins with. */
  prefix?: string;
  /** Last first. */
  descending?: boolean;
  /** At most so many items; without it all. */
  limit?: number;
  /** The sort key after which to go on. */
  after?: string;
}

/** Reads the items of a partition, in the order of their sort keys. */
export async function queryItems<Item>(pk: string, range: Range = {}): Promise<Item[]> {
  const found: Item[] = [];
  let start: Record<string, unknown> | undefined = range.after ? { pk, sk: range.after } : undefined;
  do {
    const page = await dynamo().send(
      new QueryCommand({
        TableName: env('KILN_TABLE'),
        KeyConditionExpression: range.prefix ? '#pk = :pk AND begins_with(#sk, :sk)' : '#pk = :pk',
        ExpressionAttributeNames: range.prefix ? { '#pk': 'pk', '#sk': 'sk' } : { '#pk': 'pk' },
        ExpressionAttributeValues: range.prefix ? { ':pk': pk, ':sk': range.prefix } : { ':pk': pk },
        ScanIndexForward: !range.descending,
        ConsistentRead: true,
        ...(range.limit && { Limit: range.limit - found.length }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    found.push(...((page.Items ?? []) as Item[]));
    start = page.LastEvaluatedKey;
  } while (start && (!range.limit || found.length < range.limit));
  return found;
}

function conditionOf(
  condition: Condition | undefined,
): Pick<PutCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
  if (!condition) return {};
  const names = condition.expression.match(/#\w+/g) ?? [];
  return {
    ConditionExpression: condition.expression,
    ...(names.length > 0 && {
      ExpressionAttributeNames: Object.fromEntries(
        names.map((name) => [name, condition.names?.[name] ?? name.slice(1)]),
      ),
    }),
    ...(condition.values && { ExpressionAttributeValues: condition.values }),
  };
}

async function holds(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isAwsError(error, 'ConditionalCheckFailedException')) return false;
    throw error;
  }
}
