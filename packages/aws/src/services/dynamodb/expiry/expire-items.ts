import type { AttributeValue, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import type { Engine } from '../engine/engine';

/**
 * Deletes the items whose time to live is over.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export async function expireItems(
  engine: Engine,
  tables: readonly { readonly table: string; readonly attribute: string }[],
  now: Date,
): Promise<void> {
  for (const { table, attribute } of tables) {
    const { Table } = await engine.call('DescribeTable', { TableName: table });
    const keys = ((Table as { KeySchema?: KeySchemaElement[] }).KeySchema ?? []).map(
      ({ AttributeName = '' }) => AttributeName,
    );
    let ExclusiveStartKey: unknown;
    do {
      const page = await engine.call('Scan', {
        TableName: table,
        ExclusiveStartKey,
        FilterExpression: '#ttl < :now',
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':now': { N: String(Math.floor(now.getTime() / 1000)) } },
      });
      for (const item of (page.Items ?? []) as Record<string, AttributeValue>[]) {
        const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
        await engine.call('DeleteItem', { TableName: table, Key });
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }
}
