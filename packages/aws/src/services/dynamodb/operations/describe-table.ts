import type { DescribeTableCommandOutput, TableDescription } from '@aws-sdk/client-dynamodb';
import type { DynamoDbState } from '../state';
import { callEngine } from './call-engine';

/** A table as it is now, in the form of DynamoDB's answers. @throws AwsError ResourceNotFoundException */
export async function findTable(
  dynamodb: DynamoDbState,
  TableName: string | undefined,
): Promise<TableDescription> {
  const { Table = {} } = await callEngine<DescribeTableCommandOutput>(dynamodb, 'DescribeTable', {
    TableName,
  });
  return describeTable(dynamodb, Table);
}

/** @param table as dynalite has it: with an id and times that owe nothing to AWS's clock and seed, and without the settings */
export function describeTable({ settings }: DynamoDbState, table: TableDescription = {}): TableDescription {
  const { BillingModeSummary, ...others } = table;
  const known = settings.find(table.TableName);
  return {
    ...others,
    ...(BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: { ...BillingModeSummary, LastUpdateToPayPerRequestDateTime: known?.createdAt },
    }),
    CreationDateTime: known?.createdAt,
    ...(known && table.TableId && { TableId: known.id }),
    DeletionProtectionEnabled: known?.deletionProtection ?? false,
    ...(known?.encryption && { SSEDescription: known.encryption }),
    ...(known?.tableClass && { TableClassSummary: { TableClass: known.tableClass as 'STANDARD' } }),
  };
}
