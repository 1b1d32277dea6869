import type {
  CreateTableCommandOutput,
  DeleteTableCommandOutput,
  UpdateTableCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../core/aws-error';
import { tableInUse, validationException } from '../errors';
import type { DynamoDbState, Op } from '../state';
import { callEngine, inEngine } from './call-engine';
import { checkTags } from './check-tags';
import { describeTable, findTable } from './describe-table';

export const CreateTable: Op<'CreateTable'> = async (dynamodb, input) => {
  const { SSESpecification, DeletionProtectionEnabled, TableClass, Tags, StreamSpecification, ...rest } =
    input;
  if (StreamSpecification?.StreamEnabled)
    throw validationException('The embedded AWS has no DynamoDB Streams: leave StreamSpecification out.');
  checkTags(Tags);
  const made = await callEngine<CreateTableCommandOutput>(dynamodb, 'CreateTable', rest).catch((error) => {
    // dynalite says nothing more.
    const isTaken = error instanceof AwsError && error.code === 'ResourceInUseException';
    throw isTaken ? tableInUse(input.TableName) : error;
  });
  dynamodb.settings.add(
    { ...rest, SSESpecification, DeletionProtectionEnabled, TableClass },
    dynamodb.context.clock.now(),
  );
  const TableDescription = describeTable(dynamodb, made.TableDescription);
  if (Tags?.length)
    await callEngine(dynamodb, 'TagResource', { ResourceArn: TableDescription.TableArn, Tags });
  await untilActive(dynamodb, input.TableName);
  return { TableDescription };
};

export const DescribeTable: Op<'DescribeTable'> = async (dynamodb, input) => ({
  Table: await findTable(dynamodb, input.TableName),
});

export const ListTables: Op<'ListTables'> = inEngine('ListTables');

export const UpdateTable: Op<'UpdateTable'> = async (dynamodb, input) => {
  const { SSESpecification, DeletionProtectionEnabled, TableClass, TableName, ...rest } = input;
  const known = dynamodb.settings.of(TableName);
  const isChange = Object.values(rest).some((value) => value !== undefined);
  const changed = isChange
    ? await callEngine<UpdateTableCommandOutput>(dynamodb, 'UpdateTable', { ...rest, TableName })
    : { TableDescription: await findTable(dynamodb, TableName) };
  if (DeletionProtectionEnabled !== undefined) known.deletionProtection = DeletionProtectionEnabled;
  if (TableClass) known.tableClass = TableClass;
  if (SSESpecification)
    known.encryption = SSESpecification.Enabled ? { Status: 'ENABLED', SSEType: 'KMS' } : undefined;
  return { TableDescription: describeTable(dynamodb, changed.TableDescription) };
};

export const DeleteTable: Op<'DeleteTable'> = async (dynamodb, { TableName }) => {
  const { settings } = dynamodb;
  if (settings.find(TableName)?.deletionProtection)
    throw validationException(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  const deleted = await callEngine<DeleteTableCommandOutput>(dynamodb, 'DeleteTable', { TableName });
  const TableDescription = describeTable(dynamodb, deleted.TableDescription);
  settings.remove(TableName);
  return { TableDescription };
};

/** The SDK's waiter looks at once and then only after 20 seconds: the table shall be there when it looks. */
async function untilActive(dynamodb: DynamoDbState, TableName: string | undefined): Promise<void> {
  while ((await findTable(dynamodb, TableName)).TableStatus !== 'ACTIVE')
    await new Promise((resolve) => setImmediate(resolve));
  await dynamodb.context.clock.turnOf(`table ${TableName}`, 0);
}
