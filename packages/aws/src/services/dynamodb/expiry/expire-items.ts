import type { AttributeValue, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../core/aws-error';
import type { Engine } from '../engine/engine';

/** A table whose items expire. */
export interface ExpiringTable {
  readonly table: string;
  /** The attribute that says when, in seconds since 1970. */
  readonly attribute: string;
}

/** What is further in the past is taken for a mistake, and left alone. Seconds: five years. */
const OLDEST_SECONDS = 5 * 365.25 * 86_400;

/**
 * Deletes the items whose time to live is over.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export async function expireItems(
  engine: Engine,
  tables: readonly ExpiringTable[],
  now: Date,
): Promise<void> {
  for (const table of tables) {
    try {
      await expireItemsOf(engine, table, now);
    } catch (error) {
      // A table that is deleted meanwhile has no items to expire.
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  }
}

async function expireItemsOf(engine: Engine, { table, attribute }: ExpiringTable, now: Date): Promise<void> {
  const { Table } = await engine.call('DescribeTable', { TableName: table });
  const keys = ((Table as { KeySchema?: KeySchemaElement[] }).KeySchema ?? []).map(
    ({ AttributeName = '' }) => AttributeName,
  );
  const seconds = Math.floor(now.getTime() / 1000);
  let ExclusiveStartKey: unknown;
  do {
    const page = await engine.call('Scan', {
      TableName: table,
      ExclusiveStartKey,
      FilterExpression: '#ttl BETWEEN :oldest AND :newest',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: {
        ':oldest': { N: String(seconds - OLDEST_SECONDS) },
        // One that ends in this second is not over yet.
        ':newest': { N: String(seconds - 1) },
      },
    });
    for (const item of (page.Items ?? []) as Record<string, AttributeValue>[]) {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      await engine.call('DeleteItem', { TableName: table, Key });
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}
