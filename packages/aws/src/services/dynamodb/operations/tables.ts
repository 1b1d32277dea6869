import type {
  CreateTableCommandOutput,
  DeleteTableCommandOutput,
  StreamSpecification,
  TableDescription,
  UpdateTableCommandOutput,
  UpdateTableInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../core/aws-error';
import { tableInUse, validationException } from '../errors';
import type { DynamoDbState, Op } from '../state';
import { callEngine, inEngine } from './call-engine';
import { checkTags } from './check-tags';
import { describeTable, findTable } from './describe-table';
import { readIndexChange } from './global-indexes';

export const CreateTable: Op<'CreateTable'> = async (dynamodb, input) => {
  const { SSESpecification, DeletionProtectionEnabled, TableClass, Tags, StreamSpecification, ...rest } =
    input;
  refuseStream(StreamSpecification);
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
  const { SSESpecification, DeletionProtectionEnabled, TableClass, TableName, StreamSpecification, ...rest } =
    input;
  refuseStream(StreamSpecification);
  const known = dynamodb.settings.of(TableName);
  const table = await findTable(dynamodb, TableName);
  const indexes = splitUpdate(table, rest);
  const isChange = Object.values(indexes.others).some((value) => value !== undefined);
  let changed = isChange
    ? await callEngine<UpdateTableCommandOutput>(dynamodb, 'UpdateTable', { ...indexes.others, TableName })
    : { TableDescription: table };
  if (indexes.change) {
    // dynalite writes what it knows of a table once more when a change is over.
    await untilActive(dynamodb, TableName);
    await dynamodb.engine.changeIndexes(table.TableName ?? '', indexes.change);
    changed = { TableDescription: await findTable(dynamodb, TableName) };
  }
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

/** What an UpdateTable does to global indexes that dynalite cannot, and what is left for dynalite. */
function splitUpdate(table: TableDescription, input: Omit<UpdateTableInput, 'TableName'>) {
  const { AttributeDefinitions, GlobalSecondaryIndexUpdates, ...others } = input;
  const billing = input.BillingMode ?? table.BillingModeSummary?.BillingMode ?? 'PROVISIONED';
  const change = readIndexChange(table, GlobalSecondaryIndexUpdates, AttributeDefinitions, billing);
  const updates = GlobalSecondaryIndexUpdates?.filter(({ Update }) => Update);
  if (!change) return { change, others: input };
  return { change, others: updates?.length ? { ...others, GlobalSecondaryIndexUpdates: updates } : others };
}

/** @throws AwsError ValidationException */
function refuseStream(stream: StreamSpecification | undefined): void {
  if (stream?.StreamEnabled)
    throw validationException('The embedded AWS has no DynamoDB Streams: leave StreamSpecification out.');
}

/** The SDK's waiter looks at once and then only after 20 seconds: the table shall be there when it looks. */
async function untilActive(dynamodb: DynamoDbState, TableName: string | undefined): Promise<void> {
  while (!isActive(await findTable(dynamodb, TableName)))
    await new Promise((resolve) => setImmediate(resolve));
  await dynamodb.context.clock.turnOf(`table ${TableName}`, 0);
}

function isActive({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription): boolean {
  return (
    TableStatus === 'ACTIVE' && GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE')
  );
}
